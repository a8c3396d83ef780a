"""Many replies without an inbox at once, each to the sender that has its address now."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from config.common.api.fields import OutputSerializer, StrictSerializer, Text, UnreadList
from config.common.api.problems import pointer
from config.common.api.views import body
from config.common.errors import DomainError, InvalidError
from messaging.api.operations.common import OperationsView, once_in_parts, posts, who
from messaging.constants import UnroutedState
from messaging.models import UnroutedReply
from messaging.services.inbound.unrouted import RoutedReply, unrouted_route

# Each acts in a transaction of its own, in about 20 ms: a request stays below ten seconds.
MOST: Final = 200
_MEMBER: Final = "ids"


@extend_schema_field(serializers.ListField(child=serializers.UUIDField(), max_length=MOST))
class Ids(UnreadList):
    """Ids of replies."""

    most = MOST
    default_error_messages = {
        "null": gettext_lazy("The value is null: give a list of ids, or leave the field out."),
        "not_a_list": gettext_lazy('The value is not a list: write ["…", …].'),
        "empty": gettext_lazy("The list is empty: give at least one id."),
        "too_many": gettext_lazy("The list has more than {limit} ids: send it in several parts."),
    }


class UnroutedRouteInput(StrictSerializer):
    """Some replies by their ids, or what waits for an address."""

    ids = Ids(required=False, help_text=f"Up to {MOST}, from the list.")
    to = Text(
        max_length=22,
        required=False,
        help_text=f"The address that was written to: the oldest {MOST} that wait for it.",
    )
    after = serializers.UUIDField(
        required=False, help_text="With `to`: only those behind this one (`next_cursor`)."
    )


class RoutedReplyOutput(OutputSerializer):
    """A reply that is in its account's inbox now."""

    id = serializers.UUIDField()
    sender_id = serializers.IntegerField()
    account = serializers.CharField(help_text="Its short name.")


class UnroutedRefusalOutput(OutputSerializer):
    """A reply that was left as it is."""

    index = serializers.IntegerField(
        help_text="Position in `ids`, or among those that wait for `to`, from 0."
    )
    id = serializers.UUIDField(allow_null=True, help_text="Null where it is no id.")
    code = serializers.CharField(
        help_text="`unknown_address`, `shared_address` and `unreadable` wait on; "
        "`unrouted_decided`, `unknown_reply` and `invalid` do not."
    )
    pointer = serializers.CharField(help_text="JSON Pointer into the request's body.")
    detail = serializers.CharField(help_text="The rule and the fix, for people.")


class UnroutedRouteOutput(OutputSerializer):
    """What became of each: it is in exactly one of the two lists."""

    routed_count = serializers.IntegerField()
    rejected_count = serializers.IntegerField()
    routed = RoutedReplyOutput(many=True)
    rejected = UnroutedRefusalOutput(many=True)
    next_cursor = serializers.CharField(
        allow_null=True, help_text="With `to`: pass it as `after` for the next; null: no more wait."
    )


class UnroutedRouteView(OperationsView):
    """`/operations/unrouted-replies/route`"""

    @posts(
        "route_unrouted_replies",
        "Give many to the senders of their addresses",
        request=UnroutedRouteInput,
        responses={200: UnroutedRouteOutput},
        also=(409,),
        description=f"Up to {MOST} at a time, each as by `assign` to the one sender that has its "
        "address now (of several the one that wrote to the number last). One that has none is left "
        "waiting and stands in `rejected` with the reason; it never stops the others. Repeating is "
        "harmless: a reply is given once.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, UnroutedRouteInput(), unread=_MEMBER)
        if (_MEMBER in values) == ("to" in values):
            raise InvalidError(
                "ids_or_to", _("Give either ids, or to with an address: one of them."), field="to"
            )
        if "after" in values and "to" not in values:
            raise InvalidError(
                "after_without_to", _("after goes with to: leave it out."), field="after"
            )
        # Not one transaction: it would keep the next replies of all these people waiting.
        return once_in_parts(
            request, "route_unrouted_replies", lambda: (200, _route(request, values))
        )


def _route(request: Request, values: Mapping[str, Any]) -> dict[str, Any]:
    if "to" in values:
        keys, is_more = _waiting(values["to"], values.get("after"))
        read: dict[int, UUID] = dict(enumerate(keys))
        bad: list[dict[str, Any]] = []
    else:
        read, bad = _read(values[_MEMBER])
        is_more = False
    found = unrouted_route(message_ids=list(read.values()), actor=who(request), by_scope=True)
    by_index = list(zip(read, found, strict=True))
    rejected = bad + list(_rejected(by_index, has_ids=_MEMBER in values))
    routed = [
        {"id": one.message_id, "sender_id": one.sender.pk, "account": one.sender.account.slug}
        for _index, one in by_index
        if one.sender is not None
    ]
    return {
        "routed_count": len(routed),
        "rejected_count": len(rejected),
        "routed": routed,
        "rejected": sorted(rejected, key=lambda one: int(one["index"])),
        "next_cursor": read[len(read) - 1] if is_more else None,
    }


def _waiting(address: str, after: UUID | None) -> tuple[list[UUID], bool]:
    """Those that wait for an address, oldest first, and whether there are more."""
    rows = UnroutedReply.objects.filter(
        state=UnroutedState.WAITING, message__destination=address.lstrip("+")
    )
    if after is not None:
        rows = rows.filter(pk__gt=after)
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    return keys[:MOST], len(keys) > MOST


def _read(given: Sequence[Any]) -> tuple[dict[int, UUID], list[dict[str, Any]]]:
    """Ids by their places, and what is none."""
    read: dict[int, UUID] = {}
    bad = []
    for index, one in enumerate(given):
        try:
            read[index] = UUID(one)
        except (ValueError, TypeError, AttributeError):
            error = InvalidError("invalid", _("This is no id: take it from the list of replies."))
            bad.append(_shown(index, None, error, pointer(_MEMBER, index)))
    return read, bad


def _rejected(
    found: Sequence[tuple[int, RoutedReply]], *, has_ids: bool
) -> Iterator[dict[str, Any]]:
    for index, one in found:
        if one.refusal is not None:
            at = pointer(_MEMBER, index) if has_ids else pointer("to")
            yield _shown(index, one.message_id, one.refusal, at)


def _shown(index: int, key: UUID | None, error: DomainError, at: str) -> dict[str, Any]:
    return {
        "index": index,
        "id": key,
        "code": error.code,
        "pointer": at,
        "detail": str(error.message),
    }
