"""An account's fallback rules: read by its keys, kept in the name of the key's maker."""

from typing import Any, Final

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.models import Account
from config.common.api.fields import Text
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from config.common.errors import InvalidError, NotFoundError
from messaging.api import examples
from messaging.api.common import KEY_HEADER, READ_CATALOG, account_of, actor_of, int_cursor
from messaging.api.operations.fields import columns_of, input_of
from messaging.api.repeating import repeatable
from messaging.api.sender_pools import IN_NAME, WRITE, answered, sender_named
from messaging.api.stand_in_outputs import FALLBACKS, FallbackRuleOutput
from routing.models import SenderFallback, SenderPool
from routing.services.stand_ins import fallback_save

_COLUMNS: Final = ("order", "sender_kind", "message_classes", "causes", "errors", "is_active")
# A rule's `sender` is no message's `from`.
_NAMES: Final = {"message_classes": "classes"}
_CHANGE: Final = "What is left out stays; `is_active` false takes it out of use."


def _relations() -> dict[str, Any]:
    shared: dict[str, Any] = {"required": False, "allow_null": True}
    return {
        "sender": Text(max_length=15, help_text="Instead of this sender.", **shared),
        "to_sender": Text(max_length=15, help_text="Send from this one.", **shared),
        "to_pool": Text(max_length=30, help_text="Or from this pool.", **shared),
    }


FallbackRuleInput = input_of(
    "FallbackRuleInput",
    SenderFallback,
    _COLUMNS,
    required=("causes",),
    more=_relations(),
    limits=True,
)
FallbackRuleChangeInput = input_of(
    "FallbackRuleChangeInput", SenderFallback, _COLUMNS, more=_relations(), limits=True
)
_SHOWN: Final = FallbackRuleOutput()


class FallbackRulesView(ApiView):
    """`/fallback-rules`"""

    field_names = _NAMES
    scopes = {"GET": (*READ_CATALOG, *WRITE), "POST": WRITE}

    @operation(
        "list_fallback_rules",
        "List fallback rules",
        tag="catalog",
        scope=READ_CATALOG[0],
        query=PageInput,
        responses={200: page_of("FallbackRule", FallbackRuleOutput)},
        examples=[answered("A page", {"data": [examples.FALLBACK], "next_cursor": None})],
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PageInput())
        after = int_cursor(wanted.get("cursor")) or 0
        rows = FALLBACKS.filter(account=account_of(request), pk__gt=after).order_by("pk")
        page = cut(list(rows[: wanted["limit"] + 1]), wanted["limit"], lambda row: row.pk)
        return page_response(request, page, [_SHOWN.to_representation(row) for row in page.rows])

    @operation(
        "add_fallback_rule",
        "Add a fallback rule",
        tag="catalog",
        scope=WRITE[0],
        request=FallbackRuleInput,
        responses={201: FallbackRuleOutput},
        also=(409,),
        parameters=[KEY_HEADER],
        description=f"Used at most once for a message. {IN_NAME}",
        examples=[
            OpenApiExample("No route", examples.FALLBACK_REQUEST, request_only=True),
            answered("Added", examples.FALLBACK, "201"),
        ],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        values = body(request, FallbackRuleInput())
        rule = SenderFallback(account=account_of(request))
        return Response(_kept(request, rule, values), 201)


class FallbackRuleView(ApiView):
    """`/fallback-rules/{id}`"""

    field_names = _NAMES
    scopes = {"GET": (*READ_CATALOG, *WRITE), "PATCH": WRITE}

    @operation(
        "get_fallback_rule",
        "Read a fallback rule",
        tag="catalog",
        scope=READ_CATALOG[0],
        responses={200: FallbackRuleOutput},
        also=(404,),
        examples=[answered("A rule", examples.FALLBACK)],
    )
    def get(self, request: Request, rule_id: int) -> Response:
        return Response(_SHOWN.to_representation(_rule(account_of(request), rule_id)))

    @operation(
        "change_fallback_rule",
        "Change a fallback rule",
        tag="catalog",
        scope=WRITE[0],
        request=FallbackRuleChangeInput,
        responses={200: FallbackRuleOutput},
        also=(404, 409),
        description=f"{_CHANGE} {IN_NAME}",
        examples=[
            OpenApiExample("Out of use", {"is_active": False}, request_only=True),
            answered("Changed", {**examples.FALLBACK, "is_active": False}),
        ],
    )
    def patch(self, request: Request, rule_id: int) -> Response:
        values = body(request, FallbackRuleChangeInput())
        return Response(_kept(request, _rule(account_of(request), rule_id), values))


def _kept(request: Request, rule: SenderFallback, values: dict[str, Any]) -> Any:
    for name in ("sender", "to_sender"):
        if address := values.get(name):
            values[name] = sender_named(rule.account, address, name)
    if values.get("to_pool"):
        values["to_pool"] = _pool_named(rule.account, values["to_pool"])
    row = fallback_save(rule, columns_of(values), actor=actor_of(request))
    return _SHOWN.to_representation(_rule(rule.account, row.pk))


def _rule(account: Account, rule_id: int) -> SenderFallback:
    row = FALLBACKS.filter(account=account, pk=rule_id).first()
    if row is None:
        raise NotFoundError("not_found", _("There is no such thing for this key."))
    return row


def _pool_named(account: Account, name: str) -> SenderPool:
    rows = SenderPool.objects.filter(account=account)
    row = rows.filter(name__iexact=name).first()
    if row is None:
        known = ", ".join(rows.values_list("name", flat=True)[:20])
        raise InvalidError(
            "unknown_pool",
            _("The account has no pool “%(name)s”: choose one of %(known)s.")
            % {"name": name, "known": known or "–"},
            field="to_pool",
        )
    return row
