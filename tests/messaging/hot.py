"""A market with one bind, and messages that stand in its queue: for tests of the hot path."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from carriers.models import Bind, BindLease, Carrier
from carriers.ports import NO_SLOT, Submission, SubmitResult
from carriers.services.leases import LEASE_SECONDS, lease_take, leases_seen
from carriers.smpp.statuses import StatusClass, classify
from compliance.constants import LANES
from compliance.models import Account, Suppression
from config.common import clock, versions
from messaging.constants import MessageStatus
from messaging.models import Dispatch, Event, Message, Segment, Tally, Waiting
from messaging.pump.claims import Claim, Claimer, Holder
from messaging.selectors.snapshot import snapshots
from routing.models import Network, Sender
from tests.factories import (
    make_account,
    make_advertiser,
    make_bind,
    make_carrier,
    make_message,
    make_network,
    make_number_plan,
    make_rate,
    make_route,
    make_sender,
)

BULK = (1, 2, 3)


@dataclass(slots=True)
class Line:
    """An account's way to a carrier: everything is configured, and the bind is leased."""

    account: Account
    sender: Sender
    network: Network
    carrier: Carrier
    bind: Bind
    epoch: int
    claimer: Claimer = field(init=False)
    holder: Holder = field(init=False)

    def __post_init__(self) -> None:
        where = {"carrier_id": self.carrier.pk, "bind_id": self.bind.pk, "epoch": self.epoch}
        self.claimer, self.holder = Claimer(**where), Holder(**where)

    def queued(self, message_class: str = "care", **overrides: Any) -> Message:
        """A message that this line's bind may claim; `attempts` and `due_at` go to its row."""
        row = {key: overrides.pop(key) for key in ("attempts", "bind_id") if key in overrides}
        message = self.message(message_class, status=MessageStatus.QUEUED, **overrides)
        Dispatch.objects.create(
            carrier_id=message.carrier_id or 0,
            **_row(message),
            rules_version=versions.current(),
            **row,
        )
        return message

    def waiting(self, message_class: str = "care", **overrides: Any) -> Message:
        """A message that waits, due since a moment unless `due_at` says otherwise."""
        due_at = overrides.pop("due_at", None) or clock.now()
        reason = overrides.pop("reason", "routing")
        message = self.message(message_class, carrier=None, **overrides)
        Waiting.objects.create(due_at=due_at, reason=reason, **_row(message))
        return message

    def message(self, message_class: str = "care", **overrides: Any) -> Message:
        values = {
            "message_class": message_class,
            "sender": self.sender,
            "advertiser": self.sender.advertiser,
            "network": self.network,
            "carrier": self.carrier,
        }
        return make_message(self.account, **(values | overrides))

    def claim(
        self, lanes: Iterable[int] = BULK, limit: int = 100, held: Sequence[int] = ()
    ) -> list[Claim]:
        with connection.cursor() as cursor:
            return self.claimer.claim(cursor, lanes, limit, held)

    def claimed(self, message_class: str = "care", **overrides: Any) -> Claim:
        """A message that this line has claimed."""
        message = self.queued(message_class, **overrides)
        self.claimer.rewind()
        (claim,) = (one for one in self.claim((0, *BULK)) if one.id == message.pk)
        return claim


def make_line(account: Account | None = None) -> Line:
    """Vietnam, numbers 8498…, over one carrier with one bind."""
    account = account or make_account()
    if not account.advertisers.exists():
        make_advertiser(account)
    network = Network.objects.filter(code="hot").first()
    if network is None:
        network = make_network("hot")
        make_number_plan({"8498": network})
        make_rate()
    carrier = make_carrier()
    bind = make_bind(carrier)
    make_route(carrier)
    sender = make_sender(account, registered=(network,))
    snapshots.forget()
    return Line(account, sender, network, carrier, bind, take_lease(bind))


