"""Small unpartitioned tables beside the hot path: uniqueness, counters, parked receipts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.models import Account, ApiKey
from messaging.frequency import SLOT_OCTETS


class IdempotencyKey(models.Model):
    """A claimed `Idempotency-Key`: taken before the work, settled with the stored answer."""

    account = models.ForeignKey(Account, models.CASCADE, null=True)  # None: the platform's key
    api_key = models.ForeignKey(ApiKey, models.CASCADE)
    route = models.CharField(max_length=60)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.SmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["api_key", "route", "key"], name="idempotency_key_unique"
            )
        ]

    def __str__(self) -> str:
        return self.key


class ClientReference(models.Model):
    """The customer's own name of a message: unique per account, in the sandbox once more."""

    pk = models.CompositePrimaryKey("account_id", "reference", "is_test")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    reference = models.CharField(max_length=100)
    is_test = models.BooleanField(default=False, db_default=False)
    message_id = models.UUIDField()

    def __str__(self) -> str:
        return self.reference


class EventCounter(models.Model):
    """The last sequence number given to an account's events."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.account_id}: {self.last}"


class Tally(models.Model):
    """Counts of a campaign's messages by state, as deltas: summed on reading, squashed in beat."""

    id = models.BigAutoField(primary_key=True)
    campaign_id = models.BigIntegerField(db_index=True)
    status = models.CharField(max_length=12)
    reason = models.CharField(max_length=24, blank=True)
    messages = models.IntegerField()
    segments = models.IntegerField(default=0)
    price_micros = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.status} {self.messages:+}"


class Hold(models.Model):
    """A paused campaign: nothing of it is claimed or written while this row stands."""

    campaign_id = models.BigIntegerField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE)
    placed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.campaign_id)


class ParkedReceipt(models.Model):
    """A receipt that came before its answer, or for an id we never learned: kept and retried."""

    id = models.BigAutoField(primary_key=True)
    carrier_id = models.BigIntegerField()
    bind_id = models.BigIntegerField()
    smsc_message_id = models.CharField(max_length=65)
    msisdn = models.CharField(max_length=21)
    reference = models.IntegerField(null=True)  # user_message_reference (SMPP 3.4 §5.3.2.17)
    state = models.CharField(max_length=12)
    error = models.CharField(max_length=16, blank=True)
    is_proof = models.BooleanField(default=False)  # of having reached the handset
    raw = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("parked receipt")
        verbose_name_plural = _("parked receipts")
        indexes = [models.Index(fields=["carrier_id", "smsc_message_id"], name="parked_by_id")]

    def __str__(self) -> str:
        return self.smsc_message_id


class ReceiptWatermark(models.Model):
    """Up to when a bind's sent segments were examined for receipts that never came."""

    bind_id = models.BigIntegerField(primary_key=True)
    examined_to = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.bind_id)


class ReceiptWait(models.Model):
    """A message whose receipt is not missed yet although its bind's grace is over: its own
    deadline leaves the carrier more time."""

    message_id = models.UUIDField(primary_key=True)
    due_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.message_id)


class BounceWatermark(models.Model):
    """Up to which of an account's events failures were examined for numbers that never answer."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True)
    examined_to = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.account_id}: {self.examined_to}"


class SegmentReference(models.Model):
    """The last concatenation reference used from a sender to a number (3GPP TS 23.040 §9.2.3.24.1):
    counted, never drawn, so that two texts in assembly at a phone cannot share one.

    `window_first` is the first one since `window_at`, `previous_first` the first one of the window
    before: see `services.references`."""

    pk = models.CompositePrimaryKey("sender_id", "msisdn")
    sender_id = models.BigIntegerField()
    msisdn = models.CharField(max_length=15)
    last = models.SmallIntegerField()
    window_at = models.DateTimeField(null=True)
    window_first = models.SmallIntegerField(null=True)
    previous_first = models.SmallIntegerField(null=True)

    def __str__(self) -> str:
        return str(self.last)


class Frequency(models.Model):
    """Which messages count against how often an advertiser may write to a number.

    The slots are packed (`messaging.frequency.slots_unpacked`): JSON cost more than all else that
    is done with them. What a slot counts as is its message's state, read where it is not yet
    sent: nothing has to settle or free it. `asked_id`: the one message that asked the person for
    consent.
    """

    pk = models.CompositePrimaryKey("advertiser_id", "msisdn")
    advertiser_id = models.BigIntegerField()
    msisdn = models.CharField(max_length=15)
    slots = models.BinaryField(default=bytes)
    reserved_at = models.DateTimeField()
    asked_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.advertiser_id}: {len(self.slots) // SLOT_OCTETS}"
