"""One simulated operator: its sessions, its book, what it owes."""

import asyncio
from hmac import compare_digest
from time import monotonic, time
from typing import Final

from carriers.simulator.agenda import Agenda
from carriers.simulator.deliveries import describe, mo_delivery
from carriers.simulator.handsets import Handsets
from carriers.simulator.intake import Intake
from carriers.simulator.journal import Journal
from carriers.simulator.mo_text import mo_message, mo_parts
from carriers.simulator.operators import OperatorProfile
from carriers.simulator.outbox import Outbox
from carriers.simulator.recovery import Recovered
from carriers.simulator.scenarios import Scenario, ScenarioSwitch
from carriers.simulator.session import Session
from carriers.simulator.stats import Stats
from carriers.smpp import pdu

ESME_RALYBND: Final = 0x05
ESME_RBINDFAIL: Final = 0x0D
ESME_RINVPASWD: Final = 0x0E
ESME_RINVSYSID: Final = 0x0F
HOUSEKEEPING_SECONDS = 1.0
# A checkpoint per so many submits bounds what a restart has to replay; it waits for a quieter
# moment while much is owed, because writing that down would hold up the answers.
CHECKPOINT_SUBMITS: Final = 50_000
CHECKPOINT_OWED: Final = 5_000
CHECKPOINT_SUBMITS_AT_MOST: Final = 10 * CHECKPOINT_SUBMITS
# Numbers of a fresh journal start at the clock, so that ids of a deleted one don't come again.
_EPOCH: Final = 1_735_689_600  # 2025-01-01
_SERIALS_PER_SECOND: Final = 10_000