def take_lease(bind: Bind) -> int:
    """The epoch of a lease that was just taken, and lasts for the test: nobody renews it."""
    (seen,) = (lease for lease in leases_seen() if lease.bind_id == bind.pk)
    lease = lease_take(seen=seen, holder="test", host="here")
    assert lease is not None
    _lease_until(bind, clock.now() + timedelta(hours=1))
    return lease.epoch


def end_lease(bind: Bind) -> None:
    """As if its holder had not renewed it; database time stands still in a transaction."""
    _lease_until(bind, clock.now() - timedelta(seconds=LEASE_SECONDS + 60))


def _lease_until(bind: Bind, moment: datetime) -> None:
    BindLease.objects.filter(pk=bind.pk).update(expires_at=moment)


def _row(message: Message) -> dict[str, Any]:
    names = ("id", "account_id", "advertiser_id", "campaign_id", "msisdn", "not_after")
    return {name: getattr(message, name) for name in names} | {
        "lane": LANES.index(message.message_class)
    }


def result(
    claim: Claim, number: int = 1, *, status: int = 0, smsc_id: str = "", at: float | None = None
) -> SubmitResult:
    """What the SMSC answered to a segment of a claimed message; status -1: nothing."""
    outcome: Any = "accepted"
    status_class = StatusClass.OK
    if status < 0:
        outcome, status_class = "unknown", StatusClass.AMBIGUOUS
    elif status:
        status_class = classify(status)
        outcome = "throttled" if status_class is StatusClass.THROTTLE else "refused"
    submission = Submission(
        claim, claim.id.bytes, number, claim.segment_count, b"", claim.lane, 0, None
    )
    moment = clock.now().timestamp() if at is None else at
    smsc_id = smsc_id or (f"{claim.id.hex[-12:]}-{number}" if outcome == "accepted" else "")
    return SubmitResult(submission, outcome, status, smsc_id, NO_SLOT, moment, moment, status_class)


def make_segment(message: Message, line: Line, number: int = 1, **overrides: Any) -> Segment:
    """A segment that the line's carrier took, now unless `sent_at` says otherwise."""
    sent_at: datetime = overrides.pop("sent_at", None) or clock.now()
    values = {
        "day": int(sent_at.timestamp()) // 86400,
        "message_id": message.pk,
        "number": number,
        "total": message.segment_count,
        "carrier": line.carrier,
        "bind": line.bind,
        "smsc_message_id": f"{message.pk.hex[-12:]}-{number}",
        "status": "sent",
        "sent_at": sent_at,
    }
    return Segment.objects.create(**(values | overrides))


def suppress(line: Line, msisdn: str, purpose: str = "all") -> None:
    """The number opted out, this moment."""
    Suppression.objects.create(
        account=line.account, msisdn=msisdn, purpose=purpose, source="mo", created_at=clock.now()
    )


def state(message: Message | Claim | uuid.UUID) -> str:
    """State and reason of a message, as they are in the database."""
    key = message if isinstance(message, uuid.UUID) else message.id
    found = Message.objects.get(pk=key)
    return f"{found.status} {found.failure_reason}".strip()


def place(message: Message | Claim) -> str:
    """Where a message stands: `queued` (free), `claimed`, `waiting <reason>`, or nowhere."""
    row = Dispatch.objects.filter(id=message.id).first()
    if row is not None:
        return "claimed" if row.bind_id else "queued"
    reason = Waiting.objects.filter(id=message.id).values_list("reason", flat=True).first()
    return f"waiting {reason}" if reason else "nowhere"


def events(account: Account) -> list[str]:
    """Types of an account's events in the order of their numbers."""
    rows = Event.objects.filter(account=account).order_by("sequence")
    return list(rows.values_list("type", flat=True))


def tallies(campaign_id: int) -> dict[tuple[str, str], int]:
    """Counts by state and reason; what adds up to nothing is left out."""
    counts: dict[tuple[str, str], int] = {}
    for row in Tally.objects.filter(campaign_id=campaign_id):
        key = (row.status, row.reason)
        counts[key] = counts.get(key, 0) + row.messages
    return {key: count for key, count in counts.items() if count}
