"""What an account may demand on top of a country's pack: kinds of rules, and whether one adds
anything. Pure: that a rule never loosens is the engine's doing, which only adds it."""

from collections.abc import Iterable
from datetime import datetime

from compliance.rule_packs.model import (
    CapParams,
    ConsentParams,
    MaxSegmentsParams,
    RegisterParams,
    Rule,
    SenderParams,
    WindowParams,
)
from compliance.windows import Window, joint_window

KINDS = ("window", "cap", "consent", "register", "sender", "max_segments")
# What a person refused, no officer may leave out.
NEVER_LEFT_OUT = frozenset({"suppression"})


def adds_something(rule: Rule, others: Iterable[Rule]) -> bool:
    """Whether the rule refuses or delays anything that the pack's own rules let through."""
    others = tuple(other for other in others if other.kind == rule.kind)
    return not all(
        any(
            message_class in other.applies_to and _is_binding(other) and _covers(other, rule)
            for other in others
        )
        for message_class in rule.applies_to
    )


def never_opens(rule: Rule, others: Iterable[Rule], now: datetime) -> bool:
    """Whether nothing could be sent any more: the hours lie outside those of the pack."""
    if not isinstance(rule.params, WindowParams):
        return False
    windows = [
        other.params
        for other in others
        if isinstance(other.params, WindowParams)
        and other.applies_to & rule.applies_to
        and not other.regions
    ]
    pairs = tuple((one.window, zone) for one in (rule.params, *windows) for zone in one.zones)
    try:
        return joint_window(pairs, now) is None
    except ValueError:  # a window of nothing but holidays
        return True


def _is_binding(rule: Rule) -> bool:
    return rule.severity != "warn"


def _covers(other: Rule, rule: Rule) -> bool:
    """Whether the other rule refuses all that this one does."""
    mine, theirs = rule.params, other.params
    if isinstance(mine, WindowParams) and isinstance(theirs, WindowParams):
        return not other.regions and _is_within(theirs, mine)
    if isinstance(mine, CapParams) and isinstance(theirs, CapParams):
        return theirs.limit <= mine.limit and theirs.hours >= mine.hours
    if isinstance(mine, ConsentParams) and isinstance(theirs, ConsentParams):
        return theirs.accepted <= mine.accepted
    if isinstance(mine, RegisterParams) and isinstance(theirs, RegisterParams):
        return theirs.when_unknown == "block" and _age(theirs) <= _age(mine)
    if isinstance(mine, SenderParams) and isinstance(theirs, SenderParams):
        return theirs.kinds <= mine.kinds
    if isinstance(mine, MaxSegmentsParams) and isinstance(theirs, MaxSegmentsParams):
        return theirs.limit <= mine.limit
    return False


def _age(params: RegisterParams) -> float:
    return params.max_age_hours if params.max_age_hours is not None else float("inf")


def _is_within(inner: WindowParams, outer: WindowParams) -> bool:
    """Whether the outer window is open whenever the inner one is: by the spans of each weekday,
    and the outer one has no closed day of its own."""
    if outer.window.holidays - inner.window.holidays:
        return False
    return all(_open(inner.window, day) <= _open(outer.window, day) for day in range(1, 8))


def _open(window: Window, weekday: int) -> frozenset[int]:
    return frozenset(
        minute
        for span in window.spans
        if weekday in span.days
        for minute in range(span.opens_minute, span.closes_minute)
    )
