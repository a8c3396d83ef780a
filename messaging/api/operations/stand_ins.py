"""Sender pools and fallback rules of every account, to read: accounts keep them themselves."""

from typing import Final

from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import Word
from config.common.api.schema import page_of
from messaging.api.operations.common import OperationsView, page, reads
from messaging.api.operations.filters import (
    By,
    by_account,
    by_country,
    by_text,
    by_truth,
    filters,
)
from messaging.api.operations.named import found
from messaging.api.stand_in_outputs import (
    FALLBACKS,
    POOLS,
    OperatorFallbackRuleOutput,
    OperatorSenderPoolOutput,
)
from routing.constants import FallbackCause

_POOL: Final = OperatorSenderPoolOutput()
_RULE: Final = OperatorFallbackRuleOutput()
_POOL_FILTERS: Final = filters(
    "OperatorSenderPools",
    account=by_account(),
    country=by_country(),
    is_active=by_truth("is_active"),
    sender=by_text("members__sender__address", "With this sender in it.", 15),
)
_RULE_FILTERS: Final = filters(
    "OperatorFallbackRules",
    account=by_account(),
    is_active=by_truth("is_active"),
    sender=by_text("sender__address", "That replace this sender.", 15),
    cause=By(
        "causes__contains",
        Word(choices=FallbackCause.choices, required=False),
        lambda given: [given],
    ),
)


class OperatorSenderPoolsView(OperationsView):
    """`/operations/sender-pools`"""

    @reads(
        "list_all_sender_pools",
        "List the sender pools of every account",
        query=_POOL_FILTERS.query,
        responses={200: page_of("OperatorSenderPool", OperatorSenderPoolOutput)},
        description="With their members. Accounts keep them at `/sender-pools`.",
    )
    def get(self, request: Request) -> Response:
        return page(request, POOLS, _POOL.to_representation, _POOL_FILTERS)


class OperatorSenderPoolView(OperationsView):
    """`/operations/sender-pools/{id}`"""

    @reads(
        "get_any_sender_pool",
        "Read a sender pool",
        responses={200: OperatorSenderPoolOutput},
        also=(404,),
    )
    def get(self, request: Request, pool_id: int) -> Response:
        return Response(_POOL.to_representation(found(POOLS, pk=pool_id)))


class OperatorFallbackRulesView(OperationsView):
    """`/operations/fallback-rules`"""

    @reads(
        "list_all_fallback_rules",
        "List the fallback rules of every account",
        query=_RULE_FILTERS.query,
        responses={200: page_of("OperatorFallbackRule", OperatorFallbackRuleOutput)},
        description="What messages leave from where their sender fails. Accounts keep them at "
        "`/fallback-rules`.",
    )
    def get(self, request: Request) -> Response:
        return page(request, FALLBACKS, _RULE.to_representation, _RULE_FILTERS)


class OperatorFallbackRuleView(OperationsView):
    """`/operations/fallback-rules/{id}`"""

    @reads(
        "get_any_fallback_rule",
        "Read a fallback rule",
        responses={200: OperatorFallbackRuleOutput},
        also=(404,),
    )
    def get(self, request: Request, rule_id: int) -> Response:
        return Response(_RULE.to_representation(found(FALLBACKS, pk=rule_id)))
