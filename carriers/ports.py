"""What carriers and the layers above say to each other, without an import upwards.

Messaging registers a PumpFactory at start-up. For each bind that a worker has leased, carriers
opens a pump and runs a Link between the pump's source (what may be sent) and its sink (what the
SMSC said). No Django here: the link thread uses these values a hundred thousand times a minute.
"""

import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple, Protocol

from carriers.http.news import HttpReceipt, HttpReply
from carriers.http.options import HttpOptions
from carriers.smpp import pdu
from carriers.smpp.journal import JournalContent
from carriers.smpp.statuses import StatusClass

BindType = Literal["transmitter", "receiver", "transceiver"]
Outcome = Literal["accepted", "refused", "throttled", "unknown", "late"]
HealthState = Literal[
    "starting", "binding", "bound", "throttled", "connection_lost", "bind_failed", "unbound"
]

# Monotonic time after which the bind belongs to somebody else: nothing is written from then on.
LeaseDeadline = Callable[[], float]

NO_STATUS: Final = -1  # command_status of an outcome that is unknown: there was no answer
NO_SLOT: Final = -1  # journal_slot of a submission that is not in the journal

_BIND_COMMANDS: Final[Mapping[BindType, int]] = {
    "transmitter": pdu.BIND_TRANSMITTER,
    "receiver": pdu.BIND_RECEIVER,
    "transceiver": pdu.BIND_TRANSCEIVER,
}


# What a running session takes over without binding again.
_LIVE: Final = (
    "name",
    "window",
    "throughput",
    "enquire_link_timer_seconds",
    "inactivity_timer_seconds",
    "response_timer_seconds",
    "pdu_read_timer_seconds",
    "throttle_delay_seconds",
    "throttle_cut",
    "throttle_recovery",
    "throttle_floor",
    "reconnect_base_seconds",
    "reconnect_cap_seconds",
    "shutdown_drain_seconds",
    "status_classes",
    "message_options",
)


@dataclass(frozen=True, slots=True)
class BindConfig:
    """Everything of a bind that its session needs. Refuses values that could never bind."""

    bind_id: int
    name: str
    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    bind_type: BindType = "transceiver"
    interface_version: int = pdu.INTERFACE_VERSION_34
    addr_ton: int = 0
    addr_npi: int = 0
    address_range: str = ""
    local_address: str = ""  # of this machine; "": any
    window: int = 10
    throughput: float | None = None  # contracted segments/s of this lease; None: unlimited
    session_init_timer_seconds: float = 30.0
    enquire_link_timer_seconds: float = 30.0
    inactivity_timer_seconds: float = 0.0  # 0: an idle bind stays bound
    response_timer_seconds: float = 60.0
    pdu_read_timer_seconds: float = 10.0
    throttle_delay_seconds: float = 5.0
    throttle_cut: float = 0.5
    throttle_recovery: float = 0.1
    throttle_floor: float = 1 / 32
    reconnect_base_seconds: float = 1.0
    reconnect_cap_seconds: float = 60.0
    shutdown_drain_seconds: float = 10.0
    status_classes: Mapping[int, StatusClass] = field(default_factory=dict)
    tls_context: ssl.SSLContext | None = field(default=None, repr=False, compare=False)
    tls_server_name: str = ""  # default: host
    tls_fingerprint: str = ""  # of what the context was made from
    http: HttpOptions | None = None  # of a bind over HTTP
    session_options: str = ""  # digest of options that hold for a whole session
    message_options: str = ""  # digest of those that the pump takes over at any time

    def __post_init__(self) -> None:
        if self.bind_type not in _BIND_COMMANDS:
            raise ValueError("bind_type is transmitter, receiver or transceiver")
        if self.window < 1:
            raise ValueError("window is at least 1")
        if self.throughput is not None and self.throughput <= 0:
            raise ValueError("throughput is above 0, or None for unlimited")
        pdu.bind_request(self.bind_request(), 1)  # PduError is a ValueError naming the field

    def keeps_session(self, former: "BindConfig") -> bool:
        """Tell whether a session under `former` may go on under this one."""
        live = {name: getattr(self, name) for name in _LIVE}
        return replace(former, **live) == self

    def bind_request(self) -> pdu.BindRequest:
        """Return the bind PDU of this configuration."""
        return pdu.BindRequest(
            _BIND_COMMANDS[self.bind_type],
            self.system_id,
            self.password,
            self.system_type,
            self.interface_version,
            self.addr_ton,
            self.addr_npi,
            self.address_range,
        )


@dataclass(slots=True, eq=False)
class Submission:
    """One segment that may be sent. Segments of a message are handed over in order.

    `body` is the submit_sm body, `token` is the source's own and comes back untouched,
    `sender_rate` the contracted segments/s of the sender on this lease (None: unlimited).
    """

    token: object
    message_id: bytes
    segment: int
    segments: int
    body: bytes
    lane: int
    sender_id: int
    sender_rate: float | None