class Smsc:
    """Shared by the sessions of an operator. All of it runs in one event loop."""

    def __init__(
        self,
        profile: OperatorProfile,
        journal: Journal,
        recovered: Recovered,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.profile = profile
        self.journal = journal
        self.stats = Stats()
        self.sessions: set[Session] = set()
        self.dirty: list[Session] = []
        self.scenario = ScenarioSwitch(self, loop)
        self.agenda = Agenda(loop, self.end_pass)
        self.outbox = Outbox(profile, journal, self.agenda, self.stats)
        self.handsets = Handsets(profile)
        self.intake = Intake(self)
        self._loop = loop
        self._serial = recovered.serial or int(time() - _EPOCH) * _SERIALS_PER_SECOND
        self._checkpoint_at = 0
        self._opened = 0
        self._references = 0
        self._house: asyncio.TimerHandle | None = None
        self.note("start", serial=self._serial)
        for delivery in recovered.owed.values():
            self.outbox.owe(delivery, 0.0)
        self._checkpoint()
        self._keep_house()

    # -- a pass of the loop

    def end_pass(self, wall: float | None = None) -> None:
        """Send what is owed and fits, write the journal, and only then the sockets."""
        self.outbox.pump(time() if wall is None else wall)
        since = self.stats.accepted - self._checkpoint_at
        if since >= CHECKPOINT_SUBMITS and (
            len(self.outbox.owed) <= CHECKPOINT_OWED or since >= CHECKPOINT_SUBMITS_AT_MOST
        ):
            self._checkpoint()
        self.journal.flush()
        dirty, self.dirty = self.dirty, []
        for session in dirty:
            session.write_out()

    def note(self, event: str, **values: object) -> None:
        self.journal.note(event, time(), **values)

    def next_serial(self) -> int:
        self._serial += 1
        return self._serial

    def _checkpoint(self) -> None:
        self._checkpoint_at = self.stats.accepted
        if self.journal.kept:
            self.note("checkpoint", serial=self._serial, owed=self.outbox.describe())

    def _keep_house(self) -> None:
        now = monotonic()
        for session in list(self.sessions):
            session.keep_house(now)
        self.end_pass()
        self._house = self._loop.call_later(HOUSEKEEPING_SECONDS, self._keep_house)

    # -- sessions

    def connect(self) -> Session:
        """The protocol of a new connection."""
        self._opened += 1
        return Session(self, self._opened)

    def opened(self, session: Session) -> None:
        if self.scenario.current is Scenario.DROP_BINDS:
            session.abort()
        self.sessions.add(session)

    def admit(self, session: Session, request: pdu.BindRequest, bind: str) -> int:
        """Bind the session or return why not (SMPP 3.4 §5.1.3)."""
        status = self._bind_status(session, request) or self._dialect_status(request, bind)
        self.note(
            "bind", session=session.number, system_id=request.system_id, status=status, bind=bind
        )
        if status:
            self.stats.binds_refused += 1
            return status
        self.stats.binds_accepted += 1
        session.system_id = request.system_id
        session.bound_as = request.command_id
        if session.can_receive:
            self.outbox.attach(session)
        return 0

    def _bind_status(self, session: Session, request: pdu.BindRequest) -> int:
        if session.bound_as:
            return ESME_RALYBND
        passwords = [
            account.password
            for account in self.profile.accounts
            if account.system_id == request.system_id
        ]
        if not passwords:
            return ESME_RINVSYSID
        given = request.password.encode("latin-1")
        if not any(compare_digest(given, known.encode()) for known in passwords):
            return ESME_RINVPASWD
        bound = sum(
            1 for other in self.sessions if other.bound_as and other.system_id == request.system_id
        )
        return ESME_RALYBND if bound >= self.profile.max_binds else 0

    def _dialect_status(self, request: pdu.BindRequest, bind: str) -> int:
        versions = self.profile.interface_versions
        is_known = not versions or request.interface_version in versions
        return 0 if is_known and bind in self.profile.bind_types else ESME_RBINDFAIL

    def unbound(self, session: Session) -> None:
        self.outbox.detach(session)

    def closed(self, session: Session) -> None:
        self.sessions.discard(session)
        self.outbox.detach(session)
        self.note("closed", session=session.number, system_id=session.system_id)
        self.end_pass()

    # -- from outside

    def inject(
        self,
        source: str,
        destination: str,
        text: str,
        *,
        system_id: str = "",
        reverse: bool = False,
    ) -> tuple[str, int, int]:
        """Owe an MO; return its id, its parts and the sessions that may receive it now.

        MoTextError when the text cannot be sent. It waits for a bind if there is none.
        """
        self._references += 1
        coding, esm_class, bodies = mo_parts(text, self._references)
        system_id = system_id or self.profile.accounts[0].system_id
        serial, now = self.next_serial(), time()
        parts = [
            mo_delivery(
                serial,
                index,
                system_id,
                mo_message(source, destination, coding, esm_class, body),
                now,
            )
            for index, body in enumerate(bodies, 1)
        ]
        for part in reversed(parts) if reverse else parts:
            self.note("mo", **describe(part))
            self.outbox.owe(part, 0.0)
        self.end_pass()
        return parts[0].key[0], len(parts), self.outbox.receivers(system_id)

    def as_dict(self) -> dict[str, object]:
        """What `GET /stats` says about the operator."""
        return {
            "title": self.profile.title,
            "port": self.profile.port,
            "scenario": self.scenario.current.value,
            "connections": len(self.sessions),
            "binds": sum(1 for session in self.sessions if session.bound_as),
            "owed": len(self.outbox.owed),
            **self.stats.as_dict(),
        }

    def unbind_all(self) -> None:
        """Ask every bound session to leave."""
        for session in self.sessions:
            if session.bound_as:
                session.send(pdu.unbind(session.next_sequence()))
        self.end_pass()

    def close(self) -> None:
        """Cut what is still connected and close the book."""
        for session in list(self.sessions):
            session.abort()
        if self._house is not None:
            self._house.cancel()
        self.scenario.close()
        self.agenda.close()
        self._checkpoint()
        self.note("stop", serial=self._serial)
        self.journal.close()
