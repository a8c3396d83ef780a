"""Rules in words: where they stand, what they look for, what they do, what is wrong with them."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messaging.constants import MatchKind, RuleState
from messaging.keyword_rules import CodeQuestion, Plan, PlanError, Question, Step, plan_of
from messaging.models import KeywordRule
from messaging.selectors.keyword_rules import troubles_of
from messaging.selectors.list_names import list_names
from messaging.selectors.snapshot import Snapshot
from messaging.services.keyword_rules import keyword_rules_conflicts
from messaging.services.keyword_rules.keeping import trouble_sentence
from messaging.services.keyword_rules.sentences import conflict_sentence, step_name

STATE_COLOURS = {
    RuleState.ACTIVE: "success",
    RuleState.SHADOW: "info",
    RuleState.SCHEDULED: "primary",
    RuleState.OVER: "",
    RuleState.OFF: "warning",
}
_SHOWN_WORDS = 4


def looks_for(rule: KeywordRule) -> str:
    """The kind and the first words: `DH, ĐƠN HÀNG …`."""
    if rule.match_kind == MatchKind.ANY:
        return str(rule.get_match_kind_display())
    shown = ", ".join(rule.words[:_SHOWN_WORDS])
    more = len(rule.words) - _SHOWN_WORDS
    return f"{shown} …" if more > 0 else shown


def does(rule: KeywordRule) -> str:
    """Its steps in order, in a line."""
    plan = plan_or_none(rule)
    if plan is None:
        return "–"
    names = [step_name(step.do) for step in plan.steps]
    if plan.question is not None:
        asks_code = isinstance(plan.question, CodeQuestion)
        names.append(step_name("verify" if asks_code else "ask"))
    return " → ".join(names) or "–"


def plan_or_none(rule: KeywordRule) -> Plan | None:
    """Its plan; None where it cannot be read."""
    try:
        return plan_of(rule.actions, rule.question)
    except PlanError:
        return None


def problems_of(rules: Sequence[KeywordRule], snapshot: Snapshot) -> dict[int, list[str]]:
    """Sentences by rule: what keeps it from its work, and whom it gets in the way of. A rule that
    is off is in nobody's way."""
    conflicts = keyword_rules_conflicts(rules)
    return {
        rule.pk: [
            *(trouble_sentence(one) for one in troubles_of(rule, snapshot)),
            *(conflict_sentence(one) for one in conflicts.get(rule.pk, ())),
        ]
        if rule.is_active
        else []
        for rule in rules
    }


def plan_lines(rule: KeywordRule) -> Iterator[tuple[int, str]]:
    """What it does, to read: (depth, sentence)."""
    plan = plan_or_none(rule)
    if plan is None:
        return
    lists = list_names(rule.account_id)
    for step in plan.steps:
        yield 0, step_sentence(step, lists)
    asked = plan.question
    if isinstance(asked, CodeQuestion):
        yield 0, _("Send a code of “%(service)s” and wait for it") % {"service": asked.service}
        yield from _after(_("The code is right:"), asked.approved_steps, lists)
        yield from _after(_("No right code came:"), asked.failed_steps, lists)
    elif asked is not None:
        yield from _question_lines(asked, lists)


def _question_lines(asked: Question, lists: Any) -> Iterator[tuple[int, str]]:
    wait = ngettext(
        "Ask “%(template)s” and wait %(count)d minute",
        "Ask “%(template)s” and wait %(count)d minutes",
        asked.timeout_minutes,
    ) % {"template": asked.template, "count": asked.timeout_minutes}
    yield 0, wait
    for answer in asked.answers:
        words = ", ".join(phrase.written for phrase in answer.phrases)
        title = _("Answer “%(name)s” (%(words)s):") % {"name": answer.name, "words": words}
        yield from _after(title, answer.steps, lists)
    yield from _after(_("No answer in time:"), asked.timeout_steps, lists)
    yield from _after(_("Unclear to the end:"), asked.unclear_steps, lists)


def _after(title: str, steps: tuple[Step, ...], lists: Any) -> Iterator[tuple[int, str]]:
    yield 1, title if steps else f"{title} {_('nothing more')}"
    for step in steps:
        yield 2, step_sentence(step, lists)


def step_sentence(step: Step, lists: Any) -> str:
    """A step with what it takes: `Reply: gift (name = {rest})`."""
    values = {**step.parameters, **step.fields}
    about = [
        step.template,
        str(lists.get(step.list_id, step.list_id)) if step.list_id else "",
        step.note,
        "; ".join(f"{name} = {value}" for name, value in values.items()),
    ]
    shown = " · ".join(part for part in about if part)
    return f"{step_name(step.do)}: {shown}" if shown else step_name(step.do)