# Named tuples where tens of thousands are made a second: a frozen dataclass costs seven times more.
class SubmitResult(NamedTuple):
    """What became of a submission.

    accepted: the SMSC has it, `smsc_message_id` is its raw id. refused: `status_class` says what
    to do. throttled: not taken, send again, no attempt counted. unknown: no answer; the SMSC may
    have it. late: it has what was told as unknown before, under this id. The receiver gives `journal_slot` back (LinkControl.release) once it has committed.
    Times are Unix seconds.
    """

    submission: Submission
    outcome: Outcome
    command_status: int
    smsc_message_id: str
    journal_slot: int
    written_at: float
    answered_at: float
    status_class: StatusClass


class InboundPdu(NamedTuple):
    """A deliver_sm or data_sm: a delivery receipt or an MO message.

    `deliver` is None when the PDU could not be parsed: store `raw`, then acknowledge it like any
    other, or the SMSC sends it for ever. `raw` is the whole PDU. `received_at` is Unix seconds.
    """

    session_id: int
    sequence: int
    deliver: pdu.DeliverSm | None
    raw: bytes
    received_at: float


@dataclass(frozen=True, slots=True)
class SessionHealth:
    """State of a bind in fixed words, with a sentence for the operator."""

    state: HealthState
    detail: str = ""


class SubmissionSource(Protocol):
    """Where the link takes submissions from. Called on the link's thread; must not block."""

    def take(self, limit: int, express_only: bool) -> list[Submission]:
        """Hand over at most `limit` submissions; only express lanes when asked."""
        ...

    def put_back(self, submissions: list[Submission]) -> None:
        """Take back, in front and in this order, what was never given to the SMSC."""
        ...

    def may_write(self, submission: Submission) -> bool:
        """Say whether it may still leave, right before it does (pause, not_after, lease).

        After False the submission is the source's again and the link forgets it.
        """
        ...


class EventSink(Protocol):
    """Where the link reports to. Called on the link's thread; must not block."""

    def results(self, results: list[SubmitResult]) -> None:
        """Take outcomes of submissions."""
        ...

    def inbound(self, pdus: list[InboundPdu]) -> None:
        """Take receipts and MO; acknowledge them through LinkControl after commit."""
        ...

    def health(self, health: SessionHealth) -> None:
        """Take a change of the session's state."""
        ...


class LinkControl(Protocol):
    """What a pump may ask of the link. Every method may be called from any thread."""

    def wake(self) -> None:
        """Say that the source has something to take."""
        ...

    def pace(self) -> float | None:
        """Say how many segments a second may leave now; None: as many as there are."""
        ...

    def acknowledge(self, session_id: int, answers: Iterable[tuple[int, int]]) -> None:
        """Answer inbound PDUs: (sequence, command_status). Ignored for a former session."""
        ...

    def release(self, slots: Iterable[int]) -> None:
        """Free journal slots whose results are committed."""
        ...


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to use a bind: its epoch orders holders, its deadline ends it."""

    bind_id: int
    epoch: int
    deadline: LeaseDeadline


class Pump(Protocol):
    """Messaging's side of one leased bind."""

    @property
    def source(self) -> SubmissionSource: ...

    @property
    def sink(self) -> EventSink: ...

    def start(self, link: LinkControl) -> None:
        """Begin to claim for this link (start threads)."""
        ...

    def reconfigure(self) -> None:
        """Take over what was changed of the bind's options for messages."""
        ...

    def stop(self, timeout: float) -> None:
        """Commit what has arrived, return what was not sent, end threads within `timeout` s."""
        ...


class PumpFactory(Protocol):
    """Opens pumps; registered by messaging."""

    def open(self, bind: BindConfig, lease: Lease, journal: JournalContent | None) -> Pump:
        """Settle what earlier holders left, then return a pump for this lease.

        `journal` is the last one of this bind on this machine (None: there is none to read). It
        speaks for the holder of its epoch alone: of what others had claimed, everything may have
        been handed to the SMSC.
        """
        ...


_factories: list[PumpFactory] = []


def register(factory: PumpFactory) -> None:
    """Make `factory` the one that opens pumps; called once at start-up."""
    _factories[:] = [factory]


def registered() -> PumpFactory:
    """Return the registered factory; RuntimeError when no layer above registered one."""
    if not _factories:
        raise RuntimeError("no pump factory is registered: nothing could be sent or received")
    return _factories[0]


class NewsDesk(Protocol):
    """Where webhooks of HTTP carriers report to. Returns once what came is committed: only then
    is the carrier told that we have it (invariant 3)."""

    def receipts(self, bind_id: int, receipts: Sequence[HttpReceipt], raw: bytes) -> None:
        """Settle or park receipts."""
        ...

    def replies(self, bind_id: int, replies: Sequence[HttpReply], raw: bytes) -> None:
        """Take texts from phones."""
        ...


_desks: list[NewsDesk] = []


def register_desk(desk: NewsDesk) -> None:
    """Make `desk` the one that takes news of webhooks; called once at start-up."""
    _desks[:] = [desk]


def registered_desk() -> NewsDesk:
    """Return the registered desk; RuntimeError when no layer above registered one."""
    if not _desks:
        raise RuntimeError("no news desk is registered: receipts would be lost")
    return _desks[0]
