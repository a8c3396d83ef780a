"""Rates in force."""

from typing import Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.schema import page_of
from messaging.api.operations.common import OperationsView, page, reads
from messaging.api.operations.fields import output_of
from messaging.api.operations.filters import (
    by_account,
    by_carrier,
    by_class,
    by_country,
    by_network,
    by_text,
    by_time,
    by_whole,
    filters,
)
from routing.models import Rate

RateOutput = output_of(
    "RateOutput",
    Rate,
    (
        "id",
        "country",
        "message_class",
        "amount_micros",
        "currency",
        "effective_from",
        "charges_rejected",
        "charges_undelivered",
        "charges_unknown",
    ),
    {
        "carrier": serializers.CharField(source="carrier.code", allow_null=True, default=None),
        "account": serializers.CharField(source="account.slug", allow_null=True, default=None),
        "network": serializers.CharField(source="network.code", allow_null=True, default=None),
        "sender": serializers.CharField(source="sender.address", allow_null=True, default=None),
        "price_list": serializers.IntegerField(source="price_list_id", allow_null=True),
    },
)
_RATE: Final = RateOutput()
_FILTERS: Final = filters(
    "Rates",
    carrier=by_carrier(),
    account=by_account(),
    network=by_network(),
    country=by_country(),
    class_=by_class(),
    currency=by_text("currency", "Three letters.", 3),
    price_list=by_whole("price_list_id", "Of this price list."),
    effective_before=by_time("effective_from__lt", "Rates that began before."),
)


class RatesView(OperationsView):
    """`/rates`"""

    @reads(
        "list_rates",
        "List rates",
        query=_FILTERS.query,
        responses={200: page_of("Rate", RateOutput)},
    )
    def get(self, request: Request) -> Response:
        rows = Rate.objects.select_related("carrier", "account", "network", "sender")
        return page(request, rows, _RATE.to_representation, _FILTERS)
