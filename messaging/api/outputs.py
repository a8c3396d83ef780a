"""What callers see of messages: price but never cost, networks but never carriers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compliance.constants import MessageClass
from config.common.api.fields import Moment, OutputSerializer
from messaging.constants import DeliveryProof, FailureReason, InboundState, MessageStatus
from messaging.models import InboundMessage
from messaging.selectors.messages import ShownMessage
from messaging.selectors.trace_steps import StepKind
from routing.constants import SenderKind
from routing.numbers import to_e164


def amount(micros: int) -> str:
    """Millionths as a decimal string without idle zeros: `350`, `0.0075`."""
    whole, rest = divmod(micros, 1_000_000)
    if not rest:
        return str(whole)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def sender_address(kind: str, address: str) -> str:
    """A sender as the API writes it: long codes in E.164, others as registered."""
    return to_e164(address) if kind == SenderKind.LONG_CODE else address


class PriceOutput(OutputSerializer):
    """Money as a decimal string."""

    amount = serializers.CharField(help_text="Decimal number, for all segments.")
    currency = serializers.CharField(help_text="ISO 4217.")


class StepOutput(OutputSerializer):
    """One step of a message's way."""

    at = serializers.DateTimeField(allow_null=True, help_text="Null: it waits without a time.")
    kind = serializers.ChoiceField(StepKind.choices)
    detail = serializers.DictField(help_text="What is known about it, by name.")


class MessageOutput(OutputSerializer):
    """A message and what became of it."""

    id = serializers.UUIDField()
    to = serializers.SerializerMethodField(help_text="E.164.")
    from_ = serializers.SerializerMethodField(help_text="The sender.")
    class_ = serializers.ChoiceField(MessageClass.choices, source="message_class")
    status = serializers.ChoiceField(MessageStatus.choices)
    failure_reason = serializers.ChoiceField(
        [choice for choice in FailureReason.choices if choice[0]], allow_null=True
    )
    delivery_proof = serializers.ChoiceField(
        DeliveryProof.choices,
        allow_null=True,
        help_text="What `delivered` rests on: `network` says so, or it reached the `handset`.",
    )
    text = serializers.CharField(help_text="Empty once retention has taken it away.")
    encoding = serializers.CharField(help_text="`gsm7` or `ucs2`.")
    segment_count = serializers.IntegerField(help_text="On the air, as handed over.")
    billed_segment_count = serializers.IntegerField(
        source="billed_segments", help_text="With what the recipient's network adds to the text."
    )
    price = serializers.SerializerMethodField()
    livemode = serializers.SerializerMethodField(
        help_text="False where a test key sent it: it went to the sandbox and cost nothing."
    )
    client_reference = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    network = serializers.CharField(
        allow_null=True, help_text="The recipient's network, where known."
    )
    campaign = serializers.IntegerField(source="campaign_id", allow_null=True)
    created_at = Moment()
    send_at = Moment(allow_null=True)
    expires_at = Moment(source="not_after", allow_null=True)
    time_zone = serializers.CharField(
        source="recipient_zone", allow_null=True, help_text="The recipient's, as it was given."
    )
    sent_at = Moment(allow_null=True)
    done_at = Moment(allow_null=True)

    def get_to(self, message: ShownMessage) -> str:
        return to_e164(message.msisdn)

    def get_from(self, message: ShownMessage) -> str:
        return sender_address(message.sender_kind, message.sender_address)

    def get_livemode(self, message: ShownMessage) -> bool:
        return not message.is_test

    @extend_schema_field(PriceOutput)
    def get_price(self, message: ShownMessage) -> dict[str, str]:
        return {"amount": amount(message.price_micros), "currency": message.currency}

    def to_representation(self, instance: ShownMessage) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        proof = instance.delivery_proof
        shown["failure_reason"] = None if proof else instance.failure_reason or None
        shown["client_reference"] = instance.client_reference or None
        shown["metadata"] = instance.metadata or {}
        return shown


class MessageDetailOutput(MessageOutput):
    """A message with the way it took."""

    way = serializers.CharField(
        allow_null=True,
        help_text="In one sentence, for people: its sender, instead of which one if by a fallback "
        "rule, and what kind of route. Null while that is not decided, and of refused messages.",
    )


