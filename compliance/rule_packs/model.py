"""A country's rules as values: what each kind of rule says, and where it was read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from compliance.windows import Window

MESSAGE_CLASSES = ("otp", "transactional", "care", "marketing")
SENDER_KINDS = ("short_code", "long_code", "alphanumeric")
SCOPES = (*MESSAGE_CLASSES, "all")
SEVERITIES = ("block", "delay", "warn")
REACHES = ("program", "sender", "brand", "account")
# The rule that no pack states: the frequency that a person agreed to.
PROMISE_RULE = "consent.frequency"
REGISTRATION_KINDS = (
    "certificate",  # of the state, for a name
    "network",  # with each network, per class
    "program",  # of a short code
    "campaign",  # 10DLC: brand and campaign
    "dlt",  # India: principal entity and header
    "ssir",  # Singapore's registry of sender ids
)
REGISTERED_IDS = ("entity", "header", "template")
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
    """A do-not-call register and what it is called; `when_unknown` says what an unchecked number
    gets. A list older than `max_age_hours` (None: any age will do) fails the rule. `channel`:
    whose entries count, of those for messages and those for calls."""

    register: str
    when_unknown: str
    max_age_hours: int | None = None
    channel: str = "sms"
    name: str = ""


@dataclass(frozen=True, slots=True)
class SenderParams:
    """The kinds of sender allowed, and those among them that must be registered.

    `patterns`: what addresses of a kind look like as a whole; `registration_kinds`: what
    registering consists of (see REGISTRATION_KINDS).
    """

    kinds: frozenset[str]
    registration_required: frozenset[str]
    patterns: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    registration_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateParams:
    """The text must come from an approved template.

    `ids`: what must be known of its registration with the regulator's platform (see
    REGISTERED_IDS); in which parameter of a bind they travel is the bind's own.
    """

    ids: tuple[str, ...] = ()
    when_ids_unknown: str = "ignore"


@dataclass(frozen=True, slots=True)
class LabelParams:
    """Marks an advertisement, at the very beginning or anywhere; `write` is the one to suggest."""

    accepted: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    write: str
    is_at_start: bool = True


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
class LinksParams:
    """`policy` none: no link; no_shorteners: none of a public shortener; registered: links are
    registered with the regulator first, which cannot be seen here."""

    policy: str


@dataclass(frozen=True, slots=True)
class CharactersParams:
    """Characters that are refused."""

    refused: frozenset[str]


@dataclass(frozen=True, slots=True)
class WindowParams:
    """The hours, and the zones that must all be open where the recipient's is not known.

    `holidays`: the names of the days on which it stays shut, known until `holidays_until`.
    """

    window: Window
    zones: tuple[ZoneInfo, ...]
    holidays: Mapping[date, str] = field(default_factory=dict)
    holidays_until: date | None = None


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
    | LinksParams
    | CharactersParams
    | WindowParams
    | CapParams
    | MaxSegmentsParams
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule with its clause, its source and how sure that is; `effective_to` is exclusive.

    `regions`: it holds for recipients there only (ISO 3166-2, as "US-TX"; none: everywhere), and
    for those whose region is not known where `is_for_unknown_region`.
    """

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
    regions: frozenset[str] = frozenset()
    is_for_unknown_region: bool = False
    note: str = ""

    def is_there(self, region: str) -> bool:
        """Whether the rule holds for a recipient in a region ("": not known)."""
        if not self.regions or region in self.regions:
            return True
        return not region and self.is_for_unknown_region

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
class RetentionBasis:
    """Why a kind of record is kept at least so many months (0: no term is set)."""

    kind: str
    least_months: int
    citation: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """Months that evidence of consent, message metadata and message bodies are kept, and the
    audit log; refusals (None: for good). `basis`: what law says of it."""

    evidence_months: int
    metadata_months: int
    body_months: int
    refusal_months: int | None = None
    log_months: int = 24
    basis: tuple[RetentionBasis, ...] = ()


@dataclass(frozen=True, slots=True)
class Penalty:
    """What breaking the rules costs, in the words of the source."""

    act: str
    amount: str
    citation: str
    source: str
    confidence: str


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
    penalties: tuple[Penalty, ...] = ()
    note: str = ""

    def optout_on(self, on: date) -> OptOutPolicy:
        """The policy on refusals of a day: `optout`, or the latest change of it by then."""
        policy = self.optout
        for change in self.optout_changes:
            if change.effective_from <= on:
                policy = change.policy
        return policy
