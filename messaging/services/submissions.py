"""Accepting single messages and batches: validate, price, store. Deciding comes later, once."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from compliance.models import Account
from config.common import clock
from config.common.database import prepared
from config.common.errors import ConflictError, DomainError
from config.common.queue import enqueue
from messaging.constants import MessageStatus
from messaging.selectors.snapshot import Snapshot, snapshots
from messaging.services.drafts import Draft
from messaging.services.lookups import numbers_prepare
from messaging.services.money.errors import CreditExhaustedError
from messaging.services.money.taking import credit_fitting, credit_take
from messaging.services.pool_requests import requests_addressed
from messaging.services.pools import pool_senders_keep
from messaging.services.requests import (
    MessageRequest,
    account_required,
    drafts_locate,
    request_draft,
)
from messaging.services.rows import Fate, rows_store
from messaging.services.sandbox import sandbox_admit
from messaging.services.trial_accounts import trial_refusals
from routing.numbers import NumberError, shipped_normalizer

__all__ = [
    "UNROUTED_CHANNEL",
    "Accepted",
    "MessageRequest",
    "Rejected",
    "messages_submit",
    "singles_submit",
]

# Wakes a pump in the inserting transaction (facts: 5 ms to the wire, polls cost 34).
UNROUTED_CHANNEL = "signalbox_unrouted"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message as it was stored."""

    index: int
    draft: Draft
    status: str
    created_at: datetime

    @property
    def message_id(self) -> uuid.UUID:
        return self.draft.id


@dataclass(frozen=True, slots=True)
class Rejected:
    """A request set aside, with the reason."""

    index: int
    error: DomainError


def messages_submit(
    *,
    account: Account,
    requests: Sequence[MessageRequest],
    origin: str,
) -> list[Accepted | Rejected]:
    """Stores what can be sent and sets the rest aside, each with its index, in one transaction.

    A single message goes straight to the dispatch queue and wakes a pump; a batch, and what is
    scheduled, waits in the second table for the routing task, where accounts take turns.
    """
    if len(requests) == 1:
        try:
            with transaction.atomic():
                return singles_submit(account=account, requests=requests, origin=origin)
        except CreditExhaustedError as error:
            return [Rejected(0, error)]
    now = clock.now()
    _ask_ahead(snapshots.current(), account, requests)
    snapshot, made, results = _read(account, requests, origin, now)
    try:
        with transaction.atomic():
            results |= _keep(snapshot, account, dict(made), now, is_single=False)
    except CreditExhaustedError:
        with transaction.atomic():
            results |= _keep(snapshot, account, made, now, is_single=False, is_short=True)
    return [results[index] for index in range(len(requests))]


def singles_submit(
    *, account: Account, requests: Sequence[MessageRequest], origin: str
) -> list[Accepted | Rejected]:
    """Single messages, of one request each, stored together in the caller's transaction.

    Raises CreditExhaustedError where the money does not suffice for all of them, NotAllowedError
    where the account is suspended: nothing of that transaction may be kept then.
    """
    now = clock.now()
    snapshot, made, results = _read(account, requests, origin, now)
    results |= _keep(snapshot, account, made, now, is_single=True)
    return [results[index] for index in range(len(requests))]


def _read(
    account: Account, requests: Sequence[MessageRequest], origin: str, now: datetime
) -> tuple[Snapshot, dict[int, Draft], dict[int, Accepted | Rejected]]:
    """Drafts and refusals by index, and what they were judged by."""
    snapshot = snapshots.current()
    made, results = _drafts(snapshot, account, requests, origin, now)
    if results and (latest := snapshots.latest()).version != snapshot.version:
        # Approved or granted a moment ago: nobody is refused by what held before.
        snapshot = latest
        made, results = _drafts(snapshot, account, requests, origin, now)
    return snapshot, made, results


def _keep(
    snapshot: Snapshot,
    account: Account,
    made: dict[int, Draft],
    now: datetime,
    *,
    is_single: bool,
    is_short: bool = False,
) -> dict[int, Accepted | Rejected]:
    """Stores what can be, in the caller's transaction; money is taken last, for its row is
    everybody's.

    Raises CreditExhaustedError where it does not suffice for all: then nothing is stored, and
    `is_short` has each message asked before.
    """
    results: dict[int, Accepted | Rejected] = {}
    _locate(snapshot, made, results)
    limit = snapshot.accounts[account.pk].trial_limit
    if limit is not None:
        for index, error in trial_refusals(account, limit, made, now).items():
            results[index] = Rejected(index, error)
            del made[index]
    _references_claim(account.pk, made, results)
    pool_senders_keep(snapshot, made.values())
    if is_short:
        _pay_in_order(account.pk, made, results, now)
    results |= _store(made, snapshot.version, now, is_single=is_single)
    credit_take(list(made.values()), now)
    return results


_FREE_REFERENCES = """
DELETE FROM messaging_clientreference WHERE account_id = %s AND message_id = ANY(%s::uuid[])
"""


