"""How carriers do."""

from typing import Any, Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from carriers.models import Carrier
from config.common.api.fields import Moment, OutputSerializer, Text
from config.common.api.schema import page_of
from messaging.api.operations.common import OperationsView, page, reads
from messaging.api.operations.filters import By, by_class, filters
from routing.models import Network, RouteQuality


class QualityOutput(OutputSerializer):
    """How a carrier does; null where there are too few samples."""

    id = serializers.IntegerField()
    carrier = serializers.CharField()
    network = serializers.CharField(allow_null=True, help_text="Null: over all networks.")
    class_ = serializers.CharField()
    delivery_rate = serializers.FloatField(allow_null=True)
    median_seconds = serializers.FloatField(allow_null=True)
    coverage = serializers.FloatField(allow_null=True)
    conversion = serializers.FloatField(allow_null=True)
    samples = serializers.IntegerField()
    computed_at = Moment()


def _carrier_id(code: str) -> int:
    return Carrier.objects.filter(code=code).values_list("pk", flat=True).first() or 0


_FILTERS: Final = filters(
    "Qualities",
    carrier=By(
        "carrier_id",
        Text(max_length=50, required=False, help_text="A carrier's code."),
        _carrier_id,
    ),
    class_=by_class(),
)


class QualitiesView(OperationsView):
    """`/quality`"""

    @reads(
        "list_qualities",
        "List quality",
        query=_FILTERS.query,
        responses={200: page_of("Quality", QualityOutput)},
    )
    def get(self, request: Request) -> Response:
        carriers = dict(Carrier.objects.values_list("pk", "code"))
        networks = dict(Network.objects.values_list("pk", "code"))

        def quality(row: RouteQuality) -> dict[str, Any]:
            return {
                "id": row.pk,
                "carrier": carriers.get(row.carrier_id, ""),
                "network": networks.get(row.network_id),
                "class": row.message_class,
                "delivery_rate": row.delivery_rate,
                "median_seconds": row.median_seconds,
                "coverage": row.coverage,
                "conversion": row.conversion,
                "samples": row.samples,
                "computed_at": Moment().to_representation(row.computed_at),
            }

        return page(request, RouteQuality.objects.all(), quality, _FILTERS)
