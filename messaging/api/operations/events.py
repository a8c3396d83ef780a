"""The platform's own stream of events, by polling."""

from typing import Any, Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import (
    Moment,
    OutputSerializer,
    StrictSerializer,
    Text,
    Truth,
    Whole,
    Word,
)
from config.common.api.pagination import query
from messaging.api.operations.common import OperationsView, reads
from routing.constants import PlatformEventType
from routing.models import PlatformEvent

MOST_EVENTS: Final = 1000


class PlatformEventsQuery(StrictSerializer):
    """Where to go on, and which."""

    after = Whole(
        min_value=0,
        max_value=2**63 - 1,
        default=0,
        help_text="`next_cursor` of the last answer, or the last `sequence` you have.",
    )
    limit = Whole(min_value=1, max_value=MOST_EVENTS, default=100, help_text="Events at most.")
    type = Word(choices=PlatformEventType.choices, required=False)
    carrier = Text(max_length=50, required=False, help_text="A carrier's code.")
    is_alert = Truth(required=False, help_text="What somebody should look at.")


class PlatformEventOutput(OutputSerializer):
    """An event; `data` depends on `type`."""

    sequence = serializers.IntegerField(help_text="Numbered in the order of commits.")
    type = serializers.ChoiceField(PlatformEventType.choices)
    timestamp = Moment(source="at")
    carrier = serializers.CharField(source="carrier.code", allow_null=True, default=None)
    is_alert = serializers.BooleanField()
    data_ = serializers.DictField()


class PlatformEventsOutput(OutputSerializer):
    """The next events, oldest first."""

    data_ = PlatformEventOutput(many=True)
    next_cursor = serializers.CharField(
        help_text="Pass it as `after`. It never ends: new events come behind it."
    )


_EVENT: Final = PlatformEventOutput()


class PlatformEventsView(OperationsView):
    """`/operations/events`"""

    @reads(
        "list_platform_events",
        "Read the platform's events",
        query=PlatformEventsQuery,
        responses={200: PlatformEventsOutput},
        description="Carriers, binds, orders, pins and re-routes. Numbers follow the order of "
        "commits: a reader that goes on from the last number skips nothing.",
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PlatformEventsQuery())
        by: dict[str, Any] = {"sequence__gt": wanted["after"]}
        lookups = {"type": "type", "carrier": "carrier__code", "is_alert": "is_alert"}
        by |= {lookup: wanted[name] for name, lookup in lookups.items() if name in wanted}
        rows = PlatformEvent.objects.select_related("carrier").filter(**by).order_by("sequence")
        events = list(rows[: wanted["limit"]])
        last = events[-1].sequence if events else wanted["after"]
        return Response(
            {"data": [_EVENT.to_representation(one) for one in events], "next_cursor": str(last)}
        )