def _pay_in_order(
    account_id: int, made: dict[int, Draft], results: dict[int, Accepted | Rejected], now: datetime
) -> None:
    """References are claimed before, so that the account's money is locked after everything else
    here as well; those of what cannot be paid for are free again."""
    errors = credit_fitting(list(made.values()), now)
    unpaid: list[uuid.UUID] = []
    for index, error in zip(list(made), errors, strict=True):
        if error is not None:
            results[index] = Rejected(index, error)
            unpaid.append(made.pop(index).id)
    if unpaid:
        with connection.cursor() as cursor:
            cursor.execute(_FREE_REFERENCES, [account_id, unpaid])


def _drafts(
    snapshot: Snapshot,
    account: Account,
    requests: Sequence[MessageRequest],
    origin: str,
    now: datetime,
) -> tuple[dict[int, Draft], dict[int, Accepted | Rejected]]:
    """Drafts and refusals by index."""
    card = account_required(snapshot, account)
    made: dict[int, Draft] = {}
    results: dict[int, Accepted | Rejected] = {}
    for index, request in enumerate(requests_addressed(snapshot, card, requests, now)):
        if isinstance(request, DomainError):
            results[index] = Rejected(index, request)
            continue
        try:
            draft = request_draft(snapshot, card, request, origin=origin, now=now)
            if draft.is_test:
                sandbox_admit(draft)
            made[index] = draft
        except DomainError as error:
            results[index] = Rejected(index, error)
    return made, results


def _ask_ahead(snapshot: Snapshot, account: Account, requests: Sequence[MessageRequest]) -> None:
    """Where the account's countries want it, providers are asked about a batch's numbers before
    anything of it is decided; a single message never waits for that."""
    if not snapshot.numbers.ask_rules or any(request.is_test for request in requests):
        return  # an answer costs money
    by_class: dict[str, list[tuple[str, str]]] = {}
    for request in requests:
        try:
            number = shipped_normalizer()(request.to, default_country=account.country)
        except NumberError:
            continue  # refused where drafts are made
        pair = (number.msisdn, number.country)
        by_class.setdefault(request.message_class or "", []).append(pair)
    for message_class, numbers in by_class.items():
        numbers_prepare(snapshot, numbers, message_class, is_campaign=False)


def _locate(
    snapshot: Snapshot, made: dict[int, Draft], results: dict[int, Accepted | Rejected]
) -> None:
    """Finds each number's network and price."""
    if not made:
        return
    errors = drafts_locate(snapshot, list(made.values()))
    for index, error in zip(list(made), errors, strict=True):
        if error is not None:
            results[index] = Rejected(index, error)
            del made[index]


_CLAIM_REFERENCES = """
INSERT INTO messaging_clientreference (account_id, reference, is_test, message_id)
SELECT %s, reference, is_test, id
FROM unnest(%s::text[], %s::boolean[], %s::uuid[]) AS claim(reference, is_test, id)
ORDER BY reference
ON CONFLICT DO NOTHING RETURNING message_id
"""


def _references_claim(
    account_id: int, made: dict[int, Draft], results: dict[int, Accepted | Rejected]
) -> None:
    """`client_reference` is unique among an account's live messages, and among those of the
    sandbox; of two in one batch the first has it."""
    named = {index: draft for index, draft in made.items() if draft.client_reference}
    if not named:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM_REFERENCES,
            [
                account_id,
                [draft.client_reference for draft in named.values()],
                [draft.is_test for draft in named.values()],
                [draft.id for draft in named.values()],
            ],
        )
        claimed = {row[0] for row in cursor.fetchall()}
    for index, draft in named.items():
        if draft.id not in claimed:
            results[index] = Rejected(
                index,
                ConflictError(
                    "client_reference_used",
                    _("“%(reference)s” already names another message: use a new reference.")
                    % {"reference": draft.client_reference},
                    field="client_reference",
                ),
            )
            del made[index]


def _store(
    made: dict[int, Draft], version: int, now: datetime, *, is_single: bool
) -> dict[int, Accepted | Rejected]:
    fates = {index: _fate(draft, now, is_single=is_single) for index, draft in made.items()}
    if made:
        rows_store([(made[index], fates[index]) for index in made], now=now, rules_version=version)
        _wake([fates[index] for index in made])
    return {
        index: Accepted(index, draft, fates[index].status, now) for index, draft in made.items()
    }


def _fate(draft: Draft, now: datetime, *, is_single: bool) -> Fate:
    if draft.send_at is not None and draft.send_at > now:
        return Fate(MessageStatus.SCHEDULED.value, due_at=draft.send_at, reason="send_at")
    if is_single:
        return Fate(MessageStatus.ACCEPTED.value)
    return Fate(MessageStatus.ACCEPTED.value, due_at=now, reason="routing")


def _wake(fates: Sequence[Fate]) -> None:
    if any(fate.due_at is None for fate in fates):
        prepared("SELECT pg_notify(%s, '')", [UNROUTED_CHANNEL])
    if any(fate.reason == "routing" for fate in fates):
        enqueue("messaging.tasks.route_waiting")
