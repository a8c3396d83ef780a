"""What is to change about a country's rules, for the countdown: pure, by the dates in the pack."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from compliance.rule_packs.model import Pack, WindowParams

RULE_BEGINS, RULE_ENDS = "rule_begins", "rule_ends"
OPTOUT_CHANGES, PACK_ENDS, HOLIDAYS_END = "optout_changes", "pack_ends", "holidays_end"
CHANGE_KINDS = (RULE_BEGINS, RULE_ENDS, OPTOUT_CHANGES, PACK_ENDS, HOLIDAYS_END)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ComingChange:
    """`date`: the first day on which it is so. `kind`: one of CHANGE_KINDS; `subject`: the rule's
    id, or the field of the pack. `data`: what a sentence about it needs."""

    date: date
    kind: str
    subject: str
    data: tuple[tuple[str, str], ...] = ()


def coming_changes(pack: Pack, on: date) -> tuple[ComingChange, ...]:
    """What changes after a day, the nearest first; rules over before they begin are not named."""
    found = (change for change in _changes(pack) if change.date > on)
    return tuple(sorted(found, key=lambda change: (change.date, change.kind, change.subject)))


def _changes(pack: Pack) -> Iterator[ComingChange]:
    yield from _of_rules(pack)
    before = pack.optout
    for change in pack.optout_changes:
        after = change.policy
        data = (
            ("purpose_before", before.purpose),
            ("purpose", after.purpose),
            ("reach_before", before.reach),
            ("reach", after.reach),
            ("citation", change.citation),
        )
        yield ComingChange(change.effective_from, OPTOUT_CHANGES, "optout", data)
        before = after
    if pack.effective_to is not None:
        yield ComingChange(pack.effective_to, PACK_ENDS, "pack")


def _of_rules(pack: Pack) -> Iterator[ComingChange]:
    for rule in pack.rules:
        ends = rule.effective_to or date.max
        cited = (("citation", rule.citation),)
        # The first day of a rule that came with its pack is no change of the pack.
        if pack.effective_from < rule.effective_from < ends:
            yield ComingChange(rule.effective_from, RULE_BEGINS, rule.id, cited)
        if rule.effective_from < ends < date.max:
            yield ComingChange(ends, RULE_ENDS, rule.id, cited)
        if isinstance(rule.params, WindowParams) and rule.params.holidays_until is not None:
            first = rule.params.holidays_until + _DAY
            if first < ends:
                yield ComingChange(first, HOLIDAYS_END, rule.id, cited)
