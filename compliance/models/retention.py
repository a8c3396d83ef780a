from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import DataKind
from compliance.models.accounts import Account
from compliance.models.users import User


class RetentionPolicy(models.Model):
    """How long a kind of data is kept, where that differs from the country's rule pack."""

    account = models.ForeignKey(
        Account,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="retention_policies",
        verbose_name=_("account"),
        help_text=_("Empty: for every account that has no policy of its own."),
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        help_text=_("The recipients', in two letters such as VN. Empty: every country."),
    )
    kind = models.CharField(_("what"), max_length=12, choices=DataKind.choices)
    days = models.PositiveIntegerField(_("kept for days"))
    note = models.CharField(
        _("why"), max_length=200, help_text=_("Where that is written or who decided it.")
    )
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = _("retention policy")
        verbose_name_plural = _("retention policies")
        ordering = ["kind", "country"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "country", "kind"],
                name="retention_policy_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="retention_policy_at_least_a_day", condition=models.Q(days__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.days}"


class RetentionMark(models.Model):
    """Up to when a kind of an account's data of a country has been removed: the next run begins
    there."""

    account = models.ForeignKey(Account, models.CASCADE)
    country = models.CharField(max_length=2)
    kind = models.CharField(max_length=12)
    through = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "country"], name="retention_mark_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.country} {self.through:%Y-%m-%d}"


class RetentionRun(models.Model):
    """One pass over everything whose time is over, or a rehearsal of one: what it removed."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Stopped by an error")

    is_rehearsal = models.BooleanField(
        _("rehearsal"), default=False, help_text=_("Counts and removes nothing.")
    )
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.RUNNING
    )
    # Per account, kind and country: days, before, rows.
    lines = models.JSONField(_("report"), default=list)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    steps_done = models.PositiveIntegerField(default=0)
    steps_total = models.PositiveIntegerField(default=0)
    error = models.CharField(_("error"), max_length=200, blank=True)
    started_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("started by")
    )
    started_at = models.DateTimeField(_("started"))
    progress_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
