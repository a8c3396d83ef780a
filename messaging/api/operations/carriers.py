"""Carriers, binds with their options, sessions, and traces of PDUs."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from carriers.models import Bind, BindLease, BindTrace, Carrier
from carriers.options import OPTIONS, help_of, secret_names
from carriers.services.binds import bind_check, bind_delete, bind_save, carrier_delete, carrier_save
from carriers.services.traces import trace_start, trace_stop
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Whole
from config.common.api.pagination import PageInput
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations import examples
from messaging.api.operations.common import (
    OperationsView,
    bind_found,
    carrier_named,
    found,
    once,
    page,
    posts,
    reads,
    who,
    writes,
)
from messaging.api.operations.examples import shown
from messaging.api.operations.fields import columns_of, input_of, output_of

_CARRIER = tuple(
    one.name for one in Carrier._meta.concrete_fields if one.name not in {"id", "code"}
)
_SECRET = frozenset(secret_names())
_OPTIONS = tuple(OPTIONS)
_OPEN = tuple(name for name in _OPTIONS if name not in _SECRET)

_CODE: Final = Text(max_length=50, help_text="The carrier's short name; it stays.")
CarrierInput = input_of("CarrierInput", Carrier, _CARRIER, required=("name",), more={"code": _CODE})
CarrierChangeInput = input_of("CarrierChangeInput", Carrier, _CARRIER)
CarrierOutput = output_of(
    "CarrierOutput",
    Carrier,
    _CARRIER,
    {"id": serializers.IntegerField(), "code": serializers.CharField()},
)
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


class SessionOutput(OutputSerializer):
    """A bind's session as its holder last said."""

    bind_ = serializers.IntegerField(source="bind_id")
    name = serializers.CharField(source="bind.name")
    carrier = serializers.CharField(source="bind.carrier.code")
    state = serializers.CharField()
    detail = serializers.CharField()
    since = Moment(source="state_since", allow_null=True)
    worker = serializers.CharField(source="holder")
    machine = serializers.CharField(source="host")
    epoch = serializers.IntegerField(help_text="Rises whenever another worker takes the bind.")
    lease_ends = Moment(source="expires_at", allow_null=True)


class BindTraceInput(StrictSerializer):
    """How long, how much and why; numbers and texts are masked before they are stored."""

    minutes = Whole(min_value=1, max_value=1440, default=10)
    most_pdus = Whole(min_value=1, max_value=20_000, default=2_000)
    reason = Text(max_length=200)


class BindTraceOutput(OutputSerializer):
    """A trace of a bind's PDUs."""

    id = serializers.IntegerField()
    bind_ = serializers.IntegerField(source="bind_id")
    reason = serializers.CharField()
    started_at = Moment()
    ends_at = Moment()
    ended_at = Moment(allow_null=True)
    ended_by = serializers.CharField()
    most_pdus = serializers.IntegerField()
    taken = serializers.IntegerField()
    skipped = serializers.IntegerField()


class PduOutput(OutputSerializer):
    """One PDU as it went over the wire, masked."""

    id = serializers.IntegerField()
    at = Moment()
    direction = serializers.SerializerMethodField()
    octets = serializers.SerializerMethodField(help_text="The whole PDU in hexadecimal.")

    def get_direction(self, row: Any) -> str:
        return "sent" if row.is_outgoing else "received"

    def get_octets(self, row: Any) -> str:
        return bytes(row.octets).hex()


_SHOWN, _BIND, _TRACE = CarrierOutput(), BindOutput(), BindTraceOutput()
_SESSION, _PDU = SessionOutput(), PduOutput()


class CarriersView(OperationsView):
    """`/carriers`"""

    @reads(
        "list_carriers",
        "List carriers",
        query=PageInput,
        responses={200: page_of("Carrier", CarrierOutput)},
    )
    def get(self, request: Request) -> Response:
        return page(request, Carrier.objects.all(), _SHOWN.to_representation)

    @posts(
        "add_carrier",
        "Add a carrier",
        examples=shown("add_carrier", examples.CARRIER),
        request=CarrierInput,
        responses={201: CarrierOutput},
        also=(409,),
    )
    def post(self, request: Request) -> HttpResponse:
        values = columns_of(body(request, CarrierInput()))
        return once(
            request,
            "add_carrier",
            lambda: (201, _SHOWN.to_representation(carrier_save(None, values, who(request)))),
        )


