"""Why a message would go which way."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import MessageClass
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Whole, Word
from config.common.api.views import body
from messaging.api.operations.common import OperationsView, reads
from messaging.api.operations.named import account_named, carrier_named, network_named
from routing.explained import Explained, Question
from routing.services.explain import PRETENDED, route_explain


class ExplainInput(StrictSerializer):
    """What to try; nothing is sent."""

    to = Text(max_length=25)
    class_ = Word(choices=MessageClass.choices, default=MessageClass.TRANSACTIONAL.value)
    from_ = Text(max_length=15, required=False, default="", help_text="A sender's address.")
    account = Text(max_length=50, required=False, allow_null=True, help_text="Its short name.")
    network = Text(max_length=50, required=False, allow_null=True, help_text="A network's code.")
    at = Moment(required=False)
    policy = Whole(min_value=1, required=False, help_text="Another version of the routing.")
    deadline_seconds = Whole(min_value=1, required=False)
    segments = Whole(min_value=1, max_value=10, required=False, default=1)
    down = serializers.ListField(
        child=Text(max_length=50),
        required=False,
        default=list,
        help_text="Carriers without a bind.",
    )
    heats = serializers.DictField(
        child=Word(choices=[(one, one) for one in PRETENDED]),
        required=False,
        default=dict,
        help_text="By carrier: cool, warm or hot.",
    )


class WayOutput(OutputSerializer):
    """A route that was considered: its terms, its share, or why it was left out."""

    route = serializers.CharField()
    carrier = serializers.CharField()
    tier = serializers.IntegerField(source="candidate.tier")
    weight = serializers.IntegerField(source="candidate.weight")
    share = serializers.FloatField(source="candidate.share")
    cost_micros = serializers.IntegerField(source="candidate.cost_micros", allow_null=True)
    cost_currency = serializers.CharField()
    is_available = serializers.BooleanField(source="candidate.is_available")
    is_chosen = serializers.BooleanField()
    exclusion = serializers.SerializerMethodField()
    terms = serializers.SerializerMethodField()

    def get_exclusion(self, row: Any) -> str:
        return str(row.candidate.exclusion or "")

    def get_terms(self, row: Any) -> dict[str, float]:
        return dict(row.candidate.terms)


class ExplainOutput(OutputSerializer):
    """How the message would go, with everything that was weighed."""

    at = Moment()
    to = serializers.CharField()
    country = serializers.CharField()
    network = serializers.CharField()
    network_source = serializers.CharField()
    class_ = serializers.CharField()
    policy = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField())
    price_micros = serializers.IntegerField(allow_null=True)
    price_currency = serializers.CharField()
    candidates = WayOutput(many=True)


class ExplainView(OperationsView):
    """`/routing/explain`"""

    scopes = {"POST": OperationsView.scopes["GET"]}

    @reads(
        "explain_route",
        "Explain a choice of route",
        request=ExplainInput,
        responses={200: ExplainOutput},
        also=(404,),
        description="By the engine that routes messages, over the same snapshot.",
    )
    def post(self, request: Request) -> Response:
        values = body(request, ExplainInput())
        account, network = (
            account_named(values.get("account")),
            network_named(values.get("network")),
        )
        explained = route_explain(
            Question(
                to=values["to"],
                message_class=values["class"],
                sender=values["from"],
                account_id=account.pk if account else None,
                at=values.get("at"),
                policy_version=values.get("policy"),
                network_id=network.pk if network else None,
                deadline_seconds=values.get("deadline_seconds"),
                segments=values["segments"],
                down=frozenset(carrier_named(code, field="down").pk for code in values["down"]),
                heats={
                    carrier_named(code, field="heats").pk: state
                    for code, state in values["heats"].items()
                },
            )
        )
        return Response(_explained(explained))


def _explained(found: Explained) -> dict[str, Any]:
    way = WayOutput()
    return {
        "at": Moment().to_representation(found.at),
        "to": f"+{found.msisdn}",
        "country": found.country,
        "network": found.network_code,
        "network_source": found.network_source,
        "class": found.message_class,
        "policy": found.policy_version,
        "reasons": [str(reason) for reason in found.decision.reasons],
        "price_micros": found.price_micros,
        "price_currency": found.price_currency,
        "candidates": [way.to_representation(one) for one in found.ways],
    }
