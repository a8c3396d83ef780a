"""Rules, replies, and what was read out of one: values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from messaging.keyword_rules.phrases import Phrase
from messaging.keyword_rules.plans import Plan

EXACT, FIRST_WORD, PREFIX, PATTERN, ANY = "exact", "first_word", "prefix", "pattern", "any"
# In this order, where two rules of one priority fit.
KINDS: Final = (EXACT, FIRST_WORD, PREFIX, PATTERN, ANY)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of an account; `sender_id` None: of all its senders; no languages: of every one."""

    id: int
    name: str
    kind: str
    phrases: tuple[Phrase, ...] = ()
    priority: int = 100
    sender_id: int | None = None
    languages: frozenset[str] = frozenset()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    is_active: bool = True
    is_shadow: bool = False
    plan: Plan = field(default_factory=Plan)

    @property
    def place(self) -> tuple[int, int, int]:
        """Rules are asked in this order: priority, then the more exact kind, then the older."""
        return self.priority, KINDS.index(self.kind), self.id


@dataclass(frozen=True, slots=True)
class Reply:
    """What came in: to which sender, when, and in which language the person was written to
    (empty: nobody knows)."""

    text: str
    sender_id: int
    at: datetime
    language: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """A rule that a reply fits: by which word, and the values for templates and events."""

    rule: Rule
    phrase: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply means by the rules: `winner` acts; `shadows` would have acted before it."""

    winner: Fit | None
    shadows: tuple[Fit, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """One rule about one reply, for people: `why` is a key of `JUDGEMENTS`, filled by `values`."""

    rule: Rule
    why: str
    values: Mapping[str, str] = field(default_factory=dict)
    fit: Fit | None = None