class CarrierView(OperationsView):
    """`/carriers/{code}`"""

    @reads("get_carrier", "Read a carrier", responses={200: CarrierOutput}, also=(404,))
    def get(self, request: Request, code: str) -> Response:
        return Response(_SHOWN.to_representation(found(Carrier.objects.all(), code=code)))

    @writes(
        "change_carrier",
        "Change a carrier",
        request=CarrierChangeInput,
        responses={200: CarrierOutput},
        also=(404,),
        description="What is left out stays.",
    )
    def patch(self, request: Request, code: str) -> Response:
        row = found(Carrier.objects.all(), code=code)
        values = columns_of(body(request, CarrierChangeInput()))
        return Response(_SHOWN.to_representation(carrier_save(row, values, who(request))))

    @writes("delete_carrier", "Delete a carrier", responses={204: None}, also=(404, 409))
    def delete(self, request: Request, code: str) -> Response:
        carrier_delete(found(Carrier.objects.all(), code=code), who(request))
        return Response(status=204)


class BindsView(OperationsView):
    """`/binds`"""

    @reads(
        "list_binds", "List binds", query=PageInput, responses={200: page_of("Bind", BindOutput)}
    )
    def get(self, request: Request) -> Response:
        rows = Bind.objects.select_related("carrier")
        return page(request, rows, _BIND.to_representation)

    @posts(
        "add_bind",
        "Add a bind",
        examples=shown("add_bind", examples.BIND),
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


def _bind_values(values: dict[str, Any]) -> dict[str, Any]:
    code = values.pop("carrier_code")
    return columns_of(values) | {"carrier": carrier_named(code)}


class SessionsView(OperationsView):
    """`/sessions`"""

    @reads(
        "list_sessions",
        "List sessions",
        query=PageInput,
        responses={200: page_of("Session", SessionOutput)},
        description="Of each bind: whether it is bound, by which worker, and until when it has it.",
    )
    def get(self, request: Request) -> Response:
        rows = BindLease.objects.select_related("bind__carrier")
        return page(request, rows, _SESSION.to_representation)


class BindTracesView(OperationsView):
    """`/binds/{id}/traces`"""

    @reads(
        "list_traces",
        "List traces of a bind",
        query=PageInput,
        responses={200: page_of("BindTrace", BindTraceOutput)},
        also=(404,),
    )
    def get(self, request: Request, bind_id: int) -> Response:
        rows = BindTrace.objects.filter(bind=bind_found(bind_id))
        return page(request, rows, _TRACE.to_representation)

    @posts(
        "start_trace",
        "Trace a bind",
        examples=shown("start_trace", examples.TRACE),
        request=BindTraceInput,
        responses={201: BindTraceOutput},
        also=(404, 409),
        description="Writes the bind's PDUs down for a while, numbers and texts masked.",
    )
    def post(self, request: Request, bind_id: int) -> HttpResponse:
        values = body(request, BindTraceInput())
        bind = bind_found(bind_id)
        return once(
            request,
            "start_trace",
            lambda: (
                201,
                _TRACE.to_representation(trace_start(bind=bind, actor=who(request), **values)),
            ),
        )


class TracePdusView(OperationsView):
    """`/traces/{id}/pdus`"""

    @reads(
        "read_trace",
        "Read a trace",
        query=PageInput,
        responses={200: page_of("Pdu", PduOutput)},
        also=(404,),
    )
    def get(self, request: Request, trace_id: int) -> Response:
        trace = found(BindTrace.objects.all(), pk=trace_id)
        return page(request, trace.pdus.all(), _PDU.to_representation)


class TraceStopView(OperationsView):
    """`/traces/{id}/stop`"""

    @writes(
        "stop_trace", "Stop a trace", request=None, responses={200: BindTraceOutput}, also=(404,)
    )
    def post(self, request: Request, trace_id: int) -> Response:
        trace = found(BindTrace.objects.all(), pk=trace_id)
        trace_stop(trace=trace, actor=who(request))
        trace.refresh_from_db()
        return Response(_TRACE.to_representation(trace))
