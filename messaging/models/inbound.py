from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from carriers.models import Bind
from compliance.models import Account, User
from config.common.ids import uuid7
from messaging.constants import InboundState, UnroutedReason, UnroutedState
from routing.models import Network, Sender


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
    network = models.ForeignKey(
        Network,
        models.SET_NULL,
        null=True,
        verbose_name=_("network"),
        help_text=_("Where the number is believed to be: known of itself, or by its prefix."),
    )
    msisdn = models.CharField(_("from"), max_length=21)
    destination = models.CharField(_("to"), max_length=21)
    text = models.TextField(_("text"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=InboundState.choices,
        default=InboundState.COMPLETE,
        help_text=_("Incomplete: some parts have not come; the text shows where they are missing."),
    )
    missing_parts = ArrayField(models.PositiveSmallIntegerField(), default=list)
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
    # From the sandbox: told to the account, and nobody acts on it.
    is_test = models.BooleanField(_("test"), default=False)
    received_at = models.DateTimeField(_("received"), db_index=True)
    amended_at = models.DateTimeField(
        _("amended"), null=True, help_text=_("When late parts were put into the text.")
    )

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
    """One PDU of an MO, raw: parts of a long text wait here until all have come.

    `octets`: the text as it came, without user data header, so that what a phone has cut is joined
    before it is read; `fingerprint`: the same for the same words of the same phone; `repeats`: how
    often the SMSC sent it again; `stored_at`: from when it could be acknowledged. `session_id` is
    empty and `smsc_message_id` may be given where a carrier posted it over HTTP.
    """

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(InboundMessage, models.CASCADE, null=True, related_name="parts")
    bind = models.ForeignKey(Bind, models.PROTECT)
    carrier_id = models.BigIntegerField()
    session_id = models.BigIntegerField(null=True)
    smsc_message_id = models.CharField(max_length=65, default="")
    msisdn = models.CharField(max_length=21)
    destination = models.CharField(max_length=21)
    reference = models.IntegerField(null=True)
    total = models.PositiveSmallIntegerField(default=1)
    number = models.PositiveSmallIntegerField(default=1)
    text = models.TextField()
    octets = models.BinaryField(default=b"")
    data_coding = models.PositiveSmallIntegerField(default=0)
    alphabet = models.CharField(max_length=10, default="gsm7")
    locking_shift = models.PositiveSmallIntegerField(default=0)
    single_shift = models.PositiveSmallIntegerField(default=0)
    fingerprint = models.BigIntegerField(null=True)
    repeats = models.PositiveIntegerField(default=0)
    raw = models.BinaryField()
    received_at = models.DateTimeField()
    stored_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["fingerprint", "received_at"], name="inbound_part_same"),
            models.Index(
                fields=["smsc_message_id", "received_at"],
                name="inbound_part_id",
                condition=~models.Q(smsc_message_id=""),
            ),
            models.Index(
                fields=["msisdn", "reference"],
                name="inbound_part_assembly",
                condition=models.Q(reference__isnull=False),
            ),
            models.Index(
                fields=["received_at"],
                name="inbound_part_unassembled",
                condition=models.Q(message=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"


class UnroutedReply(models.Model):
    """A reply that nobody's inbox shows: an operator gives it to a sender or dismisses it."""

    message = models.OneToOneField(
        InboundMessage,
        models.CASCADE,
        primary_key=True,
        related_name="unrouted",
        verbose_name=_("reply"),
    )
    reason = models.CharField(_("reason"), max_length=20, choices=UnroutedReason.choices)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=UnroutedState.choices,
        default=UnroutedState.WAITING,
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("unrouted reply")
        verbose_name_plural = _("unrouted replies")
        ordering = ["-message_id"]
        indexes = [
            models.Index(
                fields=["message"],
                name="unrouted_waiting",
                condition=models.Q(state="waiting"),
            )
        ]

    def __str__(self) -> str:
        return str(self.message_id)
