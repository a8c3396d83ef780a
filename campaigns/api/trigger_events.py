"""Events that sources told: what came, what became of it, and once more."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api import trigger_examples as examples
from campaigns.api.trigger_common import READ, TAG, WRITE, source_of
from campaigns.api.trigger_shapes import (
    TriggerEventDetailOutput,
    TriggerEventOutput,
    event_detail_shown,
    event_shown,
)
from campaigns.constants import TriggerResult
from campaigns.models import TriggerEvent
from campaigns.selectors.triggers import events_page
from campaigns.services.triggers.receiving import event_rerun
from config.common.api.fields import Word
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView
from config.common.errors import NotFoundError
from messaging.api.common import actor_of, uuid_cursor


class EventsQuery(PageInput):
    """Filters of events."""

    result = Word(choices=TriggerResult.choices, required=False)


def _own(request: Request, source_id: int, event_id: UUID) -> TriggerEvent:
    source = source_of(request, source_id)
    found = TriggerEvent.objects.filter(source=source, pk=event_id).first()
    if found is None:
        raise NotFoundError("not_found", _("There is no such thing for this key."))
    found.source = source
    return found


class TriggerEventsView(ApiView):
    """`/trigger-sources/{id}/events`"""

    scopes = {"GET": READ}

    @operation(
        "list_trigger_events",
        "List a source's events",
        tag=TAG,
        scope=READ[0],
        query=EventsQuery,
        responses={200: page_of("TriggerEvent", TriggerEventOutput)},
        also=(404,),
        description="Newest first; kept for 90 days.",
        examples=[
            OpenApiExample(
                "A page",
                {"data": [examples.TRIGGER_EVENT], "next_cursor": None},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request, source_id: int) -> Response:
        wanted: Any = query(request, EventsQuery())
        rows = events_page(
            source_of(request, source_id),
            result=wanted.get("result", ""),
            before=uuid_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda event: event.pk)
        return page_response(request, page, [event_shown(row) for row in page.rows])


class TriggerEventView(ApiView):
    """`/trigger-sources/{id}/events/{id}`"""

    scopes = {"GET": READ}

    @operation(
        "get_trigger_event",
        "Read an event",
        tag=TAG,
        scope=READ[0],
        responses={200: TriggerEventDetailOutput},
        also=(404,),
        description="With its body, while that is kept.",
    )
    def get(self, request: Request, source_id: int, event_id: UUID) -> Response:
        return Response(event_detail_shown(_own(request, source_id, event_id)))


class TriggerEventRerunView(ApiView):
    """`/trigger-sources/{id}/events/{id}/rerun`"""

    scopes = {"POST": WRITE}

    @operation(
        "rerun_trigger_event",
        "Run an event again",
        tag=TAG,
        scope=WRITE[0],
        responses={200: TriggerEventOutput},
        also=(404, 409),
        description="By the mappings as they are now; what it sent is not sent again. Done in the "
        "name of the person who made the key, with that person's roles.",
    )
    def post(self, request: Request, source_id: int, event_id: UUID) -> Response:
        event = _own(request, source_id, event_id)
        return Response(event_shown(event_rerun(event=event, actor=actor_of(request))))
