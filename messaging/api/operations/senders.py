"""Senders as operators see them: leases and papers of every account, and no message."""

from typing import Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import OutputSerializer
from config.common.api.schema import page_of
from messaging.api.operations.common import OperationsView, page, reads
from messaging.api.operations.fields import output_of
from messaging.api.operations.filters import by_account, by_country, by_word, filters
from messaging.api.operations.named import found
from routing.constants import SenderKind, SenderStatus
from routing.models import Sender

_COLUMNS = (
    "id",
    "kind",
    "address",
    "country",
    "status",
    "lease_start",
    "lease_end",
    "lease_provider",
    "lease_reference",
    "throughput",
    "traffic_kind",
    "receives_replies",
)


class PaperOutput(OutputSerializer):
    """A registration, certificate or program: where it stands."""

    state = serializers.CharField()
    reference = serializers.CharField()
    valid_from = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True)


class RegistrationPaperOutput(PaperOutput):
    """With a network, for a class."""

    network = serializers.CharField(source="network.code")
    class_ = serializers.CharField(source="message_class")


class CertificatePaperOutput(PaperOutput):
    """In a country's register."""

    authority = serializers.CharField()


class ProgramPaperOutput(PaperOutput):
    """What a code is registered for."""

    name = serializers.CharField()


OperatorSenderOutput = output_of(
    "OperatorSenderOutput",
    Sender,
    _COLUMNS,
    {
        "classes": serializers.ListField(child=serializers.CharField(), source="allowed_classes"),
        "account": serializers.CharField(source="account.slug"),
        "registrations": RegistrationPaperOutput(many=True, source="registrations.all"),
        "certificates": CertificatePaperOutput(many=True, source="certificates.all"),
        "programs": ProgramPaperOutput(many=True, source="programs.all"),
    },
)
_SENDER: Final = OperatorSenderOutput()
_SENDERS = Sender.objects.select_related("account").prefetch_related(
    "registrations__network", "certificates", "programs"
)
_FILTERS: Final = filters(
    "OperatorSenders",
    account=by_account(),
    country=by_country(),
    kind=by_word("kind", SenderKind.choices),
    status=by_word("status", SenderStatus.choices),
)


class OperatorSendersView(OperationsView):
    """`/operations/senders`"""

    @reads(
        "list_all_senders",
        "List the senders of every account",
        query=_FILTERS.query,
        responses={200: page_of("OperatorSender", OperatorSenderOutput)},
        description="With lease, contracted throughput and papers.",
    )
    def get(self, request: Request) -> Response:
        return page(request, _SENDERS, _SENDER.to_representation, _FILTERS)


class OperatorSenderView(OperationsView):
    """`/operations/senders/{id}`"""

    @reads("get_any_sender", "Read a sender", responses={200: OperatorSenderOutput}, also=(404,))
    def get(self, request: Request, sender_id: int) -> Response:
        return Response(_SENDER.to_representation(found(_SENDERS, pk=sender_id)))
