from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.models.accounts import Account
from compliance.models.users import User


class DataTransfer(models.Model):
    """An entry of the transfer register: personal data of an account that went to a place.

    Law 91/2025/QH15 (Vietnam) asks for a record of transfers across the border; every export is
    entered, those within the country too.
    """

    account = models.ForeignKey(Account, models.PROTECT, verbose_name=_("account"))
    what = models.CharField(_("what"), max_length=60)
    country = models.CharField(_("to"), max_length=2, blank=True)
    recipient = models.CharField(_("recipient"), max_length=200)
    rows = models.PositiveIntegerField(_("rows"), null=True)
    actor = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        verbose_name = _("data transfer")
        verbose_name_plural = _("data transfers")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.what}: {self.country}"
