from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import MessageClass
from compliance.models.accounts import Account


class ContentRule(models.Model):
    """A rule about texts that an account, or the platform, sets for itself: never deleted, so
    that what it once refused stays explainable. Not legal advice.

    `kind` and `params` are described by `compliance.content_policy.KINDS`.
    """

    class Severity(models.TextChoices):
        BLOCK = "block", _("Block: such a text is not sent")
        WARN = "warn", _("Warn: it is shown, and sent all the same")

    class Source(models.TextChoices):
        LAW = "law", _("Law")
        OPERATOR = "operator", _("Network operator")
        CUSTOMER = "customer", _("Customer")
        PLATFORM = "platform", _("The platform's own policy")

    # Of shipped rules only; null, because unique.
    code = models.SlugField(null=True, unique=True, editable=False)  # noqa: DJ001
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="content_rules",
        verbose_name=_("account"),
        help_text=_("Empty: for every account."),
    )
    name = models.CharField(
        _("name"), max_length=80, help_text=_("What people read where a text breaks the rule.")
    )
    kind = models.CharField(_("kind"), max_length=24, editable=False)
    params = models.JSONField(_("what it asks"), default=dict, editable=False)
    severity = models.CharField(
        _("consequence"), max_length=5, choices=Severity.choices, default=Severity.BLOCK
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        help_text=_("The recipients', in two letters such as VN. Empty: every country."),
    )
    message_classes = ArrayField(
        models.CharField(max_length=16, choices=MessageClass.choices),
        default=list,
        blank=True,
        verbose_name=_("classes"),
        help_text=_("None ticked: every class."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    effective_from = models.DateField(_("first day"), null=True, blank=True)
    effective_to = models.DateField(_("last day"), null=True, blank=True)
    source = models.CharField(
        _("who wants it"), max_length=10, choices=Source.choices, default=Source.CUSTOMER
    )
    note = models.TextField(
        _("note"),
        max_length=1000,
        blank=True,
        help_text=_("Why it is there, and where that is written."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    history = HistoricalRecords(history_change_reason_field=models.TextField(null=True))

    class Meta:
        verbose_name = _("content rule")
        verbose_name_plural = _("content rules")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="content_rule_days_in_order",
                condition=models.Q(effective_from=None)
                | models.Q(effective_to=None)
                | models.Q(effective_from__lte=models.F("effective_to")),
            )
        ]

    def __str__(self) -> str:
        return self.name
