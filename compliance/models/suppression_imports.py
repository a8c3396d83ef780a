from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.constants import Purpose, SuppressionCause
from compliance.models.accounts import Account, Advertiser
from compliance.models.users import User


def _path(instance: "SuppressionImport", _filename: str) -> str:
    """A name of our own: nothing of the uploaded name reaches the file system."""
    return f"suppressions/{instance.token}.csv"


class SuppressionImport(models.Model):
    """A file of numbers that must not be written to: a list of one's own, or the refusals that a
    network operator or reseller sends. What it added can be taken back, and nothing else."""

    class Kind(models.TextChoices):
        LIST = "list", _("List of an account")
        OPERATOR = "operator", _("Refusals from a network operator")

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("To be looked at")
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Failed")
        UNDONE = "undone", _("Taken back")

    token = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.LIST)
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("account"),
        help_text=_("Empty: for every account that has the brand, or all of them without one."),
    )
    advertiser = models.ForeignKey(
        Advertiser,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("advertiser"),
        help_text=_("Empty: the brand in the file, or every advertiser of the account."),
    )
    network = models.CharField(
        _("network or reseller"),
        max_length=60,
        blank=True,
        help_text=_("Who sent the file, for example Viettel 1313."),
    )
    purpose = models.CharField(
        _("purpose"), max_length=16, choices=Purpose.choices, default=Purpose.MARKETING
    )
    cause = models.CharField(
        _("cause"),
        max_length=10,
        choices=SuppressionCause.choices,
        default=SuppressionCause.MANUAL,
    )
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    expires_at = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("Empty: until somebody lifts it.")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.UPLOADED
    )
    file = models.FileField(_("file"), upload_to=_path, blank=True)
    file_name = models.CharField(_("file name"), max_length=200)
    checksum = models.CharField(_("SHA-256"), max_length=64)
    bytes_total = models.PositiveBigIntegerField(_("size"), default=0)
    bytes_done = models.PositiveBigIntegerField(default=0)
    lines_read = models.PositiveIntegerField(_("lines read"), default=0)
    lines_bad = models.PositiveIntegerField(_("bad lines"), default=0)
    added = models.PositiveIntegerField(_("newly suppressed"), default=0)
    known = models.PositiveIntegerField(_("suppressed before"), default=0)
    unknown_brand = models.PositiveIntegerField(_("of unknown brands"), default=0)
    unknown_brands = models.JSONField(_("unknown brands"), default=dict)
    lifted = models.PositiveIntegerField(_("taken back"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("uploaded"))
    progress_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("suppression import")
        verbose_name_plural = _("suppression imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class SuppressionBadLine(models.Model):
    """A line of a suppression file that could not be taken, and why."""

    id = models.BigAutoField(primary_key=True)
    suppression_import = models.ForeignKey(
        SuppressionImport, models.CASCADE, related_name="bad_lines", db_index=False
    )
    line = models.PositiveIntegerField(_("line"))
    code = models.CharField(_("code"), max_length=40)
    content = models.CharField(_("line content"), max_length=120)

    class Meta:
        verbose_name = _("bad line")
        verbose_name_plural = _("bad lines")
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(
                fields=["suppression_import", "line"], name="suppression_bad_line_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"
