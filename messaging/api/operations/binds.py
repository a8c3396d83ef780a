"""Binds with their options."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from carriers.constants import BindKind
from carriers.models import Bind
from carriers.options import OPTIONS, help_of, secret_names
from carriers.services.binds import bind_check, bind_delete, bind_save, bind_try_again
from config.common.api.fields import OutputSerializer, Text
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations.common import (
    OperationsView,
    once,
    page,
    posts,
    reads,
    who,
    writes,
)
from messaging.api.operations.fields import columns_of, input_of, output_of
from messaging.api.operations.filters import by_carrier, by_truth, by_word, filters
from messaging.api.operations.named import bind_found, carrier_named

_SECRET = frozenset(secret_names())
_OPTIONS = tuple(OPTIONS)
_OPEN = tuple(name for name in _OPTIONS if name not in _SECRET)
_OF_BIND: Final = Text(max_length=50, source="carrier_code", help_text="The carrier's code.")
BindInput = input_of(
    "BindInput",
    Bind,
    ("name", "kind", "is_enabled", *_OPTIONS),
    required=("name",),
    help_of=help_of,
    more={"carrier": _OF_BIND},
)
BindChangeInput = input_of(
    "BindChangeInput", Bind, ("name", "is_enabled", *_OPTIONS), help_of=help_of
)
BindOutput = output_of(
    "BindOutput",
    Bind,
    ("name", "kind", "is_enabled", *_OPEN),
    {
        "id": serializers.IntegerField(),
        "carrier": serializers.CharField(source="carrier.code"),
        "secrets_set": serializers.SerializerMethodField(
            help_text="Names of the secrets that are set; their values are never shown."
        ),
    },
)


def _secrets_set(_self: Any, row: Bind) -> list[str]:
    return sorted(name for name in _SECRET if getattr(row, name))


BindOutput.get_secrets_set = _secrets_set  # type: ignore[attr-defined]


class BindProblemOutput(OutputSerializer):
    """Something that would not work: at which field, by which rule, and the fix."""

    field = serializers.CharField()
    rule = serializers.CharField()
    fix = serializers.CharField()


class BindCheckOutput(OutputSerializer):
    """Whether a bind of these values could be kept."""

    is_sound = serializers.BooleanField()
    problems = BindProblemOutput(many=True)


_BIND: Final = BindOutput()
_FILTERS: Final = filters(
    "Binds",
    carrier=by_carrier(),
    kind=by_word("kind", BindKind.choices),
    is_enabled=by_truth("is_enabled"),
)


class BindsView(OperationsView):
    """`/binds`"""

    @reads(
        "list_binds",
        "List binds",
        query=_FILTERS.query,
        responses={200: page_of("Bind", BindOutput)},
    )
    def get(self, request: Request) -> Response:
        rows = Bind.objects.select_related("carrier")
        return page(request, rows, _BIND.to_representation, _FILTERS)

    @posts(
        "add_bind",
        "Add a bind",
        request=BindInput,
        responses={201: BindOutput},
        also=(409,),
        description="Options that are left out have their usual values. Passwords and tokens are "
        "stored encrypted and never shown; `secrets_set` names those that are set.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = _bind_values(body(request, BindInput()))
        return once(
            request,
            "add_bind",
            lambda: (201, _BIND.to_representation(bind_save(None, values, who(request)))),
        )


class BindCheckView(OperationsView):
    """`/binds/check`"""

    @writes(
        "check_bind",
        "Check a bind",
        request=BindInput,
        responses={200: BindCheckOutput},
        description="Every problem of these options; nothing is kept.",
    )
    def post(self, request: Request) -> Response:
        problems = bind_check(_bind_values(body(request, BindInput())))
        rows = [
            {"field": one.field, "rule": str(one.rule), "fix": str(one.fix)} for one in problems
        ]
        return Response({"is_sound": not problems, "problems": rows})


class BindView(OperationsView):
    """`/binds/{id}`"""

    @reads("get_bind", "Read a bind", responses={200: BindOutput}, also=(404,))
    def get(self, request: Request, bind_id: int) -> Response:
        return Response(_BIND.to_representation(bind_found(bind_id)))

    @writes(
        "change_bind",
        "Change a bind",
        request=BindChangeInput,
        responses={200: BindOutput},
        also=(404,),
        description="What is left out stays, secrets too; null takes a secret away. Running "
        "workers take it over within seconds.",
    )
    def patch(self, request: Request, bind_id: int) -> Response:
        values = columns_of(body(request, BindChangeInput()))
        row = bind_save(bind_found(bind_id), values, who(request))
        return Response(_BIND.to_representation(row))

    @writes("delete_bind", "Delete a bind", responses={204: None}, also=(404, 409))
    def delete(self, request: Request, bind_id: int) -> Response:
        bind_delete(bind_found(bind_id), who(request))
        return Response(status=204)


class BindTryAgainView(OperationsView):
    """`/binds/{id}/try-again`"""

    @writes(
        "try_bind_again",
        "Try a refused bind again",
        responses={200: BindOutput},
        also=(404, 409),
        description="An SMSC that refuses system id or password is not asked again until the bind "
        "changes, or until this: what was wrong may have been at the carrier.",
    )
    def post(self, request: Request, bind_id: int) -> Response:
        bind_try_again(bind_found(bind_id), actor=who(request))
        return Response(_BIND.to_representation(bind_found(bind_id)))


def _bind_values(values: dict[str, Any]) -> dict[str, Any]:
    code = values.pop("carrier_code")
    return columns_of(values) | {"carrier": carrier_named(code)}
