"""How old each register's list is, and what the country's rules make of that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from compliance.models import Register
from compliance.rule_packs.model import RegisterParams
from compliance.rule_packs.packs import Rulebook
from compliance.selectors.rules import rulebook

_WARN_BEFORE = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class RegisterAge:
    """A register's standing: `level` is unused (no rule asks for it), missing (no list yet),
    fresh, soon (too old within two days) or stale. `stale_at` None: no age is too old.
    `when_unknown` is what the rule makes of a missing list: ignore, warn, block."""

    register: Register
    level: str
    as_of: datetime | None
    stale_at: datetime | None
    when_unknown: str = "ignore"
    rule_id: str = ""
    max_age_hours: int | None = None

    @property
    def needs_attention(self) -> bool:
        """Whether somebody has to load a list now or soon."""
        return self.level in ("soon", "stale", "missing")


def register_ages(now: datetime, book: Rulebook | None = None) -> Sequence[RegisterAge]:
    """Of every register, by country; by the rules in force where no others are given."""
    registers = list(Register.objects.select_related("in_force").order_by("country", "key"))
    book = book or (rulebook() if registers else None)
    return [_age(register, book, now) for register in registers]


def register_age(register: Register, now: datetime) -> RegisterAge:
    """Of one register, by the rules that hold in its country now."""
    return _age(register, rulebook(), now)


def _age(register: Register, book: Rulebook | None, now: datetime) -> RegisterAge:
    found = _rule(register, book, now) if book else None
    present = register.in_force
    if found is None:
        return RegisterAge(register, "unused", present.as_of if present else None, None)
    rule_id, params = found
    shared = (params.when_unknown, rule_id, params.max_age_hours)
    if present is None:
        return RegisterAge(register, "missing", None, None, *shared)
    if params.max_age_hours is None:
        return RegisterAge(register, "fresh", present.as_of, None, *shared)
    stale_at = present.as_of + timedelta(hours=params.max_age_hours)
    level = "stale" if now >= stale_at else "soon" if stale_at - now <= _WARN_BEFORE else "fresh"
    return RegisterAge(register, level, present.as_of, stale_at, *shared)


def _rule(register: Register, book: Rulebook, now: datetime) -> tuple[str, RegisterParams] | None:
    for rule in book.rules_for(register.country, now).rules:
        if isinstance(rule.params, RegisterParams) and rule.params.register == register.key:
            return rule.id, rule.params
    return None
