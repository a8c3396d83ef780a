"""Traces of PDUs, masked and for a while."""

from typing import Any, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from carriers.models import BindTrace
from carriers.services.traces import trace_start, trace_stop
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Whole
from config.common.api.pagination import PageInput
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
from messaging.api.operations.named import bind_found, found


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


_TRACE: Final = BindTraceOutput()
_PDU: Final = PduOutput()


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
