from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.models.accounts import Account, Advertiser


class Program(models.Model):
    """A subject that a person may take or refuse by itself, such as an advertiser's flash sales:
    Decree 91/2020/ND-CP, Art. 16 lets advertisers offer refusal by product or group."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="programs", verbose_name=_("account")
    )
    advertiser = models.ForeignKey(
        Advertiser, models.PROTECT, related_name="programs", verbose_name=_("advertiser")
    )
    name = models.CharField(_("name"), max_length=80)
    code = models.CharField(
        _("word in replies"),
        max_length=20,
        help_text=_("What people write behind the keyword, such as SALE in “HUY SALE”."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["advertiser", "code"], name="program_code_unique_in_advertiser"
            )
        ]

    def __str__(self) -> str:
        return self.name
