"""Templates: their heads, to read and to write."""

from functools import partial
from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from compliance.models import Account, Advertiser, User
from config.common.api.idempotency import idempotency_key
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from messaging.api import examples
from messaging.api.common import (
    KEY_HEADER,
    READ_CATALOG,
    account_of,
    actor_of,
    answer_response,
    int_cursor,
    key_of,
    written,
)
from messaging.api.template_inputs import TemplateChangeInput, TemplateInput
from messaging.api.template_outputs import TemplateOutput
from messaging.selectors.catalog import program_named, template_get, templates_page
from messaging.selectors.consents import advertiser_named
from messaging.services.idempotency import Answer, answer_once
from messaging.services.templates import template_change, template_create
from messaging.services.templates.heads import TemplateFlags, flags_of

_SHOWN: Final = TemplateOutput()
_INPUT: Final = TemplateInput()
_CHANGE: Final = TemplateChangeInput()
_WRITE = (Scope.TEMPLATES_WRITE.value,)
READ = (*READ_CATALOG, Scope.TEMPLATES_WRITE.value, Scope.TEMPLATES_REVIEW.value)
TAG = "templates"


class TemplatesView(ApiView):
    """`/templates`"""

    scopes = {"GET": READ, "POST": _WRITE}

    @operation(
        "list_templates",
        "List templates",
        tag=TAG,
        scope=READ[0],
        query=PageInput,
        responses={200: page_of("Template", TemplateOutput)},
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PageInput())
        rows = templates_page(
            account_of(request),
            after=int_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda template: template.pk)
        return page_response(request, page, [_SHOWN.to_representation(row) for row in page.rows])

    @operation(
        "create_template",
        "Make a template",
        tag=TAG,
        scope=_WRITE[0],
        request=TemplateInput,
        responses={201: TemplateOutput},
        also=(409,),
        parameters=[KEY_HEADER],
        description="Done in the name of the person who made the key, with that person's roles.",
        examples=[OpenApiExample("Care", examples.TEMPLATE_REQUEST, request_only=True)],
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, _INPUT)
        answer = answer_once(
            api_key=key_of(request),
            route="templates",
            key=idempotency_key(request),
            payload=request.data,
            work=partial(_create, account_of(request), actor_of(request), values),
        )
        return answer_response(answer)


def _create(account: Account, actor: User, values: dict[str, Any]) -> Answer:
    advertiser = advertiser_named(account, values.pop("advertiser"))
    flags = _flags(values, advertiser, TemplateFlags())
    made = template_create(
        account=account, advertiser=advertiser, actor=actor, flags=flags, **values
    )
    shown = _SHOWN.to_representation(made)
    return Answer(201, written(shown), location=f"/api/v1/templates/{made.slug}")


def _flags(values: dict[str, Any], advertiser: Advertiser, present: TemplateFlags) -> TemplateFlags:
    """Taken out of the values; what is left out stays as it is."""
    program = present.program
    if "program" in values:
        word = values.pop("program")
        program = None if word is None else program_named(advertiser, word)
    return TemplateFlags(
        program,
        values.pop("asks_consent", present.asks_consent),
        values.pop("is_paid", present.is_paid),
    )


class TemplateView(ApiView):
    """`/templates/{template}`"""

    scopes = {"GET": READ, "PATCH": _WRITE}

    @operation(
        "get_template",
        "Read a template",
        tag=TAG,
        scope=READ[0],
        responses={200: TemplateOutput},
        also=(404,),
    )
    def get(self, request: Request, template: str) -> Response:
        return Response(_SHOWN.to_representation(template_get(account_of(request), template)))

    @operation(
        "change_template",
        "Change a template",
        tag=TAG,
        scope=_WRITE[0],
        request=TemplateChangeInput,
        responses={200: TemplateOutput},
        also=(404,),
        description="What is left out stays. Class and advertiser stay once a version was "
        "submitted, because they were reviewed with it.",
    )
    def patch(self, request: Request, template: str) -> Response:
        account = account_of(request)
        found, values = template_get(account, template), body(request, _CHANGE)
        brand = values.pop("advertiser", None)
        advertiser = found.advertiser if brand is None else advertiser_named(account, brand)
        flags = _flags(values, advertiser, flags_of(found))
        present = {name: getattr(found, name) for name in ("name", "language", "message_class")}
        template_change(
            template=found,
            advertiser=advertiser,
            flags=flags,
            actor=actor_of(request),
            **(present | values),
        )
        return Response(_SHOWN.to_representation(template_get(account, template)))
