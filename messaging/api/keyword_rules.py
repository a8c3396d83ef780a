"""Keyword rules by an account's keys, kept in the name of the key's maker."""

from functools import partial
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from compliance.models import Account, User
from config.common.api.idempotency import idempotency_key
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from config.common.errors import NotFoundError
from messaging.api import keyword_rule_examples as examples
from messaging.api.common import (
    KEY_HEADER,
    account_of,
    actor_of,
    answer_response,
    int_cursor,
    key_of,
    msisdn,
    written,
)
from messaging.api.keyword_rule_inputs import (
    KeywordRuleChangeInput,
    KeywordRuleInput,
    KeywordTestInput,
    plain,
)
from messaging.api.keyword_rule_outputs import (
    KeywordHitOutput,
    KeywordRuleDetailOutput,
    KeywordRuleOutput,
    KeywordTestOutput,
    shown_hit,
    shown_rule,
    shown_trial,
)
from messaging.api.sender_pools import IN_NAME, answered, sender_named
from messaging.models import KeywordHit, KeywordRule
from messaging.selectors.keyword_rules import figures_of
from messaging.selectors.snapshot import snapshots
from messaging.services.idempotency import Answer, answer_once
from messaging.services.keyword_rules import (
    keyword_rule_delete,
    keyword_rule_save,
    keyword_rules_try,
)

_WRITE: Final = (Scope.KEYWORDS_WRITE.value,)
_READ: Final = (Scope.KEYWORDS_READ.value, *_WRITE)
_TAG: Final = "keywords"
_NAMES: Final = {"msisdn": "from"}  # a rule's `sender` is no message's `from`
_CREATE, _CHANGE, _TEST = KeywordRuleInput(), KeywordRuleChangeInput(), KeywordTestInput()


