from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import BounceClass, Purpose, SuppressionCause
from compliance.models.accounts import Account


def _advertising_and_care() -> list[str]:
    return [Purpose.MARKETING.value, Purpose.CARE.value]


class SuppressionPolicy(models.Model):
    """When messages that never arrive suppress their number, and how long suppressions last.

    Rows without an account are the platform's and hold where an account has none of its own.
    What a person refused never ends by time, so refusals have no policy.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, verbose_name=_("account")
    )
    cause = models.CharField(
        _("cause"),
        max_length=10,
        choices=[
            (one.value, one.label)
            for one in (
                SuppressionCause.BOUNCE,
                SuppressionCause.COMPLAINT,
                SuppressionCause.MANUAL,
            )
        ],
        default=SuppressionCause.BOUNCE,
    )
    error_class = models.CharField(
        _("kind of failure"), max_length=16, choices=BounceClass.choices, blank=True
    )
    errors = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("errors counted as this kind"),
        default=list,
        blank=True,
        help_text=_(
            "Receipt errors or answers of carriers that mean this kind of failure whatever their"
            " usual meaning, separated by commas: 006, 0x0B."
        ),
    )
    threshold = models.PositiveSmallIntegerField(
        _("failures in a row"),
        default=1,
        help_text=_("So many without a delivery between them suppress the number."),
    )
    within_days = models.PositiveSmallIntegerField(_("within days"), default=14)
    ends_after_days = models.PositiveSmallIntegerField(
        _("ends after days"),
        null=True,
        blank=True,
        help_text=_("Then the number is tried again. Empty: until somebody lifts it."),
    )
    purposes = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("kinds of messages stopped"),
        default=_advertising_and_care,
        help_text=_("One-time codes are never stopped: the person is asking for them."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    note = models.CharField(_("why"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("suppression policy")
        verbose_name_plural = _("suppression policies")
        ordering = ["cause", "error_class", "account"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "cause", "error_class"],
                name="suppression_policy_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(cause="bounce") ^ models.Q(error_class=""),
                name="suppression_policy_class_of_bounces",
            ),
            models.CheckConstraint(
                condition=models.Q(threshold__gte=1, within_days__gte=1),
                name="suppression_policy_counts",
            ),
            models.CheckConstraint(
                condition=~models.Q(purposes__overlap=["otp", "all"]),
                name="suppression_policy_spares_codes",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_error_class_display() or self.get_cause_display())
