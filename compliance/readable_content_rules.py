"""Content rules in words: what a kind is called, what a rule asks, where it applies."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.constants import MessageClass
from compliance.content_policy import KINDS
from compliance.content_policy.fields import Choice, Field
from compliance.models import ContentRule

SEVERITY = {
    ContentRule.Severity.BLOCK.value: (gettext_lazy("Blocks"), "danger"),
    ContentRule.Severity.WARN.value: (gettext_lazy("Warns"), "warning"),
}
_NAMED = 6


def kind_title(kind: str) -> str:
    """A kind in the reader's language; itself where nobody knows it any more."""
    return _(KINDS[kind].title) if kind in KINDS else kind


def kind_about(kind: str) -> str:
    """What rules of the kind are for."""
    return _(KINDS[kind].about) if kind in KINDS else ""


def asked(kind: str, params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parameters of a rule as (field, value), without empty ones."""
    fields = KINDS[kind].fields if kind in KINDS else ()
    shown = ((_(one.title), _value(one, params.get(one.name))) for one in fields)
    return [(title, value) for title, value in shown if value]


def classes(rule: ContentRule) -> str:
    """The classes that it asks."""
    if not rule.message_classes:
        return _("Every message")
    return ", ".join(str(MessageClass(one).label) for one in rule.message_classes)


def owner(rule: ContentRule) -> str:
    """Whose texts it judges."""
    return rule.account.name if rule.account else _("Every account")


def state(rule: ContentRule, today: date) -> tuple[str, str]:
    """Kind and words of what it does today."""
    if not rule.is_active:
        return "off", _("Off")
    if rule.effective_from is not None and today < rule.effective_from:
        return "later", _("Not yet")
    if rule.effective_to is not None and rule.effective_to < today:
        return "over", _("Over")
    return "on", _("In force")


def _value(field: Field, value: Any) -> str:
    if isinstance(field, Choice):
        return next((_(words) for known, words in field.choices if known == value), "")
    if isinstance(value, (list, tuple)):
        return _some(value)
    return "" if value is None else str(value)


def _some(values: Iterable[str]) -> str:
    every = [str(value) for value in values]
    return ", ".join(every[:_NAMED]) + (" …" if len(every) > _NAMED else "")
