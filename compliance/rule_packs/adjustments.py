"""What an account changes about a country's rules: more demands, or an officer's exceptions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from compliance.rule_packs.model import Rule


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One change for the messages of an account, or of one advertiser of it.

    `country` nothing: every country. Either `added`, a rule that holds besides the pack's
    for its own classes, or `lifted`, the id of a pack's rule that does not hold for `classes`
    (none named: for all of its classes). `effective_to` is exclusive; days are the country's.
    """

    account_id: int
    country: str
    effective_from: date
    effective_to: date | None
    added: Rule | None
    lifted: str | None
    classes: frozenset[str]
    advertiser_id: int | None
    reason: str

    def holds(self, country: str, on: date, advertiser_id: int) -> bool:
        """Whether it changes anything for an advertiser's messages to a country on a day."""
        return (
            self.country in ("", country)
            and self.advertiser_id in (None, advertiser_id)
            and self.effective_from <= on
            and (self.effective_to is None or on < self.effective_to)
        )


def adjusted(
    rules: Iterable[Rule], adjustments: Iterable[Adjustment]
) -> tuple[tuple[Rule, ...], dict[str, frozenset[str]]]:
    """A pack's rules without the exceptions and with what is added; and for each rule that an
    exception names, the classes for which it is left out."""
    changes = tuple(adjustments)
    left_out: dict[str, frozenset[str]] = {}
    kept: list[Rule] = []
    for rule in rules:
        lifted = [change for change in changes if change.lifted == rule.id]
        for change in lifted:
            classes = rule.applies_to & (change.classes or rule.applies_to)
            left_out[rule.id] = left_out.get(rule.id, frozenset()) | classes
        kept.append(
            replace(rule, applies_to=rule.applies_to - left_out[rule.id]) if lifted else rule
        )
    kept += [change.added for change in changes if change.added is not None]
    return tuple(rule for rule in kept if rule.applies_to), left_out
