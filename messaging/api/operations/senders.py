"""Senders as operators keep them: leases and papers of every account, and no message."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import MessageClass
from compliance.models import Advertiser
from config.common.api.fields import OutputSerializer, Text, Word
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations.common import OperationsView, once, page, posts, reads, who, writes
from messaging.api.operations.fields import input_of, output_of
from messaging.api.operations.filters import by_account, by_country, by_word, filters
from messaging.api.operations.named import account_named, found, named
from routing.constants import SenderKind, SenderStatus
from routing.models import Sender
from routing.services.senders import sender_put

_KEPT = ("kind", "address", "country")
_CHANGED = (
    "status",
    "lease_start",
    "lease_end",
    "lease_provider",
    "lease_reference",
    "throughput",
    "traffic_kind",
    "receives_replies",
)


def _more(*, is_new: bool) -> dict[str, Any]:
    return {
        "advertiser": Text(
            max_length=120, required=is_new, help_text="The name of a brand of the account."
        ),
        "classes": serializers.ListField(
            child=Word(choices=MessageClass.choices), required=is_new, allow_empty=False
        ),
    }


OperatorSenderInput = input_of(
    "OperatorSenderInput",
    Sender,
    (*_KEPT, *_CHANGED),
    required=(*_KEPT, "lease_start"),
    more={
        "account": Text(max_length=50, help_text="The account's short name; it stays."),
        **_more(is_new=True),
    },
)
OperatorSenderChangeInput = input_of(
    "OperatorSenderChangeInput",
    Sender,
    (*_KEPT, *_CHANGED),
    more=_more(is_new=False),
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
    ("id", *_KEPT, *_CHANGED),
    {
        "classes": serializers.ListField(child=serializers.CharField(), source="allowed_classes"),
        "account": serializers.CharField(source="account.slug"),
        "advertiser": serializers.CharField(source="advertiser.name"),
        "registrations": RegistrationPaperOutput(many=True, source="registrations.all"),
        "certificates": CertificatePaperOutput(many=True, source="certificates.all"),
        "programs": ProgramPaperOutput(many=True, source="programs.all"),
    },
)
_SENDER: Final = OperatorSenderOutput()
_SENDERS = Sender.objects.select_related("account", "advertiser").prefetch_related(
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

    @posts(
        "add_sender",
        "Add a sender",
        request=OperatorSenderInput,
        responses={201: OperatorSenderOutput},
        also=(409,),
        description="For an account. Its registrations are kept at `/senders/{address}`, by the "
        "account. What a country gives once nobody else may have (409 `address_taken`).",
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, OperatorSenderInput())
        account = account_named(values.pop("account"))
        assert account is not None  # the field is not empty
        return once(
            request, "add_sender", lambda: (201, _put(request, Sender(account=account), values))
        )


class OperatorSenderView(OperationsView):
    """`/operations/senders/{id}`"""

    @reads("get_any_sender", "Read a sender", responses={200: OperatorSenderOutput}, also=(404,))
    def get(self, request: Request, sender_id: int) -> Response:
        return Response(_SENDER.to_representation(found(_SENDERS, pk=sender_id)))

    @writes(
        "change_sender",
        "Change a sender",
        request=OperatorSenderChangeInput,
        responses={200: OperatorSenderOutput},
        also=(404, 409),
        description="What is left out stays. A sender is not deleted, messages name it: "
        "`suspended` takes it out of use.",
    )
    def patch(self, request: Request, sender_id: int) -> Response:
        values = body(request, OperatorSenderChangeInput())
        return Response(_put(request, found(_SENDERS, pk=sender_id), values))


def _put(request: Request, sender: Sender, values: dict[str, Any]) -> Any:
    columns = dict(values)
    if "classes" in columns:
        columns["allowed_classes"] = columns.pop("classes")
    if "advertiser" in columns:
        columns["advertiser"] = named(
            Advertiser.objects.filter(account_id=sender.account_id),
            "advertiser",
            "unknown_advertiser",
            name=columns["advertiser"],
        )
    kept = sender_put(sender=sender, values=columns, actor=who(request))
    return _SENDER.to_representation(_SENDERS.get(pk=kept.pk))
