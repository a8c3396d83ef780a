"""What a preview is asked and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.common.errors import DomainError
from messaging.encoding.ambiguity import WordWarning
from messaging.encoding.characters import Culprit
from messaging.encoding.segmentation import SegmentText
from messaging.selectors.findings import CountryFindings, TextFinding
from messaging.wording.slots import SlotList
from messaging.wording.worst import Cost


@dataclass(frozen=True, slots=True)
class DraftWording:
    """A wording that is still being written; `advertiser_id` of the template, where there is one."""

    body: str
    slots: SlotList = ()
    rewriting: str = "none"
    variants: Sequence[Mapping[str, Any]] = ()
    message_format: str = ""
    advertiser_id: int | None = None


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """A message as it might be sent: everything but one of `text`, `template` and `wording` may
    be left out.

    With `to` and `sender` it is decided as sending would at `at` (else `send_at`, else now).
    `parameters` None: the examples of the slots. `normalize` False counts the text as it was
    given. `audience_size`: also what so many messages cost.
    """

    text: str | None = None
    template: str | None = None
    wording: DraftWording | None = None
    parameters: Mapping[str, str] | None = None
    language: str | None = None
    to: str | None = None
    sender: str | None = None
    message_class: str | None = None
    send_at: datetime | None = None
    expires_at: datetime | None = None
    time_zone: str | None = None
    at: datetime | None = None
    normalize: bool = True
    audience_size: int | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """What the account pays for one message, in millionths; an audience pays its size times it."""

    amount_micros: int
    currency: str
    audience_size: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another way to write the text; `warnings` name words that come to mean something else.

    `saved_segments` is what it saves per message (less than none where it costs more).
    """

    rewriting: str
    text: str
    encoding: str
    units: int
    segment_count: int
    saved_segments: int
    warnings: tuple[WordWarning, ...]


@dataclass(frozen=True, slots=True)
class FormatProblem:
    """Why a wording does not have the format it claims; `position` in its text with slots shown."""

    code: str
    position: int
    message: str


@dataclass(frozen=True, slots=True)
class NetworkPreview:
    """What a network makes of the text: `segment_count` with what it adds, which is billed.

    `worst_segment_count` is guaranteed for every value of a template; `is_refused`: the network
    does not carry such a text.
    """

    code: str
    name: str
    adds_before: str
    adds_after: str
    segment_count: int
    worst_segment_count: int | None
    max_segments: int | None
    refused_characters: tuple[str, ...]
    is_refused: bool
    demands_registration: bool
    price_micros: int | None
    source: str


@dataclass(frozen=True, slots=True)
class KnownNetwork:
    """The recipient's network and how it is known (an override, the prefix)."""

    code: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class RouteCandidate:
    """A way to the destination: `share` of the traffic it gets (0 to 1), `exclusion` why none;
    `segment_count` as its connection cuts the text, None where it has none.

    What it costs and whose it is are the platform's business.
    """

    tier: int
    share: float
    is_chosen: bool
    is_available: bool
    exclusion: str
    segment_count: int | None = None


@dataclass(frozen=True, slots=True)
class RoutePreview:
    """The candidates in the order of trying, and the steps of the decision."""

    candidates: tuple[RouteCandidate, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompliancePreview:
    """`decision`: allowed, delayed (`until`) or blocked, with every rule that spoke."""

    decision: str
    until: datetime | None
    findings: tuple[TextFinding, ...]
    rules_version: str


@dataclass(frozen=True, slots=True)
class SenderPreview:
    """Whom the message would leave from: of a pool one of its senders; with `cause` another one
    than was asked for, by the account's own rule (`routing.constants.FallbackCause`)."""

    address: str
    instead_of: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What sending would make of the message at `at`; `status` and `failure_reason` as they would
    be stored, empty where it would not even be accepted."""

    at: datetime
    status: str
    failure_reason: str
    network: KnownNetwork | None
    route: RoutePreview | None
    compliance: CompliancePreview
    sender: SenderPreview


@dataclass(frozen=True, slots=True)
class Preview:
    """A text as the code that sends sees it.

    `is_nfc` is about the text as it was given, everything else about `text`, which is what would
    be sent. `template` is the one it is sent by: the one named, or the one a plain text comes from.
    `billed_segments` are the segments with what the recipient's network adds. `refusal` is the
    error that sending would answer with.
    """

    text: str
    template: str | None
    is_nfc: bool
    encoding: str
    units: int
    segment_count: int
    segments: tuple[SegmentText, ...]
    billed_segments: int
    culprits: tuple[Culprit, ...]
    invisible: tuple[Culprit, ...]
    suggestions: tuple[Suggestion, ...]
    cost: Money | None
    currency: str
    networks: tuple[NetworkPreview, ...]
    worst: Cost | None
    format_problems: tuple[FormatProblem, ...]
    content: tuple[CountryFindings, ...] = ()
    ruling: Ruling | None = None
    refusal: DomainError | None = None
