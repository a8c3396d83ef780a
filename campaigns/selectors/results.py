"""Results of a campaign contact by contact: pages by key, which cost the same at the end of a
million rows as at the beginning."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from campaigns.constants import Outcome
from campaigns.models import AudienceEntry, Campaign, Contact
from campaigns.preflight_report import CAP_REASON
from campaigns.selectors.collisions import campaign_names, lost_to, name_of, named
from campaigns.selectors.labels import EXCLUDED
from config.common.ids import uuid7_floor
from messaging.constants import MessageStatus, delivery_proof
from messaging.models import Message

# Ids are made a moment before the launch is written down, or on another machine's clock.
_SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """Which rows: a state of messages or `excluded`, a reason, one number. Empty: all."""

    status: str = ""
    reason: str = ""
    msisdn: str = ""


@dataclass(slots=True)
class ResultRow:
    """What became of one contact; `detail` names the slot of a missing or refused value, or
    the campaigns whose messages the person has had instead."""

    msisdn: str
    name: str
    status: str
    reason: str
    detail: str = ""
    segment_count: int = 0
    price_micros: int = 0
    currency: str = ""
    sent_at: datetime | None = None
    done_at: datetime | None = None
    message_id: UUID | None = None

    @property
    def delivered_at(self) -> datetime | None:
        return self.done_at if self.status == MessageStatus.DELIVERED else None


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Rows, and the key behind which the next page begins; empty on the last one."""

    rows: Sequence[ResultRow]
    next_key: str


def results_page(
    campaign: Campaign, wanted: ResultFilter, *, after: str = "", limit: int = 50
) -> ResultPage:
    """A page of results; an `after` that is no key of this list begins at its start."""
    if wanted.status in MessageStatus.values and not wanted.msisdn:
        return _by_message(campaign, wanted, after, limit)
    return _by_contact(campaign, wanted, after, limit)


def _by_contact(campaign: Campaign, wanted: ResultFilter, after: str, limit: int) -> ResultPage:
    """The ledger in the order of contacts; behind a place that was lost stands to which campaign."""
    entries = AudienceEntry.objects.filter(campaign_id=campaign.pk).order_by("contact_id")
    if after.isascii() and after.isdecimal():
        entries = entries.filter(contact_id__gt=min(int(after), 2**63 - 1))
    if wanted.msisdn:
        entries = entries.filter(msisdn=wanted.msisdn)
    elif wanted.status == EXCLUDED:
        entries = entries.filter(outcome=Outcome.EXCLUDED)
        if wanted.reason:
            entries = entries.filter(reason=wanted.reason)
    found = list(entries.values_list(*_ENTRY)[: limit + 1])
    shown = found[:limit]
    messages = _messages([message_id for *_entry, message_id in shown if message_id])
    names = _names([contact_id for contact_id, *_entry in shown])
    places = _Places(campaign.account_id, shown, messages.values())
    rows = []
    for contact_id, msisdn, outcome, reason, detail, message_id in shown:
        name = names.get(contact_id, "")
        message = messages.get(message_id)
        if message is not None:
            rows.append(places.told(_row(message, name)))
            continue
        # A message of long ago may be gone by retention; the ledger remembers its release.
        status = EXCLUDED if outcome == Outcome.EXCLUDED else ""
        rows.append(ResultRow(msisdn, name, status, reason, places.named(reason, detail)))
    return ResultPage(rows, str(shown[-1][0]) if len(found) > limit else "")


def _by_message(campaign: Campaign, wanted: ResultFilter, after: str, limit: int) -> ResultPage:
    """The campaign's messages in one state, in the order they were made."""
    messages = Message.objects.filter(campaign_id=campaign.pk, status=wanted.status)
    if wanted.reason:
        messages = messages.filter(failure_reason=wanted.reason)
    messages = messages.filter(id__gt=_uuid(after) or _first(campaign)).order_by("id")
    found = list(messages.values_list(*_MESSAGE)[: limit + 1])
    shown = found[:limit]
    names = _names([contact_id for _id, contact_id, *_rest in shown if contact_id])
    places = _Places(campaign.account_id, (), shown)
    rows = [places.told(_row(one, names.get(one[1], ""))) for one in shown]
    return ResultPage(rows, str(shown[-1][0]) if len(found) > limit else "")


class _Places:
    """Which campaigns had the places that contacts of a page did not get."""

    def __init__(
        self,
        account_id: int,
        entries: Sequence[tuple[Any, ...]],
        messages: Iterable[tuple[Any, ...]],
    ) -> None:
        self._lost = lost_to(row[0] for row in messages if row[4] == CAP_REASON)
        held = (entry[4] for entry in entries if entry[3] == CAP_REASON)
        ids = {key for detail in held for key in detail.split(",")}
        self._names = campaign_names(account_id, ids | set(self._lost.values()))

    def named(self, reason: str, detail: str) -> str:
        """A detail of the ledger with campaigns by name."""
        if reason != CAP_REASON or not detail:
            return detail
        return named(detail.split(","), self._names)

    def told(self, row: ResultRow) -> ResultRow:
        """A message's row with the campaign that took its place."""
        if row.message_id in self._lost:
            row.detail = name_of(self._lost[row.message_id], self._names)
        return row


_ENTRY = ("contact_id", "msisdn", "outcome", "reason", "detail", "message_id")
_MESSAGE = (
    "id",
    "contact_id",
    "msisdn",
    "status",
    "failure_reason",
    "segment_count",
    "price_micros",
    "currency",
    "sent_at",
    "done_at",
)


def _messages(ids: Sequence[UUID]) -> Mapping[UUID, tuple[Any, ...]]:
    """Messages by id. The bounds say which days' partitions to look into, before any is."""
    if not ids:
        return {}
    rows = Message.objects.filter(id__in=ids, id__gte=min(ids), id__lte=max(ids))
    return {row[0]: row for row in rows.values_list(*_MESSAGE)}


def _names(contact_ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Contact.objects.filter(pk__in=contact_ids).values_list("pk", "name"))


def _row(message: tuple[Any, ...], name: str) -> ResultRow:
    message_id, _contact, msisdn, status, reason, segments, price, currency, sent, done = message
    proof = delivery_proof(status, reason)
    reason = proof.value if proof else reason  # what "delivered" rests on is told like a reason
    return ResultRow(
        msisdn, name, status, reason, "", segments, price, currency, sent, done, message_id
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _first(campaign: Campaign) -> UUID:
    """Before the first message: partitions of older days are not looked at."""
    began: Any = campaign.launched_at or campaign.created_at
    return uuid7_floor(began - _SLACK)
