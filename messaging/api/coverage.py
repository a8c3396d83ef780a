"""Whereto the account sends, and for what price."""

from typing import Any, Final

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import MessageClass
from compliance.services.checks import country_checked
from config.common.api.fields import OutputSerializer, StrictSerializer, Text
from config.common.api.pagination import parameters, query
from config.common.api.schema import operation
from config.common.api.views import ApiView
from messaging.api.common import READ_CATALOG, account_of
from messaging.api.outputs import PriceOutput, amount
from messaging.selectors.coverage import Destination, coverage
from messaging.selectors.snapshot import snapshots
from routing.selectors.sender_lists import sender_with_papers


class CoverageQuery(StrictSerializer):
    """What is asked about."""

    country = Text(
        max_length=2, required=False, help_text=gettext_lazy("In two letters, such as VN.")
    )
    from_ = Text(
        max_length=30,
        required=False,
        help_text=gettext_lazy("A sender: by the classes, ways and prices that it has."),
    )


class ReachOutput(OutputSerializer):
    """A class that has a way."""

    class_ = serializers.ChoiceField(MessageClass.choices)
    price = PriceOutput(allow_null=True, help_text="Per segment; null where none is agreed.")


class DestinationOutput(OutputSerializer):
    """A network, or the other numbers of a country."""

    country = serializers.CharField()
    network = serializers.CharField(allow_null=True, help_text="Null: all other numbers.")
    network_name = serializers.CharField(allow_null=True)
    classes = ReachOutput(many=True, help_text="Empty: there is no way.")


_EXAMPLE: Final = {
    "data": [
        {
            "country": "VN",
            "network": "viettel",
            "network_name": "Viettel",
            "classes": [{"class": "otp", "price": {"amount": "350", "currency": "VND"}}],
        }
    ]
}


class CoverageView(ApiView):
    """`/coverage`"""

    scopes = {"GET": READ_CATALOG}

    @operation(
        "get_coverage",
        "Whereto messages go, and for what price",
        tag="catalog",
        scope=READ_CATALOG[0],
        query=CoverageQuery,
        responses={
            200: inline_serializer("Coverage", {"data": DestinationOutput(many=True)}),
        },
        also=(404,),
        description="By the routes as they are set up: a disturbance of the moment changes "
        "nothing. What a network demands of a sender is on the sender's page.",
        examples=[
            OpenApiExample("Viettel", _EXAMPLE, response_only=True, status_codes=["200"]),
        ],
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, CoverageQuery())
        account, sender = account_of(request), None
        if "from" in wanted:
            sender = sender_with_papers(account, wanted["from"])
        with parameters():
            country = country_checked(wanted.get("country", ""))
        found = coverage(snapshots.current().routing, account, country=country, sender=sender)
        return Response({"data": [_shown(one) for one in found]})


def _shown(destination: Destination) -> dict[str, Any]:
    return {
        "country": destination.country,
        "network": destination.network or None,
        "network_name": destination.network_name or None,
        "classes": [
            {
                "class": one.message_class,
                "price": None
                if one.price_micros is None
                else {"amount": amount(one.price_micros), "currency": one.currency},
            }
            for one in destination.reaches
        ],
    }
