from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.models.users import User


class RulePackVersion(models.Model):
    """One version of a country's rules: data with sources, dates and confidence.

    Written in the console or loaded from a file; a database trigger refuses every change of what
    it says once it was submitted. When it decides is told by its activations
    (`RulePackActivation`), not by its status, which follows them.

    Not legal advice: each rule names where it was read and how sure that is.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waits for approval")
        STAGED = "staged", _("Approved for a date")
        ACTIVE = "active", _("In force")
        RETIRED = "retired", _("Replaced")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Origin(models.TextChoices):
        SHIPPED = "shipped", _("Shipped with the product")
        CONSOLE = "console", _("Written in the console")

    country = models.CharField(_("country"), max_length=2)
    version = models.CharField(_("version"), max_length=20)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.DRAFT
    )
    effective_from = models.DateField(
        _("earliest first day"), help_text=_("It can be put in force on this day or later.")
    )
    data = models.JSONField(_("rules"))
    checksum = models.CharField(max_length=64, editable=False)
    loaded_at = models.DateTimeField(_("made"), auto_now_add=True)
    origin = models.CharField(
        _("origin"), max_length=10, choices=Origin.choices, default=Origin.CONSOLE
    )
    based_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made from")
    )
    author = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
        help_text=_("Empty: the system, which loads what ships with the product."),
    )
    purpose = models.TextField(_("what changes and why"), max_length=1000, blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    history = HistoricalRecords(
        excluded_fields=["data"], history_change_reason_field=models.TextField(null=True)
    )

    class Meta:
        verbose_name = _("rule pack")
        verbose_name_plural = _("rule packs")
        ordering = ["country", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["country", "version"], name="rule_pack_version_unique"),
            models.UniqueConstraint(
                fields=["country"], name="rule_pack_one_active", condition=models.Q(status="active")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.version}"


class RulePackActivation(models.Model):
    """From which local day a version decides for its country: until the next activation there.

    Never changed but for its cancelling, which a trigger allows only once. `active_from` is a day
    in the pack's zone and begins at its midnight; None is "always before", for what the system put
    in force on a country's first run (the one case without an approver).
    """

    version = models.ForeignKey(
        RulePackVersion, models.PROTECT, related_name="activations", verbose_name=_("rule pack")
    )
    country = models.CharField(_("country"), max_length=2)
    active_from = models.DateField(_("in force from"), null=True)
    # The version's author, beside who approved, so that the database can tell them apart.
    author = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("author")
    )
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"))
    reason = models.TextField(_("reason"), max_length=1000)
    is_first_run = models.BooleanField(default=False)
    canceled_at = models.DateTimeField(_("canceled"), null=True)
    canceled_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("canceled by")
    )
    cancel_reason = models.TextField(_("reason for canceling"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("activation")
        verbose_name_plural = _("activations")
        ordering = ["country", models.F("active_from").asc(nulls_first=True), "pk"]
        constraints = [
            models.CheckConstraint(
                name="rule_pack_author_is_not_approver",
                condition=models.Q(author=None)
                | models.Q(approved_by=None)
                | ~models.Q(author=models.F("approved_by")),
            ),
            models.CheckConstraint(
                name="rule_pack_approver_or_first_run",
                condition=models.Q(approved_by__isnull=False)
                | models.Q(is_first_run=True, author=None),
            ),
            models.CheckConstraint(
                name="rule_pack_first_run_has_no_day",
                condition=models.Q(active_from__isnull=False) | models.Q(is_first_run=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.version)
