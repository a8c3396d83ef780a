"""What a preview is asked and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.common.errors import DomainError
from messaging.encoding.analysis import Culprit
from messaging.encoding.segmentation import SegmentText
from messaging.selectors.templates import CountryFindings, TextFinding
from messaging.wordings import Cost

SlotList = Sequence[Mapping[str, Any]]  # JSON objects, as a version stores them


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
class KnownNetwork:
    """The recipient's network and how it is known (an override, the prefix)."""

    code: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class RouteCandidate:
    """A way to the destination: `share` of the traffic it gets (0 to 1), `exclusion` why none.

    What it costs and whose it is are the platform's business.
    """

    tier: int
    share: float
    is_chosen: bool
    is_available: bool
    exclusion: str


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
class Ruling:
    """What sending would make of the message at `at`; `status` and `failure_reason` as they would
    be stored, empty where it would not even be accepted."""

    at: datetime
    status: str
    failure_reason: str
    network: KnownNetwork | None
    route: RoutePreview | None
    compliance: CompliancePreview


@dataclass(frozen=True, slots=True)
class Preview:
    """A text as the code that sends sees it.

    `is_nfc` is about the text as it was given, everything else about `text`, which is what would
    be sent. `refusal` is the error that sending would answer with.
    """

    text: str
    is_nfc: bool
    encoding: str
    units: int
    segment_count: int
    segments: tuple[SegmentText, ...]
    culprits: tuple[Culprit, ...]
    cost: Money | None
    worst: Cost | None
    content: tuple[CountryFindings, ...]
    ruling: Ruling | None
    refusal: DomainError | None
