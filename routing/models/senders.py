from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import MessageClass
from compliance.models import Account, Advertiser
from routing.constants import SenderKind, SenderStatus, TrafficKind


class Sender(models.Model):
    """What a message comes from: a short code, a long code or a brandname, on lease."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="senders", verbose_name=_("account")
    )
    advertiser = models.ForeignKey(
        Advertiser, models.PROTECT, related_name="senders", verbose_name=_("advertiser")
    )
    kind = models.CharField(_("kind"), max_length=14, choices=SenderKind.choices)
    address = models.CharField(
        _("address"),
        max_length=15,
        help_text=_("Digits of a code, or a brandname exactly as registered."),
    )
    country = models.CharField(_("country"), max_length=2)
    status = models.CharField(
        _("status"), max_length=10, choices=SenderStatus.choices, default=SenderStatus.DRAFT
    )
    lease_start = models.DateField(_("lease start"))
    lease_end = models.DateField(_("lease end"), null=True, blank=True)
    lease_provider = models.CharField(
        _("leased from"), max_length=80, blank=True, help_text=_("Whose contract it is under.")
    )
    lease_reference = models.CharField(_("contract"), max_length=60, blank=True)
    allowed_classes = ArrayField(
        models.CharField(max_length=16, choices=MessageClass.choices),
        verbose_name=_("allowed classes"),
    )
    throughput = models.FloatField(
        _("throughput"),
        null=True,
        blank=True,
        help_text=_("Contracted segments per second; empty: only the carriers' limits."),
    )
    traffic_kind = models.CharField(
        _("traffic"),
        max_length=3,
        choices=TrafficKind.choices,
        default=TrafficKind.A2P,
        help_text=_("P2P only for numbers on which persons write to each other themselves."),
    )
    receives_replies = models.BooleanField(_("receives replies"), default=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("sender")
        verbose_name_plural = _("senders")
        ordering = ["address"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "country", "address"], name="sender_unique_in_account"
            )
        ]

    def __str__(self) -> str:
        return f"{self.address} ({self.country})"
