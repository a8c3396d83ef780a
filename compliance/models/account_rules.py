from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import MessageClass
from compliance.models.accounts import Account, Advertiser
from compliance.models.documents import Document
from compliance.models.users import User

LONGEST_EXCEPTION_DAYS = 366


class AccountRule(models.Model):
    """A rule that an account's officer sets for its own messages, on top of the country's pack:
    it can only refuse or delay more, never less. Never changed, only ended, so that what it once
    refused stays explainable; findings call it `account.<id>`.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="rules", verbose_name=_("account")
    )
    advertiser = models.ForeignKey(
        Advertiser,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("advertiser"),
        help_text=_("Empty: every advertiser of the account."),
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        help_text=_("The recipients', in two letters such as VN."),
    )
    # As rule packs name kinds and their parameters.
    kind = models.CharField(_("kind"), max_length=24, editable=False)
    params = models.JSONField(_("what it asks"), default=dict, editable=False)
    message_classes = ArrayField(
        models.CharField(max_length=16, choices=MessageClass.choices), verbose_name=_("classes")
    )
    effective_from = models.DateField(
        _("first day"), null=True, blank=True, help_text=_("Empty: at once.")
    )
    effective_to = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Empty: until somebody ends it.")
    )
    note = models.TextField(
        _("why"), max_length=1000, help_text=_("Kept with the rule, and shown where it refuses.")
    )
    set_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("set by")
    )
    created_at = models.DateTimeField(_("set"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    end_reason = models.CharField(_("reason for the end"), max_length=200, blank=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = _("account rule")
        verbose_name_plural = _("account rules")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="account_rule_days_in_order",
                condition=models.Q(effective_from=None)
                | models.Q(effective_to=None)
                | models.Q(effective_from__lte=models.F("effective_to")),
            )
        ]

    def __str__(self) -> str:
        return f"account.{self.pk}"


class RuleException(models.Model):
    """A rule of the country's pack left out for an account for some days, with reason and
    evidence: asked by one person, confirmed by another. Never changed, only confirmed, refused
    or ended.
    """

    class Status(models.TextChoices):
        ASKED = "asked", _("Waits for confirmation")
        CONFIRMED = "confirmed", _("Confirmed")
        REFUSED = "refused", _("Refused")
        ENDED = "ended", _("Ended")

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="rule_exceptions", verbose_name=_("account")
    )
    advertiser = models.ForeignKey(
        Advertiser,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("advertiser"),
        help_text=_("Empty: every advertiser of the account."),
    )
    country = models.CharField(_("country"), max_length=2)
    rule_id = models.CharField(_("rule left out"), max_length=60)
    message_classes = ArrayField(
        models.CharField(max_length=16, choices=MessageClass.choices),
        default=list,
        blank=True,
        verbose_name=_("classes"),
        help_text=_("None ticked: every class the rule is about."),
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"), help_text=_("At most a year after the first."))
    reason = models.TextField(_("reason"), max_length=1000)
    documents = models.ManyToManyField(
        Document, related_name="+", blank=True, verbose_name=_("evidence")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.ASKED
    )
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision_note = models.CharField(_("note of the decision"), max_length=200, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(_("reason for the end"), max_length=200, blank=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = _("rule exception")
        verbose_name_plural = _("rule exceptions")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="rule_exception_days_in_order",
                condition=models.Q(first_day__lte=models.F("last_day")),
            ),
            models.CheckConstraint(
                name="rule_exception_asked_is_not_confirmed_by",
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("asked_by")),
            ),
            models.CheckConstraint(
                name="rule_exception_confirmed_by_somebody",
                condition=~models.Q(status="confirmed") | models.Q(decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.rule_id
