"""Versions of a template: written, read and changed while they are drafts."""

from functools import partial
from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from compliance.models import User
from config.common.api.idempotency import idempotency_key
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from messaging.api import examples
from messaging.api.common import (
    KEY_HEADER,
    account_of,
    actor_of,
    answer_response,
    int_cursor,
    key_of,
    wording_fields,
    written,
)
from messaging.api.template_outputs import TemplateVersionDetailOutput, TemplateVersionOutput
from messaging.api.templates import READ, TAG
from messaging.api.wording_inputs import WordingChangeInput, WordingInput
from messaging.models import Template
from messaging.selectors.catalog import template_get, version_get, versions_page
from messaging.services.idempotency import Answer, answer_once
from messaging.services.templates import version_create, version_update

_SHOWN: Final = TemplateVersionOutput()
_DETAIL: Final = TemplateVersionDetailOutput()
_INPUT: Final = WordingInput()
_CHANGE: Final = WordingChangeInput()
_WRITE = (Scope.TEMPLATES_WRITE.value,)


class TemplateVersionsView(ApiView):
    """`/templates/{template}/versions`"""

    scopes = {"GET": READ, "POST": _WRITE}

    @operation(
        "list_template_versions",
        "List a template's versions",
        tag=TAG,
        scope=READ[0],
        query=PageInput,
        responses={200: page_of("TemplateVersion", TemplateVersionOutput)},
        also=(404,),
        description="Newest first.",
    )
    def get(self, request: Request, template: str) -> Response:
        wanted = query(request, PageInput())
        rows = versions_page(
            template_get(account_of(request), template),
            before=int_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda version: version.number)
        return page_response(request, page, [_SHOWN.to_representation(row) for row in page.rows])

    @operation(
        "create_template_version",
        "Write a version",
        tag=TAG,
        scope=_WRITE[0],
        request=WordingInput,
        responses={201: TemplateVersionDetailOutput},
        also=(404, 409),
        parameters=[KEY_HEADER],
        description="A draft with the next number. To go back to an earlier text, write it anew.",
        examples=[OpenApiExample("One slot", examples.VERSION_REQUEST, request_only=True)],
    )
    def post(self, request: Request, template: str) -> HttpResponse:
        found, values = template_get(account_of(request), template), body(request, _INPUT)
        answer = answer_once(
            api_key=key_of(request),
            route="templates/versions",
            key=idempotency_key(request),
            payload={"template": template, "body": request.data},
            work=partial(_create, found, actor_of(request), values),
        )
        return answer_response(answer)


def _create(template: Template, actor: User, values: dict[str, Any]) -> Answer:
    with wording_fields(values.get("slots", ())):
        made = version_create(template=template, author=actor, **({"slots": []} | values))
    location = f"/api/v1/templates/{template.slug}/versions/{made.number}"
    return Answer(201, written(_DETAIL.to_representation(made)), location=location)


class TemplateVersionView(ApiView):
    """`/templates/{template}/versions/{version}`"""

    scopes = {"GET": READ, "PATCH": _WRITE}

    @operation(
        "get_template_version",
        "Read a version",
        tag=TAG,
        scope=READ[0],
        responses={200: TemplateVersionDetailOutput},
        also=(404,),
        description="With its guaranteed worst case, what rules say about it, and where it stands "
        "with networks that register texts.",
        examples=[OpenApiExample("Approved", examples.VERSION, response_only=True)],
    )
    def get(self, request: Request, template: str, version: int) -> Response:
        found = version_get(account_of(request), template, version)
        return Response(_DETAIL.to_representation(found))

    @operation(
        "change_template_version",
        "Change a draft",
        tag=TAG,
        scope=_WRITE[0],
        request=WordingChangeInput,
        responses={200: TemplateVersionDetailOutput},
        also=(404, 409),
        description="What is left out stays. A version that was submitted stays as it is.",
    )
    def patch(self, request: Request, template: str, version: int) -> Response:
        found = version_get(account_of(request), template, version)
        values = body(request, _CHANGE)
        present = {name: getattr(found, name) for name in ("body", "slots")}
        with wording_fields(values.get("slots", ())):
            changed = version_update(version=found, actor=actor_of(request), **(present | values))
        return Response(_DETAIL.to_representation(changed))
