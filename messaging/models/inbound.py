from django.db import models
from django.utils.translation import gettext_lazy as _

from carriers.models import Bind
from compliance.models import Account
from config.common.ids import uuid7
from routing.models import Sender


class InboundMessage(models.Model):
    """A message from a phone (MO), stored before it is acknowledged to the SMSC."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        verbose_name=_("account"),
        help_text=_("Empty: no sender of ours has this address."),
    )
    sender = models.ForeignKey(Sender, models.PROTECT, null=True, verbose_name=_("sender"))
    bind = models.ForeignKey(Bind, models.PROTECT, null=True, verbose_name=_("bind"))
    msisdn = models.CharField(_("from"), max_length=21)
    destination = models.CharField(_("to"), max_length=21)
    text = models.TextField(_("text"))
    encoding = models.CharField(_("encoding"), max_length=10)
    part_count = models.PositiveSmallIntegerField(_("parts"), default=1)
    keyword = models.CharField(_("keyword"), max_length=40, blank=True)
    action = models.CharField(_("understood as"), max_length=12, blank=True)
    grade = models.CharField(
        _("certainty"),
        max_length=10,
        blank=True,
        help_text=_("Exact: a keyword alone. Inferred: read out of a longer or misspelt text."),
    )
    received_at = models.DateTimeField(_("received"), db_index=True)

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-id"], name="inbound_by_account"),
            models.Index(fields=["account", "msisdn"], name="inbound_by_number"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class InboundPart(models.Model):
    """One PDU of an MO, raw: parts of a long text wait here until all have come."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(InboundMessage, models.CASCADE, null=True, related_name="parts")
    bind = models.ForeignKey(Bind, models.PROTECT)
    carrier_id = models.BigIntegerField()
    msisdn = models.CharField(max_length=21)
    destination = models.CharField(max_length=21)
    reference = models.IntegerField(null=True)
    total = models.PositiveSmallIntegerField(default=1)
    number = models.PositiveSmallIntegerField(default=1)
    text = models.TextField()
    raw = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["carrier_id", "msisdn", "destination", "reference"],
                name="inbound_part_waiting",
                condition=models.Q(message=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"
