"""Sessions of binds, as their holders last said."""

from typing import Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from carriers.constants import SessionState
from carriers.models import BindLease
from config.common.api.fields import Moment, OutputSerializer
from config.common.api.schema import page_of
from messaging.api.operations.common import OperationsView, page, reads
from messaging.api.operations.filters import by_carrier, by_word, filters


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
    in_flight = serializers.IntegerField(help_text="Submitted and not answered yet.")
    per_second = serializers.FloatField(help_text="Segments, as its holder last measured.")
    pace = serializers.FloatField(
        allow_null=True, help_text="Segments per second that it may send now; null: no limit."
    )
    lease_ends = Moment(source="expires_at", allow_null=True)


_SESSION: Final = SessionOutput()
_FILTERS: Final = filters(
    "Sessions",
    carrier=by_carrier("bind__carrier__code"),
    state=by_word("state", SessionState.choices),
)


class SessionsView(OperationsView):
    """`/sessions`"""

    @reads(
        "list_sessions",
        "List sessions",
        query=_FILTERS.query,
        responses={200: page_of("Session", SessionOutput)},
        description="Of each bind: whether it is bound, by which worker, and until when it has it.",
    )
    def get(self, request: Request) -> Response:
        rows = BindLease.objects.select_related("bind__carrier")
        return page(request, rows, _SESSION.to_representation, _FILTERS)
