"""Copies of rules, and the way back to what one was before its last change."""

from itertools import count
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.models import User
from config.common.errors import ConflictError
from messaging.models import KeywordRule
from messaging.services.keyword_rules.keeping import keyword_rule_save
from routing.models import Sender

_LOOKED_BACK: Final = 50
_NAME_KEPT: Final = 60
_COLUMNS: Final = (
    "name",
    "sender_id",
    "priority",
    "match_kind",
    "words",
    "languages",
    "valid_from",
    "valid_until",
    "is_active",
    "is_shadow",
    "actions",
    "question",
)


@transaction.atomic
def keyword_rule_copy(*, rule: KeywordRule, actor: User) -> KeywordRule:
    """The same once more, switched off, under a name of its own. Raises what saving raises."""
    changes = {"name": _free_name(rule), "is_active": False}
    return keyword_rule_save(
        KeywordRule(account=rule.account), _values(rule) | changes, actor=actor
    )[0]


def keyword_rule_before(rule: KeywordRule) -> Any:
    """The rule as it was before its last change; None where it was never changed."""
    now = _facts(rule)
    versions = rule.history.order_by("-history_date", "-history_id")[:_LOOKED_BACK]
    return next((old for old in versions if _facts(old) != now), None)


@transaction.atomic
def keyword_rule_undo(*, rule: KeywordRule, actor: User) -> KeywordRule:
    """Puts the rule back as it was before its last change, which is checked like any change.
    Raises ConflictError where there was none."""
    old = keyword_rule_before(rule)
    if old is None:
        raise ConflictError(
            "never_changed", _("The rule was never changed: there is nothing to undo.")
        )
    return keyword_rule_save(rule, _values(old), actor=actor)[0]


def _facts(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _COLUMNS}


def _values(row: Any) -> dict[str, Any]:
    values = _facts(row)
    sender_id = values.pop("sender_id")
    return values | {"sender": Sender.objects.filter(pk=sender_id).first() if sender_id else None}


def _free_name(rule: KeywordRule) -> str:
    rules = KeywordRule.objects.filter(account=rule.account_id)
    taken = {name.casefold() for name in rules.values_list("name", flat=True)}
    kept = rule.name[:_NAME_KEPT]
    tries = (_("%(name)s, copy %(number)d") % {"name": kept, "number": n} for n in count(1))
    return next(name for name in tries if name.casefold() not in taken)
