from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.models import Account, AccountRule, RuleException, RulePackVersion, User


class PolicyTrial(models.Model):
    """Rules that are not in force yet, held against the messages of past days: what they would
    have changed. Nothing is sent or stopped by it."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELED = "canceled", _("Canceled")
        FAILED = "failed", _("Stopped by an error")

    account = models.ForeignKey(
        Account,
        models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("account"),
        help_text=_("Empty: the messages of every account."),
    )
    version = models.ForeignKey(
        RulePackVersion,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("rule pack"),
    )
    account_rule = models.ForeignKey(
        AccountRule,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account rule"),
    )
    exception = models.ForeignKey(
        RuleException,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("exception"),
    )
    days = models.PositiveSmallIntegerField(
        _("days"), default=7, help_text=_("How far back: messages accepted in the last days.")
    )
    as_of = models.DateField(
        _("as if it were"),
        null=True,
        blank=True,
        help_text=_("A day on which rules hold that begin later. Empty: the first day possible."),
    )
    first_at = models.DateTimeField(_("from"))
    last_at = models.DateTimeField(_("to"))
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.RUNNING
    )
    messages = models.PositiveIntegerField(_("messages"), default=0)
    judged = models.PositiveIntegerField(_("judged"), default=0)
    # Where a lost run is taken up: the account and the last message judged.
    position_account = models.BigIntegerField(default=0)
    position = models.UUIDField(null=True)
    # By change (blocked, delayed, allowed): messages; by campaign and by rule the same.
    totals = models.JSONField(default=dict)
    campaigns = models.JSONField(default=dict)
    rules = models.JSONField(default=dict)
    samples = models.JSONField(default=dict)
    error = models.CharField(_("error"), max_length=200, blank=True)
    started_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("started by")
    )
    started_at = models.DateTimeField(_("started"))
    progress_at = models.DateTimeField()
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("trial on past traffic")
        verbose_name_plural = _("trials on past traffic")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="policy_trial_has_one_subject",
                condition=models.Q(version__isnull=False, account_rule=None, exception=None)
                | models.Q(version=None, account_rule__isnull=False, exception=None)
                | models.Q(version=None, account_rule=None, exception__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.version or self.account_rule or self.exception)