class AcceptedOutput(OutputSerializer):
    """A row of a batch that became a message."""

    index = serializers.IntegerField(help_text="Position in `messages`, from 0.")
    id = serializers.UUIDField()
    to = serializers.CharField(help_text="E.164.")
    status = serializers.ChoiceField(MessageStatus.choices)
    segment_count = serializers.IntegerField()
    billed_segment_count = serializers.IntegerField()
    encoding = serializers.CharField()
    price = PriceOutput()


class ClosestOutput(OutputSerializer):
    """The approved template that a text comes nearest to, and where it first differs."""

    template = serializers.CharField()
    language = serializers.CharField()
    position = serializers.IntegerField(
        help_text="In code points of the text as the template's letters write it, from 0."
    )
    expected = serializers.CharField(help_text="What has to stand there; empty: nothing.")
    found = serializers.CharField(help_text="What does; empty: the text ends.")


class RejectedOutput(OutputSerializer):
    """A row that was set aside."""

    index = serializers.IntegerField(help_text="Position in `messages`, from 0.")
    code = serializers.CharField(help_text="Stable name of the rule that was broken.")
    field = serializers.CharField(help_text="The row's field; dots part the steps.")
    pointer = serializers.CharField(help_text="JSON Pointer into the request's body.")
    detail = serializers.CharField(help_text="The field, the rule and the fix, for people.")
    closest = ClosestOutput(allow_null=True, help_text="With code `text_matches_no_template`.")


class BatchOutput(OutputSerializer):
    """What became of each row: every index is in exactly one of the two lists."""

    accepted_count = serializers.IntegerField()
    rejected_count = serializers.IntegerField()
    accepted = AcceptedOutput(many=True)
    rejected = RejectedOutput(many=True)


class InboundOutput(OutputSerializer):
    """A reply."""

    id = serializers.UUIDField()
    from_ = serializers.SerializerMethodField(help_text="The phone, E.164 where it has a number.")
    to = serializers.CharField(source="destination", help_text="The sender that was replied to.")
    text = serializers.CharField()
    encoding = serializers.CharField()
    part_count = serializers.IntegerField()
    keyword = serializers.CharField(allow_null=True, help_text="The keyword that was understood.")
    action = serializers.CharField(
        allow_null=True, help_text="What it led to: `opt_out`, `help` …."
    )
    state = serializers.ChoiceField(
        InboundState.choices,
        help_text="`incomplete`: parts have not come; `text` shows where, as `[…2/3…]`.",
    )
    missing_parts = serializers.ListField(child=serializers.IntegerField())
    network = serializers.CharField(
        source="network.code", allow_null=True, default=None, help_text="Where the phone is."
    )
    livemode = serializers.SerializerMethodField(
        help_text="False where the sandbox wrote it: only test keys see it, and nobody acts on it."
    )
    received_at = Moment()
    amended_at = Moment(allow_null=True, help_text="When late parts were put into the text.")

    def get_livemode(self, reply: InboundMessage) -> bool:
        return not reply.is_test

    def get_from(self, reply: InboundMessage) -> str:
        return to_e164(reply.msisdn) if reply.msisdn.isdigit() else reply.msisdn

    def to_representation(self, instance: InboundMessage) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        shown["keyword"] = instance.keyword or None
        shown["action"] = instance.action or None
        return shown


class InboundPartOutput(OutputSerializer):
    """One part of a reply, as its SMSC delivered it."""

    number = serializers.IntegerField(help_text="Its place, from 1.")
    total = serializers.IntegerField()
    reference = serializers.IntegerField(
        allow_null=True, help_text="The phone's, which parts of one text share."
    )
    text = serializers.CharField(
        help_text="The words of this part alone: a character that the phone has cut is whole in the"
        " reply's `text` only."
    )
    data_coding = serializers.IntegerField(help_text="SMPP 3.4 §5.2.19.")
    repeats = serializers.IntegerField(help_text="How often the SMSC sent it again.")
    received_at = Moment()


class InboundDetailOutput(InboundOutput):
    """A reply with its parts."""

    parts = InboundPartOutput(many=True, help_text="Those that have come, in their order.")
