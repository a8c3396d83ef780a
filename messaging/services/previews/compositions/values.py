"""What a composer asks about a wording that is being written, and what it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from config.common.errors import InvalidError
from messaging.encoding.ambiguity import WordWarning
from messaging.encoding.segmentation import SegmentText
from messaging.models import Template
from messaging.selectors.findings import CountryFindings
from messaging.wording.slots import SlotList, SlotSpec
from messaging.wording.worst import Bound, Figures

SignKind = Literal["invisible", "letter", "sign"]


@dataclass(frozen=True, slots=True)
class CompositionRequest:
    """A wording being written. `language` is the tag of the text in view, "" for the body;
    `audience_size` how many people would get it."""

    body: str
    slots: SlotList = ()
    rewriting: str = "none"
    variants: Sequence[Mapping[str, Any]] = ()
    message_format: str = ""
    template: Template | None = None
    language: str = ""
    audience_size: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the text in NFC, in UTF-16 units, as browsers count."""

    at: int
    length: int


@dataclass(frozen=True, slots=True)
class Sign:
    """A character to look at: it forces UCS-2, or nobody sees it. `suggestion` is "" to leave it
    out, None where nothing says the same. `is_settled`: the chosen letters replace it anyway."""

    character: str
    name: str
    suggestion: str | None
    kind: SignKind
    places: tuple[Place, ...]
    is_settled: bool


@dataclass(frozen=True, slots=True)
class NetworkRefusal:
    """Characters that networks turn down, for certain or perhaps."""

    networks: tuple[str, ...]
    characters: tuple[str, ...]
    places: tuple[Place, ...]
    is_certain: bool


@dataclass(frozen=True, slots=True)
class NetworkCost:
    """What the text costs on networks that bill alike; none named: wherever nothing is added.

    `typical` and `worst` count what is billed, with what the network adds; `price_micros` is of
    one segment, None where the account has no price.
    """

    networks: tuple[str, ...]
    adds_before: str
    adds_after: str
    typical: int
    worst: int
    price_micros: int | None
    max_segments: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """From the cheapest network to the dearest, in millionths of the currency."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The text under one choice of letters; `cost` is for the whole audience with the examples,
    `worst_cost` what it can come to at most."""

    rewriting: str
    text: str
    figures: Figures
    worst: Bound
    networks: tuple[NetworkCost, ...]
    cost: Span | None
    worst_cost: Span | None
    warnings: tuple[WordWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A rendered text with its figures and where it is cut."""

    text: str
    figures: Figures
    segments: tuple[SegmentText, ...]


@dataclass(frozen=True, slots=True)
class SlotProblem:
    """What is wrong at a field of a slot, in the reader's language."""

    slot: str
    key: str
    message: str


@dataclass(frozen=True, slots=True)
class LanguageState:
    """How the text of a language stands: its most segments, or None where it is not right."""

    language: str
    segment_count: int | None


@dataclass(frozen=True, slots=True)
class FormatCheck:
    """A demand of the claimed format, met or not, in the reader's language."""

    is_met: bool
    message: str


@dataclass(frozen=True, slots=True)
class StandIn:
    """Another sender (or pool) than was asked for, by the account's rule: for which `causes`, and
    which of them holds now (`cause_now`, "" for none) on which networks."""

    instead_of: str
    to: str
    causes: tuple[str, ...]
    cause_now: str
    networks_now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Composition:
    """A wording as it would be stored and sent, seen from the text in view.

    `worst_with_plain_values`: the bound if values brought no letter outside GSM-7, where that
    would be less. `refusal`: what saving would answer beside the slots' problems.
    `registering_networks` take the account's templates only once they are registered there.
    `currency` is "" where no account is known yet.
    """

    body: str
    specs: tuple[SlotSpec, ...]
    slot_problems: tuple[SlotProblem, ...]
    is_composed: bool
    signs: tuple[Sign, ...]
    refusals: tuple[NetworkRefusal, ...]
    choices: tuple[Choice, ...]
    chosen: Choice
    shortest: Shown
    typical: Shown
    longest: Shown
    worst_with_plain_values: Bound | None
    refusal: InvalidError | None
    languages: tuple[LanguageState, ...]
    checks: tuple[FormatCheck, ...]
    registering_networks: tuple[str, ...]
    findings: tuple[CountryFindings, ...]
    stand_ins: tuple[StandIn, ...]
    currency: str
    audience_size: int | None
