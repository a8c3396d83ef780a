"""Mappings of a trigger source, and their versions."""

from functools import partial
from typing import Any, Final

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api import trigger_examples as examples
from campaigns.api.common import key_cursor
from campaigns.api.trigger_common import (
    READ,
    TAG,
    WRITE,
    mapping_of,
    source_of,
    spec_problems,
)
from campaigns.api.trigger_shapes import (
    TriggerMappingChange,
    TriggerMappingInput,
    TriggerMappingOutput,
    TriggerVersionOutput,
    mapping_shown,
    version_shown,
)
from campaigns.models import TriggerMapping, TriggerSource
from campaigns.selectors.triggers import mappings_page
from campaigns.services.triggers.mappings import (
    draft_activate,
    draft_discard,
    draft_save,
    mapping_change,
    mapping_create,
    mapping_delete,
    version_restore,
)
from compliance.models import User
from config.common.api.idempotency import idempotency_key
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from messaging.api.common import KEY_HEADER, actor_of, answer_response, key_of, written
from messaging.services.idempotency import Answer, answer_once

_INPUT: Final = TriggerMappingInput()
_CHANGE: Final = TriggerMappingChange()
_IN_NAME = "Done in the name of the person who made the key, with that person's roles."


class TriggerMappingsView(ApiView):
    """`/trigger-sources/{id}/mappings`"""

    scopes = {"GET": READ, "POST": WRITE}

    @operation(
        "list_trigger_mappings",
        "List mappings",
        tag=TAG,
        scope=READ[0],
        query=PageInput,
        responses={200: page_of("TriggerMapping", TriggerMappingOutput)},
        also=(404,),
        description="In the order of making.",
    )
    def get(self, request: Request, source_id: int) -> Response:
        wanted = query(request, PageInput())
        rows = mappings_page(
            source_of(request, source_id),
            after=key_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda found: found.pk)
        return page_response(request, page, [mapping_shown(row) for row in page.rows])

    @operation(
        "create_trigger_mapping",
        "Make a mapping",
        tag=TAG,
        scope=WRITE[0],
        request=TriggerMappingInput,
        responses={201: TriggerMappingOutput},
        also=(404, 409),
        parameters=[KEY_HEADER],
        description=f"As a draft; with `activate` events are read by it at once. {_IN_NAME}",
        examples=[
            OpenApiExample("Order paid", examples.MAPPING_REQUEST, request_only=True),
            OpenApiExample("Made", examples.MAPPING, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request, source_id: int) -> HttpResponse:
        source, values = source_of(request, source_id), body(request, _INPUT)
        with spec_problems():
            answer = answer_once(
                api_key=key_of(request),
                route=f"trigger-sources/{source_id}/mappings",
                key=idempotency_key(request),
                payload=request.data,
                work=partial(_create, source, actor_of(request), values),
            )
        return answer_response(answer)


def _create(source: TriggerSource, actor: User, values: dict[str, Any]) -> Answer:
    activate = values.pop("activate")
    with transaction.atomic():
        mapping = mapping_create(source=source, actor=actor, **values)
        if activate:
            draft_activate(mapping=mapping, actor=actor)
    address = f"/api/v1/trigger-sources/{source.pk}/mappings/{mapping.pk}"
    return Answer(201, written(_shown(mapping)), location=address)


def _shown(mapping: TriggerMapping) -> dict[str, Any]:
    return mapping_shown(TriggerMapping.objects.prefetch_related("versions").get(pk=mapping.pk))


class TriggerMappingView(ApiView):
    """`/trigger-sources/{id}/mappings/{id}`"""

    scopes = {"GET": READ, "PATCH": WRITE, "DELETE": WRITE}

    @operation(
        "get_trigger_mapping",
        "Read a mapping",
        tag=TAG,
        scope=READ[0],
        responses={200: TriggerMappingOutput},
        also=(404,),
        examples=[OpenApiExample("Active", examples.MAPPING, response_only=True)],
    )
    def get(self, request: Request, source_id: int, mapping_id: int) -> Response:
        return Response(_shown(mapping_of(request, source_id, mapping_id)))

    @operation(
        "change_trigger_mapping",
        "Change a mapping",
        tag=TAG,
        scope=WRITE[0],
        request=TriggerMappingChange,
        responses={200: TriggerMappingOutput},
        also=(404, 409),
        description="A `spec` becomes the draft, and events go on being read by the active "
        f"version until the draft is activated. {_IN_NAME}",
    )
    def patch(self, request: Request, source_id: int, mapping_id: int) -> Response:
        mapping, actor = mapping_of(request, source_id, mapping_id), actor_of(request)
        values = body(request, _CHANGE)
        activate, spec = values.pop("activate"), values.pop("spec", None)
        with spec_problems(), transaction.atomic():
            if values:
                mapping_change(mapping=mapping, actor=actor, **values)
            if spec is not None:
                draft_save(mapping=mapping, spec=spec, actor=actor)
            if activate:
                draft_activate(mapping=mapping, actor=actor)
        return Response(_shown(mapping))

    @operation(
        "delete_trigger_mapping",
        "Delete a mapping",
        tag=TAG,
        scope=WRITE[0],
        responses={204: None},
        also=(404,),
        description="With its versions; its events and messages stay.",
    )
    def delete(self, request: Request, source_id: int, mapping_id: int) -> Response:
        mapping = mapping_of(request, source_id, mapping_id)
        mapping_delete(mapping=mapping, actor=actor_of(request))
        return Response(status=204)


class TriggerMappingActivateView(ApiView):
    """`/trigger-sources/{id}/mappings/{id}/activate`"""

    scopes = {"POST": WRITE}

    @operation(
        "activate_trigger_mapping",
        "Activate the draft",
        tag=TAG,
        scope=WRITE[0],
        responses={200: TriggerMappingOutput},
        also=(404, 409),
        description="Events are read by it from now on; the version before is kept.",
    )
    def post(self, request: Request, source_id: int, mapping_id: int) -> Response:
        mapping = mapping_of(request, source_id, mapping_id)
        draft_activate(mapping=mapping, actor=actor_of(request))
        return Response(_shown(mapping))


class TriggerMappingDiscardView(ApiView):
    """`/trigger-sources/{id}/mappings/{id}/discard`"""

    scopes = {"POST": WRITE}

    @operation(
        "discard_trigger_draft",
        "Throw the draft away",
        tag=TAG,
        scope=WRITE[0],
        responses={200: TriggerMappingOutput},
        also=(404, 409),
    )
    def post(self, request: Request, source_id: int, mapping_id: int) -> Response:
        mapping = mapping_of(request, source_id, mapping_id)
        draft_discard(mapping=mapping, actor=actor_of(request))
        return Response(_shown(mapping))


class TriggerMappingVersionsView(ApiView):
    """`/trigger-sources/{id}/mappings/{id}/versions`"""

    scopes = {"GET": READ}

    @operation(
        "list_trigger_versions",
        "List a mapping's versions",
        tag=TAG,
        scope=READ[0],
        query=PageInput,
        responses={200: page_of("TriggerVersion", TriggerVersionOutput)},
        also=(404,),
        description="Newest first.",
    )
    def get(self, request: Request, source_id: int, mapping_id: int) -> Response:
        wanted = query(request, PageInput())
        rows = mapping_of(request, source_id, mapping_id).versions.order_by("-number")
        before = key_cursor(wanted.get("cursor"))
        if before is not None:
            rows = rows.filter(number__lt=min(before, 2**31 - 1))
        page = cut(list(rows[: wanted["limit"] + 1]), wanted["limit"], lambda one: one.number)
        return page_response(request, page, [version_shown(row) for row in page.rows])


class TriggerMappingRestoreView(ApiView):
    """`/trigger-sources/{id}/mappings/{id}/versions/{version}/restore`"""

    scopes = {"POST": WRITE}

    @operation(
        "restore_trigger_version",
        "Make a former version active again",
        tag=TAG,
        scope=WRITE[0],
        responses={200: TriggerMappingOutput},
        also=(404, 409, 422),
        description="As a new version, at once; a draft is thrown away.",
    )
    def post(self, request: Request, source_id: int, mapping_id: int, version: int) -> Response:
        mapping = mapping_of(request, source_id, mapping_id)
        version_restore(mapping=mapping, number=version, actor=actor_of(request))
        return Response(_shown(mapping))