class KeywordRulesView(ApiView):
    """`/keyword-rules`"""

    field_names = _NAMES
    scopes = {"GET": _READ, "POST": _WRITE}

    @operation(
        "list_keyword_rules",
        "List keyword rules",
        tag=_TAG,
        scope=_READ[0],
        query=PageInput,
        responses={200: page_of("KeywordRule", KeywordRuleOutput)},
        description="Oldest first, with figures of the last 30 days and what is wrong with each.",
        examples=[answered("A page", examples.PAGE)],
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PageInput())
        rows = _rows(account_of(request)).filter(pk__gt=int_cursor(wanted.get("cursor")) or 0)
        found = list(rows.order_by("pk")[: wanted["limit"] + 1])
        page = cut(found, wanted["limit"], lambda row: row.pk)
        figures, snapshot = figures_of([row.pk for row in page.rows]), snapshots.latest()
        shown = [
            shown_rule(row, snapshot, figures.get(row.pk), is_detail=False) for row in page.rows
        ]
        return page_response(request, page, shown)

    @operation(
        "add_keyword_rule",
        "Add a keyword rule",
        tag=_TAG,
        scope=_WRITE[0],
        request=KeywordRuleInput,
        responses={201: KeywordRuleDetailOutput},
        also=(409,),
        parameters=[KEY_HEADER],
        description="Acts on replies from the next one on. `conflicts` names rules that get in its"
        f" way; they do not keep it from being made. {IN_NAME}",
        examples=[
            OpenApiExample("An answer", examples.RULE_REQUEST, request_only=True),
            OpenApiExample("A question", examples.QUESTION_REQUEST, request_only=True),
            OpenApiExample("A code", examples.CODE_REQUEST, request_only=True),
            answered("Added", examples.RULE, "201"),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, _CREATE)
        answer = answer_once(
            api_key=key_of(request),
            route="keyword-rules",
            key=idempotency_key(request),
            payload=request.data,
            work=partial(_made, account_of(request), actor_of(request), values),
        )
        return answer_response(answer)


class KeywordRuleView(ApiView):
    """`/keyword-rules/{id}`"""

    field_names = _NAMES
    scopes = {"GET": _READ, "PATCH": _WRITE, "DELETE": _WRITE}

    @operation(
        "get_keyword_rule",
        "Read a keyword rule",
        tag=_TAG,
        scope=_READ[0],
        responses={200: KeywordRuleDetailOutput},
        also=(404,),
        examples=[answered("A rule", examples.RULE)],
    )
    def get(self, request: Request, rule_id: int) -> Response:
        return Response(_shown(_rule(account_of(request), rule_id)))

    @operation(
        "change_keyword_rule",
        "Change a keyword rule",
        tag=_TAG,
        scope=_WRITE[0],
        request=KeywordRuleChangeInput,
        responses={200: KeywordRuleDetailOutput},
        also=(404, 409),
        description="What is left out stays; `actions` and `question` are replaced as a whole."
        f" {IN_NAME}",
        examples=[
            OpenApiExample("In shadow", {"is_shadow": True}, request_only=True),
            answered("Changed", {**examples.RULE, "is_shadow": True}),
        ],
    )
    def patch(self, request: Request, rule_id: int) -> Response:
        rule = _rule(account_of(request), rule_id)
        values = body(request, _CHANGE)
        keyword_rule_save(rule, _columns(rule.account, values), actor=actor_of(request))
        return Response(_shown(_rule(rule.account, rule_id)))

    @operation(
        "delete_keyword_rule",
        "Delete a keyword rule",
        tag=_TAG,
        scope=_WRITE[0],
        responses={204: None},
        also=(404,),
        description=f"What it did stays known, and its open questions are answered. {IN_NAME}",
    )
    def delete(self, request: Request, rule_id: int) -> Response:
        rule = _rule(account_of(request), rule_id)
        keyword_rule_delete(rule=rule, actor=actor_of(request))
        return Response(status=204)


class KeywordHitsView(ApiView):
    """`/keyword-rules/{id}/matches`"""

    field_names = _NAMES
    scopes = {"GET": _READ}

    @operation(
        "list_keyword_matches",
        "List what a rule did",
        tag=_TAG,
        scope=_READ[0],
        query=PageInput,
        responses={200: page_of("KeywordMatch", KeywordHitOutput)},
        also=(404,),
        description="Newest first: per reply the steps and how each went; of a rule in shadow what"
        " it would have done.",
        examples=[answered("A page", examples.HITS)],
    )
    def get(self, request: Request, rule_id: int) -> Response:
        rule = _rule(account_of(request), rule_id)
        wanted = query(request, PageInput())
        rows = KeywordHit.objects.filter(rule=rule).select_related("sender").order_by("-pk")
        before = int_cursor(wanted.get("cursor"))
        rows = rows.filter(pk__lt=before) if before is not None else rows
        page = cut(list(rows[: wanted["limit"] + 1]), wanted["limit"], lambda row: row.pk)
        return page_response(request, page, [shown_hit(row) for row in page.rows])


class KeywordTestView(ApiView):
    """`/keyword-rules/test`"""

    takes_test_keys = True  # nothing is stored
    field_names = _NAMES
    scopes = {"POST": _READ}

    @operation(
        "test_keyword_rules",
        "Try a reply",
        tag=_TAG,
        scope=_READ[0],
        request=KeywordTestInput,
        responses={200: KeywordTestOutput},
        description="Which rule would win and why, why the others would not, and what would be"
        " sent. Nothing is stored or sent.",
        examples=[
            OpenApiExample("A reply", examples.TEST_REQUEST, request_only=True),
            answered("What it would do", examples.TEST),
        ],
    )
    def post(self, request: Request) -> Response:
        values, account = body(request, _TEST), account_of(request)
        number = values["from_"] if "from_" in values else values["from"]
        trial = keyword_rules_try(
            account=account,
            sender=sender_named(account, values["to"], "to"),
            msisdn=msisdn(number, account, field="from"),
            text=values["text"],
            language=values.get("language"),
        )
        return Response(shown_trial(trial))


def _rows(account: Account) -> Any:
    return KeywordRule.objects.filter(account=account).select_related("account", "sender")


def _rule(account: Account, rule_id: int) -> KeywordRule:
    row: KeywordRule | None = _rows(account).filter(pk=rule_id).first()
    if row is None:
        raise NotFoundError("not_found", _("There is no such thing for this key."))
    return row


def _made(account: Account, actor: User, values: dict[str, Any]) -> Answer:
    rule = KeywordRule(account=account)
    keyword_rule_save(rule, _columns(account, values), actor=actor)
    return Answer(201, written(_shown(rule)), location=f"/api/v1/keyword-rules/{rule.pk}")


def _columns(account: Account, values: dict[str, Any]) -> dict[str, Any]:
    columns = {name: plain(value) for name, value in values.items()}
    if columns.get("sender"):
        columns["sender"] = sender_named(account, columns["sender"], "sender")
    return columns


def _shown(rule: KeywordRule) -> dict[str, Any]:
    figures = figures_of([rule.pk]).get(rule.pk)
    return shown_rule(rule, snapshots.latest(), figures, is_detail=True)
