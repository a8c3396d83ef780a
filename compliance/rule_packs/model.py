"""A country's rules as values: what each kind of rule says, and where it was read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from compliance.windows import Window

MESSAGE_CLASSES = ("otp", "transactional", "care", "marketing")
SENDER_KINDS = ("short_code", "long_code", "alphanumeric")
SCOPES = (*MESSAGE_CLASSES, "all")
SEVERITIES = ("block", "delay", "warn")
REACHES = ("program", "sender", "brand", "account")
CONFIDENCES = ("run", "src", "page", "one_source", "memory")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule was read: `kind` is law, page, source code or memory."""

    id: str
    title: str
    kind: str
    read_on: date
    url: str


@dataclass(frozen=True, slots=True)
class SuppressionParams:
    """Which scopes of a suppression stop which class."""

    scopes: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class ConsentParams:
    """The states of consent that suffice."""

    accepted: frozenset[str]


@dataclass(frozen=True, slots=True)
class ConsentRequestParams:
    """The message that asks for consent, where a pack allows one: `once_ever` to a number."""

    once_ever: bool


@dataclass(frozen=True, slots=True)
class RegisterParams:
    """A do-not-call register; `when_unknown` says what an unchecked number gets. A list older
    than `max_age_hours` (None: any age will do) fails the rule."""

    register: str
    when_unknown: str
    max_age_hours: int | None = None


@dataclass(frozen=True, slots=True)
class SenderParams:
    """The kinds of sender allowed, and those among them that must be registered."""

    kinds: frozenset[str]
    registration_required: frozenset[str]


@dataclass(frozen=True, slots=True)
class TemplateParams:
    """The text must come from an approved template."""


@dataclass(frozen=True, slots=True)
class LabelParams:
    """Marks an advertisement at the very beginning; `write` is the one to suggest."""

    accepted: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    write: str


@dataclass(frozen=True, slots=True)
class OptOutTextParams:
    """Tells how to refuse: patterns over folded text, at its end or anywhere."""

    patterns: tuple[re.Pattern[str], ...]
    is_at_end: bool
    write: str


@dataclass(frozen=True, slots=True)
class PriceTextParams:
    """Names a price where the service advertised costs money."""

    patterns: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class WindowParams:
    """The hours, and the zones that must all be open where the recipient's is not known.

    `regions`: it holds for recipients there only (ISO 3166-2; none: everywhere), and for those
    whose region is not known where `is_for_unknown_region`.
    """

    window: Window
    zones: tuple[ZoneInfo, ...]
    regions: frozenset[str] = frozenset()
    is_for_unknown_region: bool = False


@dataclass(frozen=True, slots=True)
class CapParams:
    """At most `limit` messages per advertiser and number in rolling `hours`."""

    limit: int
    hours: int


@dataclass(frozen=True, slots=True)
class MaxSegmentsParams:
    """At most `limit` segments in one message."""

    limit: int


Params = (
    SuppressionParams
    | ConsentParams
    | ConsentRequestParams
    | RegisterParams
    | SenderParams
    | TemplateParams
    | LabelParams
    | OptOutTextParams
    | PriceTextParams
    | WindowParams
    | CapParams
    | MaxSegmentsParams
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule with its clause, its source and how sure that is; `effective_to` is exclusive."""

    id: str
    kind: str
    applies_to: frozenset[str]
    severity: str
    citation: str
    source: str
    confidence: str
    effective_from: date
    effective_to: date | None
    params: Params

    def is_in_force(self, on: date) -> bool:
        """Whether the rule holds on a day."""
        return self.effective_from <= on and (self.effective_to is None or on < self.effective_to)


@dataclass(frozen=True, slots=True)
class OptOutPolicy:
    """What a refusal by reply does: the purpose it stops and how far it reaches, within how
    many hours it and a reply that only reads like one must be dealt with, and the one
    confirmation by language."""

    purpose: str
    reach: str
    deadline_hours: int
    review_hours: int
    ack_once: bool
    ack_texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OptOutChange:
    """The policy from a later day on, with the clause that changes it."""

    effective_from: date
    policy: OptOutPolicy
    citation: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class HelpPolicy:
    """The answer to a call for help, by language."""

    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OptInPolicy:
    """How consent may be given, and what its confirmation must contain."""

    methods: tuple[str, ...]
    confirmation_required: bool
    confirmation_elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """Months that evidence of consent, message metadata and message bodies are kept."""

    evidence_months: int
    metadata_months: int
    body_months: int


@dataclass(frozen=True, slots=True)
class Example:
    """A case with its expected answer; `facts` are fields of `compliance.decision.Facts`."""

    name: str
    facts: Mapping[str, object]
    outcome: str
    findings: tuple[str, ...]
    until: datetime | None
    close_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pack:
    """One version of a country's rules ("ZZ": any country without a pack of its own)."""

    country: str
    version: str
    effective_from: date
    effective_to: date | None
    zone: ZoneInfo
    languages: tuple[str, ...]
    sources: tuple[Source, ...]
    rules: tuple[Rule, ...]
    optout: OptOutPolicy
    help: HelpPolicy
    optin: OptInPolicy
    retention: RetentionPolicy
    is_concatenation_allowed: bool
    examples: tuple[Example, ...]
    optout_changes: tuple[OptOutChange, ...] = ()

    def optout_on(self, on: date) -> OptOutPolicy:
        """The policy on refusals of a day: `optout`, or the latest change of it by then."""
        policy = self.optout
        for change in self.optout_changes:
            if change.effective_from <= on:
                policy = change.policy
        return policy
