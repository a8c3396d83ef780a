"""What an account may do before it is live: a few messages a day, to numbers of its own people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.models.accounts import Account
from compliance.models.users import User


class VerifiedNumber(models.Model):
    """A number that a trial account may write to: somebody there has shown that it is theirs."""

    class Source(models.TextChoices):
        VERIFICATION = "verification", _("A code sent to it")
        ADMINISTRATOR = "administrator", _("An administrator")

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="verified_numbers", verbose_name=_("account")
    )
    msisdn = models.CharField(_("number"), max_length=15)
    note = models.CharField(
        _("whose it is"), max_length=80, blank=True, help_text=_("A name or a team.")
    )
    source = models.CharField(
        _("verified by"), max_length=16, choices=Source.choices, editable=False
    )
    added_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, verbose_name=_("person")
    )
    verified_at = models.DateTimeField(_("verified"), editable=False)

    class Meta:
        verbose_name = _("verified number")
        verbose_name_plural = _("verified numbers")
        ordering = ["account", "-verified_at"]
        constraints = [
            models.UniqueConstraint(fields=["account", "msisdn"], name="verified_number_unique")
        ]

    def __str__(self) -> str:
        return f"+{self.msisdn}"


class TrialDay(models.Model):
    """How many messages a trial account was granted on a day of its zone."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    messages = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="trial_day_unique")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}: {self.messages}"
