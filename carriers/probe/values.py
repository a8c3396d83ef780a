"""What a test of a bind works with. Pure values, stored as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

SenderKind = Literal["short_code", "long_code", "alphanumeric"]
SENDER_KINDS: Final = ("short_code", "long_code", "alphanumeric")
LEAST_NUMBERS: Final = 1
MOST_NUMBERS: Final = 10
MOST_BURST: Final = 200


class PlanError(ValueError):
    """A plan that would not be safe or would find nothing; `field` says where."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Plan:
    """What the operator chose. `numbers` are handsets of their own, digits only; `burst` is how
    many messages measure window and rate (0: that is left out)."""

    numbers: tuple[str, ...]
    senders: Mapping[str, str]  # kind → address
    burst: int = 20
    pace: float = 10.0  # segments/s at most
    receipt_wait_seconds: float = 20.0
    is_second_session: bool = False
    disables: bool = False
    handset: str = ""  # name of the simulated operator whose handsets are asked

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "numbers": list(self.numbers), "senders": dict(self.senders)}


def plan_of(values: Mapping[str, Any]) -> Plan:
    """A plan out of its JSON; PlanError names what cannot be."""
    numbers = tuple(str(one).lstrip("+") for one in values.get("numbers", ()))
    if not LEAST_NUMBERS <= len(numbers) <= MOST_NUMBERS:
        raise PlanError("numbers", f"between {LEAST_NUMBERS} and {MOST_NUMBERS} numbers are needed")
    if not all(one.isascii() and one.isdecimal() and 5 <= len(one) <= 15 for one in numbers):
        raise PlanError("numbers", "numbers are written with country code, digits only")
    senders = {str(kind): str(one) for kind, one in dict(values.get("senders", {})).items() if one}
    if not senders or set(senders) - set(SENDER_KINDS):
        raise PlanError("senders", f"a sender of a kind is needed: {', '.join(SENDER_KINDS)}")
    burst = int(values.get("burst", 20))
    if not 0 <= burst <= MOST_BURST:
        raise PlanError("burst", f"at most {MOST_BURST} messages measure window and rate")
    pace = float(values.get("pace", 10.0))
    if pace <= 0:
        raise PlanError("pace", "the pace is above 0")
    return Plan(
        numbers=numbers,
        senders=senders,
        burst=burst,
        pace=pace,
        receipt_wait_seconds=min(600.0, float(values.get("receipt_wait_seconds", 20.0))),
        is_second_session=bool(values.get("is_second_session")),
        disables=bool(values.get("disables")),
        handset=str(values.get("handset", "")),
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the session showed: a stable key, what was found, and by which evidence."""

    key: str
    value: Any  # JSON of the key's own shape
    evidence: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"key": self.key, "value": self.value, "evidence": self.evidence}


@dataclass(frozen=True, slots=True)
class Change:
    """A proposed option: what it is now, what it should be, why, and by which evidence."""

    option: str
    present: Any
    proposed: Any
    reason: str
    evidence: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Sent:
    """A test message with what became of it."""

    case: str
    tag: str
    number: str
    status: int | None  # None: no answer
    message_id: str
    seconds: float
    outstanding: int
    at: float


@dataclass(frozen=True, slots=True)
class Got:
    """A receipt as it came."""

    message_id: str
    number: str
    state: str
    is_flagged: bool
    has_tlvs: bool
    reference: int | None
    text: str
    at: float = 0.0
    fields: Mapping[str, str] = field(default_factory=dict)
