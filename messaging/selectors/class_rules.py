"""Which rules a class of messages falls under, country by country."""

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.readable_rules import rule_sentence
from compliance.selectors.rules import rulebook
from config.common import clock


@dataclass(frozen=True, slots=True)
class ClassRule:
    """One rule that messages of a class meet in a country, in the reader's language."""

    country: str
    rule_id: str
    severity: str
    sentence: str
    citation: str


def class_rules(countries: Sequence[str], message_class: str) -> list[ClassRule]:
    """Every rule in force, those about the text first."""
    book, now = rulebook(), clock.now()
    found = []
    for country in countries:
        rules = book.rules_for(country, now)
        groups = (rules.content_rules, rules.window_rules, rules.recipient_rules)
        found += [
            ClassRule(country, rule.id, rule.severity, rule_sentence(rule), rule.citation)
            for group in groups
            for rule in group.get(message_class, ())
        ]
    return found
