"""Rules and exceptions of accounts as pages show them."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.models import AccountRule, RuleException
from compliance.readable_rules import rule_sentence
from compliance.rule_packs.model import Rule
from compliance.rule_packs.packs import Rulebook
from compliance.rule_packs.reading import PackError
from compliance.selectors.rules import account_rule_parsed, rulebook
from config.common import clock

WARN_DAYS = 30


@dataclass(frozen=True, slots=True)
class State:
    """What it does today: on, later, waits, over or off, and in words."""

    kind: str
    text: str


def account_rule_sentence(row: AccountRule, book: Rulebook | None = None) -> str:
    """What an account's rule asks, in the reader's language. Of many, `book` holds the rules in
    force."""
    zone = (book or rulebook()).rules_for(row.country, clock.now()).pack.zone.key
    try:
        return rule_sentence(account_rule_parsed(row, zone))
    except PackError:
        return row.kind


def account_rule_state(row: AccountRule, book: Rulebook | None = None) -> State:
    """What an account's rule does on the country's present day."""
    today = (book or rulebook()).rules_for(row.country, clock.now()).on
    if row.ended_at is not None:
        return State("off", _("Ended"))
    if row.effective_from is not None and today < row.effective_from:
        return State("later", _in_days((row.effective_from - today).days))
    if row.effective_to is not None and row.effective_to < today:
        return State("over", _("Over"))
    return State("on", _("In force"))


def exception_state(row: RuleException, book: Rulebook | None = None) -> State:
    """What an exception does on the country's present day; how long yet, in its last days. Of
    many, `book` holds the rules in force."""
    today = (book or rulebook()).rules_for(row.country, clock.now()).on
    if row.status == RuleException.Status.ASKED:
        is_over = row.last_day < today
        return State("over", _("Never confirmed")) if is_over else State("waits", _("Waits"))
    if row.status != RuleException.Status.CONFIRMED:
        return State("off", row.get_status_display())
    if today < row.first_day:
        return State("later", _in_days((row.first_day - today).days))
    if row.last_day < today:
        return State("over", _("Over"))
    left = (row.last_day - today).days
    if left > WARN_DAYS:
        return State("on", _("In force"))
    words = ngettext("Ends in %(count)d day", "Ends in %(count)d days", left)
    return State("ends", _("Ends today") if left == 0 else words % {"count": left})


def _in_days(days: int) -> str:
    words = ngettext("In force in %(count)d day", "In force in %(count)d days", days)
    return words % {"count": days}


def country_day(country: str) -> date:
    """The present day where a country's rules hold."""
    return rulebook().rules_for(country, clock.now()).on


def pack_rule(country: str, rule_id: str) -> Rule | None:
    """A rule of the pack in force, or None where it is not there (any more)."""
    rules = rulebook().rules_for(country, clock.now()).pack.rules
    return next((rule for rule in rules if rule.id == rule_id), None)


def pack_rules(country: str) -> tuple[Rule, ...]:
    """The rules of the pack that decides for a country now, those to come too."""
    return rulebook().rules_for(country, clock.now()).pack.rules


def countries_with_rules() -> list[str]:
    """The countries that have a pack of their own."""
    return sorted(rulebook().countries)


def exception_words(row: RuleException, book: Rulebook | None = None) -> str:
    """What the rule that is left out asks; its id where the pack has it no more."""
    rules = (book or rulebook()).rules_for(row.country, clock.now()).pack.rules
    found = next((rule for rule in rules if rule.id == row.rule_id), None)
    return rule_sentence(found) if found else row.rule_id


def exceptions_to_look_at(rows: QuerySet[RuleException]) -> QuerySet[RuleException]:
    """Those that somebody else has to confirm, and confirmed ones that end within 30 days; by
    their last day."""
    today = clock.now().date()
    asked = Q(status=RuleException.Status.ASKED)
    ending = Q(
        status=RuleException.Status.CONFIRMED, last_day__lte=today + timedelta(days=WARN_DAYS)
    )
    return rows.filter(asked | ending, last_day__gte=today).order_by("last_day")
