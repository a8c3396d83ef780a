"""What a session reports to its link."""

from dataclasses import dataclass

from carriers.ports import InboundPdu, SubmitResult
from carriers.smpp.window import Pending


@dataclass(frozen=True, slots=True)
class Bound:
    """The SMSC accepted the bind."""

    system_id: str  # the SMSC's own


@dataclass(frozen=True, slots=True)
class Results:
    """Outcomes of submissions, in the order they became known."""

    results: list[SubmitResult]


@dataclass(frozen=True, slots=True)
class Inbound:
    """deliver_sm and data_sm that wait for an acknowledgement."""

    pdus: list[InboundPdu]


@dataclass(frozen=True, slots=True)
class Throttled:
    """The SMSC throttled; nothing is sent until `until` (monotonic)."""

    status: str
    until: float


@dataclass(frozen=True, slots=True)
class Closed:
    """The session is over; the link flushes what is still to go and closes the connection.

    `fatal`: a person must change something before another bind makes sense. `is_unbound`: it
    ended by unbind and unbind_resp. `refused_with`: the command_status that refused the bind. `unsent`: submissions whose last octet never went to the
    socket, so the SMSC cannot have them.
    """

    detail: str
    fatal: bool = False
    is_unbound: bool = False
    unsent: tuple[Pending, ...] = ()
    refused_with: int = 0


Event = Bound | Results | Inbound | Throttled | Closed
