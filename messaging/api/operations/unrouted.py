"""Replies that are in nobody's inbox: operators' systems give them to a sender or dismiss them."""

from typing import Any, Final
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Whole
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations.common import OperationsView, page, reads, who, writes
from messaging.api.operations.filters import By, by_text, by_time, by_word, filters
from messaging.api.operations.named import found, named
from messaging.api.outputs import InboundPartOutput
from messaging.constants import UnroutedReason, UnroutedState
from messaging.models import UnroutedReply
from messaging.services.inbound.unrouted import (
    unrouted_assign,
    unrouted_dismiss,
    unrouted_restore,
)
from routing.models import Sender


class UnroutedReplyOutput(OutputSerializer):
    """A reply without an inbox; its text is shown until it is an account's."""

    id = serializers.UUIDField(source="pk")
    from_ = serializers.CharField(help_text="E.164, or as the PDU had it.")
    to = serializers.CharField(help_text="The address that was written to; empty: not readable.")
    text = serializers.CharField(
        allow_null=True,
        help_text="Null once it was given to a sender: it is its account's to read.",
    )
    reason = serializers.ChoiceField(UnroutedReason.choices)
    state = serializers.ChoiceField(UnroutedState.choices)
    bind_ = serializers.CharField(allow_null=True, help_text="By which it came.")
    received_at = Moment()
    note = serializers.CharField(help_text="Whose it became, or why nobody is meant.")
    decided_at = Moment(allow_null=True)
    decided_by = serializers.CharField(
        allow_null=True, help_text="The person, or who made the key that decided."
    )

    def to_representation(self, instance: UnroutedReply) -> dict[str, Any]:
        message = instance.message
        number = message.msisdn
        return {
            "id": str(instance.pk),
            "from": f"+{number}" if number.isdecimal() else number,
            "to": message.destination,
            "text": message.text if message.account_id is None else None,
            "reason": instance.reason,
            "state": instance.state,
            "bind": message.bind.name if message.bind else None,
            "received_at": _at(message.received_at),
            "note": instance.note,
            "decided_at": _at(instance.decided_at),
            "decided_by": instance.decided_by.get_username() if instance.decided_by else None,
        }


class UnroutedReplyDetailOutput(UnroutedReplyOutput):
    """With its parts."""

    parts = InboundPartOutput(
        many=True, help_text="Those that have come, in their order; none once it is an account's."
    )

    def to_representation(self, instance: UnroutedReply) -> dict[str, Any]:
        shown = super().to_representation(instance)
        rows = instance.message.parts.order_by("number", "id").defer("raw")
        is_nobodys = instance.message.account_id is None
        shown["parts"] = _PARTS.to_representation(rows) if is_nobodys else []
        return shown


class UnroutedAssignInput(StrictSerializer):
    """Whose it is."""

    sender_id = Whole(min_value=1, help_text="The id of a sender, from `GET /operations/senders`.")


class UnroutedDismissInput(StrictSerializer):
    """Why nobody is meant."""

    note = Text(max_length=300, help_text="Whoever looks for this reply later reads it.")


_MOMENT: Final = Moment()
_PARTS: Final = InboundPartOutput(many=True)
_SHOWN: Final = UnroutedReplyOutput()
_WHOLE: Final = UnroutedReplyDetailOutput()
_ROWS: Final = UnroutedReply.objects.select_related("message__bind", "decided_by")
_SENDERS: Final = Sender.objects.select_related("account")
_FILTERS: Final = filters(
    "UnroutedReplies",
    state=by_word("state", UnroutedState.choices),
    reason=by_word("reason", UnroutedReason.choices),
    to=By(
        "message__destination",
        Text(max_length=22, required=False, help_text="The address that was written to."),
        lambda given: given.lstrip("+"),
    ),
    bind=by_text("message__bind__name", "A bind's name."),
    received_after=by_time("message__received_at__gte", "At this time or later."),
    received_before=by_time("message__received_at__lt", "Before this time."),
)


def _at(moment: Any) -> Any:
    return _MOMENT.to_representation(moment) if moment else None


def _reply(reply_id: UUID) -> UnroutedReply:
    return found(_ROWS, pk=reply_id)


class UnroutedRepliesView(OperationsView):
    """`/operations/unrouted-replies`"""

    @reads(
        "list_unrouted_replies",
        "List replies without an inbox",
        query=_FILTERS.query,
        responses={200: page_of("UnroutedReply", UnroutedReplyOutput)},
        description="Oldest first. New ones are told as `inbound.unrouted` of the platform's "
        "events, once a day for each address.",
    )
    def get(self, request: Request) -> Response:
        return page(request, _ROWS, _SHOWN.to_representation, _FILTERS)


class UnroutedReplyView(OperationsView):
    """`/operations/unrouted-replies/{id}`"""

    @reads(
        "get_unrouted_reply",
        "Read one with its parts",
        responses={200: UnroutedReplyDetailOutput},
        also=(404,),
    )
    def get(self, request: Request, reply_id: UUID) -> Response:
        return Response(_WHOLE.to_representation(_reply(reply_id)))


class UnroutedAssignView(OperationsView):
    """`/operations/unrouted-replies/{id}/assign`"""

    @writes(
        "assign_unrouted_reply",
        "Give one to a sender",
        request=UnroutedAssignInput,
        responses={200: UnroutedReplyDetailOutput},
        also=(404, 409),
        description="It acts as if it came now, once: keywords are obeyed and answered, the "
        "sender's account gets it in its inbox and as an event. 409 where it was decided before.",
    )
    def post(self, request: Request, reply_id: UUID) -> Response:
        row, values = _reply(reply_id), body(request, UnroutedAssignInput())
        sender = named(_SENDERS, "sender_id", "unknown_sender", pk=values["sender_id"])
        unrouted_assign(message_id=row.pk, sender=sender, actor=who(request), by_scope=True)
        return Response(_WHOLE.to_representation(_reply(reply_id)))


class UnroutedDismissView(OperationsView):
    """`/operations/unrouted-replies/{id}/dismiss`"""

    @writes(
        "dismiss_unrouted_reply",
        "Say that nobody is meant",
        request=UnroutedDismissInput,
        responses={200: UnroutedReplyDetailOutput},
        also=(404, 409),
        description="It leaves the queue and does nothing; that can be taken back.",
    )
    def post(self, request: Request, reply_id: UUID) -> Response:
        row, values = _reply(reply_id), body(request, UnroutedDismissInput())
        unrouted_dismiss(message_id=row.pk, note=values["note"], actor=who(request), by_scope=True)
        return Response(_WHOLE.to_representation(_reply(reply_id)))


class UnroutedRestoreView(OperationsView):
    """`/operations/unrouted-replies/{id}/restore`"""

    @writes(
        "restore_unrouted_reply",
        "Take a dismissal back",
        responses={200: UnroutedReplyDetailOutput},
        also=(404, 409),
        description="It waits again until somebody decides whose it is.",
    )
    def post(self, request: Request, reply_id: UUID) -> Response:
        row = _reply(reply_id)
        unrouted_restore(message_id=row.pk, actor=who(request), by_scope=True)
        return Response(_WHOLE.to_representation(_reply(reply_id)))
