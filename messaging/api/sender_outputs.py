"""Senders and their papers as callers see them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compliance.constants import MessageClass
from config.common.api.fields import OutputSerializer
from messaging.api.outputs import sender_address
from routing.constants import PaperState, SenderKind, SenderStatus
from routing.models import Sender, SenderProgram
from routing.selectors.checklists import checklist
from routing.selectors.overview import overviews


class SenderOutput(OutputSerializer):
    """A sender on lease."""

    address = serializers.SerializerMethodField(help_text="What goes into `from`.")
    kind = serializers.ChoiceField(SenderKind.choices)
    country = serializers.CharField()
    advertiser = serializers.CharField(source="advertiser.name")
    status = serializers.ChoiceField(SenderStatus.choices)
    allowed_classes = serializers.ListField(child=serializers.ChoiceField(MessageClass.choices))
    lease_start = serializers.DateField()
    lease_end = serializers.DateField(allow_null=True)
    receives_replies = serializers.BooleanField()

    def get_address(self, sender: Sender) -> str:
        return sender_address(sender.kind, sender.address)


class _PaperOutput(OutputSerializer):
    state = serializers.ChoiceField(PaperState.choices)
    reference = serializers.CharField()
    valid_from = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(
        allow_null=True, help_text="The last day on which it counts; null: no end is known."
    )


class CertificateOutput(_PaperOutput):
    """An entry in a country's register; `reference` is its number."""

    authority = serializers.CharField()


class SenderRegistrationOutput(_PaperOutput):
    """A registration with a network for a class."""

    id = serializers.IntegerField()
    network = serializers.CharField(source="network.code")
    network_name = serializers.CharField(source="network.name")
    class_ = serializers.ChoiceField(MessageClass.choices, source="message_class")
    note = serializers.CharField()


class SenderProgramOutput(_PaperOutput):
    """What a code is registered for with the carriers."""

    name = serializers.CharField()
    call_to_action = serializers.CharField()
    opt_in_flow = serializers.CharField()
    terms_url = serializers.CharField()
    privacy_url = serializers.CharField()
    help_answer = serializers.CharField(source="help_text")
    stop_answer = serializers.CharField(source="stop_text")
    frequency = serializers.CharField()
    samples = serializers.ListField(child=serializers.CharField())
    missing = serializers.SerializerMethodField(
        help_text="What has to be put right before it is handed in."
    )

    def get_missing(self, program: SenderProgram) -> list[str]:
        return [line.text for line in checklist(program)]


class LeaseOutput(OutputSerializer):
    """From whom the sender is leased; the days are both in the lease."""

    provider = serializers.CharField(source="lease_provider")
    reference = serializers.CharField(source="lease_reference")
    start = serializers.DateField(source="lease_start")
    end = serializers.DateField(source="lease_end", allow_null=True)


class SenderDetailOutput(SenderOutput):
    """A sender with its papers, and what stops messages from it."""

    lease = LeaseOutput(source="*")
    certificates = CertificateOutput(many=True)
    registrations = SenderRegistrationOutput(many=True)
    programs = SenderProgramOutput(many=True)
    missing = serializers.SerializerMethodField(
        help_text="What its country asks for and is not in order, in words."
    )

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_missing(self, sender: Sender) -> list[str]:
        (found,) = overviews([sender])
        return list(found.missing)


def registrations_shown(rows: Any) -> list[Any]:
    """As in a sender's detail."""
    shown = SenderRegistrationOutput()
    return [shown.to_representation(row) for row in rows]
