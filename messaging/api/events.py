"""The event log by polling: the same bodies, to the byte, that webhooks carry."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request

from compliance.constants import Scope
from config.common.api.fields import OutputSerializer, StrictSerializer, Whole
from config.common.api.pagination import query
from config.common.api.schema import operation
from config.common.api.views import ApiView
from messaging.api import examples
from messaging.api.common import account_of
from messaging.api.event_types import EventTypes
from messaging.selectors.events import events_after

MAX_EVENTS = 1000


class EventsQuery(StrictSerializer):
    """Where to go on."""

    after = Whole(
        min_value=0,
        max_value=2**63 - 1,
        default=0,
        help_text=_("`next_cursor` of the last answer, or the last `sequence` you have."),
    )
    limit = Whole(min_value=1, max_value=MAX_EVENTS, default=100, help_text=_("Events at most."))
    types = EventTypes(help_text=_("Only these, with commas between."))


class EventOutput(OutputSerializer):
    """An event; `data` depends on `type`."""

    sequence = serializers.IntegerField(help_text="Numbered per account without gaps.")
    type = serializers.CharField()
    timestamp = serializers.DateTimeField()
    data_ = serializers.DictField()


class EventsOutput(OutputSerializer):
    """The next events, oldest first."""

    data_ = EventOutput(many=True)
    next_cursor = serializers.CharField(
        help_text="Pass it as `after`. It never ends: new events come behind it."
    )


class EventsView(ApiView):
    """`/events`"""

    scopes = {"GET": (Scope.EVENTS_READ.value,)}

    @operation(
        "list_events",
        "Read the event log",
        tag="events",
        scope=Scope.EVENTS_READ.value,
        query=EventsQuery,
        responses={200: EventsOutput},
        description="Numbers follow the order of commits: a reader that goes on from the last "
        "number skips nothing. With `types` an answer looks at 100,000 events at most: it may be "
        "empty and `next_cursor` higher, then there is more.",
        examples=[
            OpenApiExample(
                "One event",
                {"data": [examples.EVENT], "next_cursor": "1042"},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request) -> HttpResponse:
        wanted = query(request, EventsQuery())
        found = events_after(
            account_of(request),
            after=wanted["after"],
            limit=wanted["limit"],
            types=wanted.get("types", ()),
        )
        # Bodies are JSON already: parsing and writing them again could only change them.
        joined = ",".join(found.bodies)
        return HttpResponse(
            f'{{"data":[{joined}],"next_cursor":"{found.last}"}}', content_type="application/json"
        )
