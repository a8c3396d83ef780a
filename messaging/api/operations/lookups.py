"""What is known of a number."""

from typing import Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import Moment, OutputSerializer
from config.common.api.schema import page_of
from messaging.api.operations.common import OperationsView, page, reads
from messaging.api.operations.filters import by_network, by_time, by_whole, by_word, filters
from messaging.api.operations.named import msisdn_of
from messaging.selectors.number_page import country_of_number
from routing.constants import LookupFinding, NetworkSource
from routing.models import NumberLookup
from routing.selectors.numbers import number_index, number_lines, numbers_known


class KnownOutput(OutputSerializer):
    """One thing known of a number."""

    source_ = serializers.ChoiceField(choices=NetworkSource.choices)
    finding = serializers.CharField()
    network = serializers.CharField()
    detail = serializers.CharField()
    known_since = Moment(allow_null=True)
    until = Moment(allow_null=True)
    counts = serializers.BooleanField(help_text="False: it has run out.")


class NumberOutput(OutputSerializer):
    """The network messages to a number go to, and why."""

    number = serializers.CharField()
    country = serializers.CharField()
    network = serializers.CharField(allow_null=True)
    source_ = serializers.ChoiceField(choices=NetworkSource.choices)
    is_absent = serializers.BooleanField(help_text="A provider says that it is nobody's.")
    known = KnownOutput(many=True)


_LOOKED_UP: Final = (NetworkSource.LOOKUP.value, NetworkSource.FEEDBACK.value)


class NumberLookupOutput(OutputSerializer):
    """What a provider, or a carrier's answers, said of a number."""

    id = serializers.IntegerField()
    number = serializers.SerializerMethodField()
    source_ = serializers.CharField()
    finding = serializers.ChoiceField(LookupFinding.choices)
    network = serializers.CharField(source="network.code", allow_null=True, default=None)
    provider = serializers.IntegerField(source="provider_id", allow_null=True)
    detail = serializers.CharField()
    looked_at = Moment()
    expires_at = Moment()

    def get_number(self, row: NumberLookup) -> str:
        return f"+{row.msisdn}"


_KNOWN: Final = KnownOutput()


_LOOKUP: Final = NumberLookupOutput()
_FILTERS: Final = filters(
    "NumberLookups",
    source=by_word("source", [(one, one) for one in _LOOKED_UP]),
    finding=by_word("finding", LookupFinding.choices),
    network=by_network(),
    provider=by_whole("provider_id", "A provider's id."),
    expires_before=by_time("expires_at__lt", "That have run out by then, or will have."),
)


class LookupsView(OperationsView):
    """`/lookups`"""

    @reads(
        "list_lookups",
        "List lookups",
        query=_FILTERS.query,
        responses={200: page_of("NumberLookup", NumberLookupOutput)},
        description="What providers and carriers' answers said of numbers.",
    )
    def get(self, request: Request) -> Response:
        rows = NumberLookup.objects.select_related("network")
        return page(request, rows, _LOOKUP.to_representation, _FILTERS)


class LookupView(OperationsView):
    """`/lookups/{number}`"""

    @reads(
        "look_number_up",
        "Read what is known of a number",
        responses={200: NumberOutput},
        also=(404,),
        description="The network by override, fresh lookup, carriers' answers or prefix, and all "
        "that is known; nobody is asked.",
    )
    def get(self, request: Request, number: str) -> Response:
        msisdn = msisdn_of(number)
        country, index = country_of_number(msisdn), number_index()
        hint = index.network_of(msisdn, country, numbers_known([msisdn]).get(msisdn))
        return Response(
            {
                "number": f"+{msisdn}",
                "country": country,
                "network": index.code_of(hint.network_id) if hint.network_id else None,
                "source": hint.source,
                "is_absent": hint.is_absent,
                "known": [_KNOWN.to_representation(line) for line in number_lines(msisdn)],
            }
        )
