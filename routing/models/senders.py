from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from compliance.constants import MessageClass
from compliance.models import Account, Advertiser
from routing.constants import RegistrationState, SenderKind, SenderStatus
from routing.models.networks import Network


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


class SenderRegistration(models.Model):
    """A sender's registration with a network for a class of traffic."""

    sender = models.ForeignKey(
        Sender, models.CASCADE, related_name="registrations", verbose_name=_("sender")
    )
    network = models.ForeignKey(Network, models.PROTECT, verbose_name=_("network"))
    message_class = models.CharField(_("class"), max_length=16, choices=MessageClass.choices)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=RegistrationState.choices,
        default=RegistrationState.PENDING,
    )
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    expires_on = models.DateField(_("expires"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("sender registration")
        verbose_name_plural = _("sender registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "network", "message_class"], name="sender_registration_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sender} · {self.network} · {self.get_message_class_display()}"
