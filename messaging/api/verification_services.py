"""Verification services: read by an account's keys, kept in the name of the key's maker."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.models import Account
from config.common.api.fields import OutputSerializer, StrictSerializer, Text
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from config.common.errors import InvalidError
from messaging.api import verification_examples as examples
from messaging.api.common import KEY_HEADER, account_of, actor_of, int_cursor
from messaging.api.operations.fields import input_of, output_of
from messaging.api.repeating import repeatable
from messaging.api.sender_pools import IN_NAME, answered, sender_named
from messaging.api.verifications import READ, TAG, WRITE
from messaging.models import Template, VerificationService
from messaging.selectors.verifications import service_get, services_of
from messaging.services.verification.settings import Texts, service_save

_COLUMNS: Final = (
    "is_active",
    "code_length",
    "lifetime_seconds",
    "max_checks",
    "resend_delays",
    "countries",
    "app_hash",
    "limit_number",
    "limit_ip",
    "limit_device",
    "limit_prefix",
    "limit_service",
    "mode",
    "least_sends",
    "least_conversion_percent",
    "sequential_numbers",
    "country_times",
    "countries_per_ip",
    "hold_minutes",
)


class ServiceTextInput(StrictSerializer):
    """A template for people of a language."""

    locale = Text(max_length=35, help_text="A language tag: vi, en, pt-BR.")
    template = Text(max_length=50, help_text="Short name of an approved template of class otp.")


class ServiceTextOutput(OutputSerializer):
    """A template for people of a language."""

    locale = serializers.CharField()
    template = serializers.CharField(source="template.slug")


def _more(*, is_new: bool) -> dict[str, Any]:
    return {
        "sender": Text(max_length=30, required=is_new, help_text="Its address."),
        "texts": ServiceTextInput(
            many=True,
            required=is_new,
            help_text="All of them; the first serves languages that none is of.",
        ),
    }


VerificationServiceInput = input_of(
    "VerificationServiceInput",
    VerificationService,
    ("name", "slug", *_COLUMNS),
    required=("name", "slug", "countries"),
    more=_more(is_new=True),
    limits=True,
)
VerificationServiceChangeInput = input_of(
    "VerificationServiceChangeInput",
    VerificationService,
    ("name", *_COLUMNS),
    more=_more(is_new=False),
    limits=True,
)
VerificationServiceOutput = output_of(
    "VerificationServiceOutput",
    VerificationService,
    ("name", "slug", *_COLUMNS),
    more={
        "sender": serializers.CharField(source="sender.address"),
        "texts": ServiceTextOutput(many=True),
    },
)
_SHOWN: Final = VerificationServiceOutput()


class VerificationServicesView(ApiView):
    """`/verification-services`"""

    scopes = {"GET": (*READ, *WRITE), "POST": WRITE}
    field_names: dict[str, str] = {}  # columns are called here as they are

    @operation(
        "list_verification_services",
        "List verification services",
        tag=TAG,
        scope=READ[0],
        query=PageInput,
        responses={200: page_of("VerificationService", VerificationServiceOutput)},
        examples=[answered("A page", {"data": [examples.SERVICE], "next_cursor": None})],
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PageInput())
        after = int_cursor(wanted.get("cursor")) or 0
        rows = services_of(account_of(request)).filter(pk__gt=after).order_by("pk")
        page = cut(list(rows[: wanted["limit"] + 1]), wanted["limit"], lambda row: row.pk)
        return page_response(request, page, [_SHOWN.to_representation(row) for row in page.rows])

    @operation(
        "add_verification_service",
        "Add a verification service",
        tag=TAG,
        scope=WRITE[0],
        request=VerificationServiceInput,
        responses={201: VerificationServiceOutput},
        also=(409,),
        parameters=[KEY_HEADER],
        description=f"Verifications name it as `service`. {IN_NAME}",
        examples=[
            OpenApiExample("For sign-in", examples.SERVICE_REQUEST, request_only=True),
            answered("Added", examples.SERVICE, "201"),
        ],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        values = body(request, VerificationServiceInput())
        service = VerificationService(account=account_of(request))
        return Response(_kept(request, service, values), 201)


class VerificationServiceView(ApiView):
    """`/verification-services/{slug}`"""

    scopes = {"GET": (*READ, *WRITE), "PATCH": WRITE}
    field_names: dict[str, str] = {}

    @operation(
        "get_verification_service",
        "Read a verification service",
        tag=TAG,
        scope=READ[0],
        responses={200: VerificationServiceOutput},
        also=(404,),
        examples=[answered("A service", examples.SERVICE)],
    )
    def get(self, request: Request, slug: str) -> Response:
        return Response(_SHOWN.to_representation(service_get(account_of(request), slug)))

    @operation(
        "change_verification_service",
        "Change a verification service",
        tag=TAG,
        scope=WRITE[0],
        request=VerificationServiceChangeInput,
        responses={200: VerificationServiceOutput},
        also=(404, 409),
        description=f"What is left out stays. {IN_NAME}",
        examples=[
            OpenApiExample("Only look on", {"mode": "monitor"}, request_only=True),
            answered("Changed", {**examples.SERVICE, "mode": "monitor"}),
        ],
    )
    def patch(self, request: Request, slug: str) -> Response:
        values = body(request, VerificationServiceChangeInput())
        return Response(_kept(request, service_get(account_of(request), slug), values))


def _kept(request: Request, service: VerificationService, values: dict[str, Any]) -> Any:
    account = service.account
    texts = values.pop("texts", None)
    if "sender" in values:
        values["sender"] = sender_named(account, values["sender"], "sender")
    service_save(
        service,
        values,
        texts=None if texts is None else _templates(account, texts),
        actor=actor_of(request),
    )
    return _SHOWN.to_representation(service_get(account, service.slug))


def _templates(account: Account, texts: Sequence[dict[str, Any]]) -> Texts:
    if not texts:
        raise InvalidError(
            "texts_missing", _("Give at least one template with its language."), field="texts"
        )
    slugs = [one["template"] for one in texts]
    known = {row.slug: row for row in Template.objects.filter(account=account, slug__in=slugs)}
    for place, slug in enumerate(slugs):
        if slug not in known:
            raise InvalidError(
                "template_not_approved",
                _("“%(template)s” is not an approved template of this account.")
                % {"template": slug},
                field=f"texts.{place}.template",
            )
    return [(one["locale"], known[one["template"]]) for one in texts]
