"""Accepting single messages and batches: validate, price, store. Deciding comes later, once."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from compliance.constants import MessageClass
from compliance.models import Account
from config.common import clock
from config.common.errors import ConflictError, DomainError, InvalidError, NotAllowedError
from config.common.ids import uuid7
from config.common.queue import enqueue
from messaging.constants import MessageStatus
from messaging.selectors.snapshot import AccountCard, ApprovedText, Snapshot, snapshots
from messaging.services import drafts as drafting
from messaging.services.drafts import Draft
from messaging.services.rows import Fate, rows_store
from routing.numbers import MESSAGES, Number, NumberError, shipped_normalizer
from routing.selectors.snapshot import number_overrides

# Wakes a pump in the inserting transaction (facts: 5 ms to the wire, polls cost 34).
UNROUTED_CHANNEL = "signalbox_unrouted"


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """One message as a customer asks for it; `sender` is an address, `template` a short name."""

    to: str
    sender: str
    message_class: str | None = None
    text: str | None = None
    template: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    send_at: datetime | None = None
    expires_at: datetime | None = None
    client_reference: str = ""
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A stored message; `price_micros` for all its segments."""

    index: int
    message_id: uuid.UUID
    status: str
    segment_count: int
    encoding: str
    price_micros: int
    currency: str
    msisdn: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A request set aside, with the reason."""

    index: int
    error: DomainError


def messages_submit(
    *, account: Account, requests: Sequence[MessageRequest], origin: str
) -> list[Accepted | Rejected]:
    """Stores what can be sent and sets the rest aside, each with its index, in one transaction.

    A single message goes straight to the dispatch queue and wakes a pump; a batch, and what is
    scheduled, waits in the second table for the routing task, where accounts take turns.
    """
    now, snapshot = clock.now(), snapshots.current()
    card = _account_required(snapshot, account)
    results: dict[int, Accepted | Rejected] = {}
    made: dict[int, Draft] = {}
    for index, request in enumerate(requests):
        try:
            made[index] = _draft(snapshot, card, request, origin, now)
        except DomainError as error:
            results[index] = Rejected(index, error)
    with transaction.atomic():
        _locate(snapshot, made, results)
        _references_claim(card.id, made, results)
        results |= _store(made, snapshot.version, now, is_single=len(requests) == 1)
    return [results[index] for index in range(len(requests))]


def _account_required(snapshot: Snapshot, account: Account) -> AccountCard:
    card = snapshot.accounts.get(account.pk)
    if card is None or not card.is_active:
        raise NotAllowedError(
            "account_suspended", _("The account is suspended: contact the platform's operator.")
        )
    return card


def _draft(
    snapshot: Snapshot, account: AccountCard, request: MessageRequest, origin: str, now: datetime
) -> Draft:
    sender = drafting.sender_required(snapshot, account, request.sender)
    approved, text = _text(snapshot, account, request)
    message_class = _class(account, request, approved)
    drafting.class_allowed(sender, message_class)
    number = _number(request.to, account.country)
    count = drafting.segments_counted(text)
    _times_checked(request, now)
    return Draft(
        id=uuid7(),
        account_id=account.id,
        advertiser_id=approved.advertiser_id if approved else sender.advertiser_id,
        sender=sender,
        message_class=message_class,
        msisdn=number.msisdn,
        country=number.country,
        text=text,
        encoding=count.encoding,
        segment_count=count.segment_count,
        currency=account.currency,
        origin=origin,
        template_version_id=approved.version_id if approved else None,
        client_reference=request.client_reference,
        metadata=request.metadata,
        send_at=request.send_at,
        not_after=request.expires_at,
    )


def _text(
    snapshot: Snapshot, account: AccountCard, request: MessageRequest
) -> tuple[ApprovedText | None, str]:
    if (request.text is None) == (request.template is None):
        raise InvalidError(
            "text_or_template", _("Give either “text” or “template”, not both."), field="text"
        )
    if request.template is None:
        return None, drafting.text_checked(request.text or "", field_name="text")
    approved = snapshot.texts_by_slug.get((account.id, request.template))
    if approved is None:
        raise InvalidError(
            "template_not_approved",
            _("“%(template)s” is not an approved template of this account.")
            % {"template": request.template},
            field="template",
        )
    return approved, drafting.text_rendered(approved, request.parameters)


def _class(account: AccountCard, request: MessageRequest, approved: ApprovedText | None) -> str:
    if approved is not None:
        if request.message_class not in (None, approved.message_class):
            raise InvalidError(
                "class_differs",
                _("The template is of class “%(class)s”: leave “class” out or give that one.")
                % {"class": approved.message_class},
                field="class",
            )
        return approved.message_class
    if request.message_class not in MessageClass.values:
        raise InvalidError(
            "class_required",
            _("Free text needs a “class”: one of %(classes)s.")
            % {"classes": ", ".join(MessageClass.values)},
            field="class",
        )
    if request.message_class not in account.free_text_classes:
        raise NotAllowedError(
            "free_text_not_allowed",
            _("This account may not send free text of class “%(class)s”: use an approved template.")
            % {"class": request.message_class},
            field="text",
        )
    return str(request.message_class)


def _number(raw: str, country: str) -> Number:
    try:
        return shipped_normalizer()(raw, default_country=country)
    except NumberError as error:
        raise InvalidError(
            error.code, _(MESSAGES[error.code]) % error.params, field="to"
        ) from error


def _times_checked(request: MessageRequest, now: datetime) -> None:
    start = max(request.send_at or now, now)
    if request.expires_at is not None and request.expires_at <= start:
        raise InvalidError(
            "expires_before_sending",
            _("“expires_at” is not after the time of sending: give a later one."),
            field="expires_at",
        )


def _locate(
    snapshot: Snapshot, made: dict[int, Draft], results: dict[int, Accepted | Rejected]
) -> None:
    """Finds each number's network and price."""
    if not made:
        return
    overrides = number_overrides([draft.msisdn for draft in made.values()])
    for draft in made.values():
        hint = snapshot.numbers.network_of(draft.msisdn, draft.country, overrides.get(draft.msisdn))
        draft.network_id, draft.network_source = hint.network_id, hint.source
    errors = drafting.drafts_price(snapshot, list(made.values()))
    for index, error in zip(list(made), errors, strict=True):
        if error is not None:
            results[index] = Rejected(index, error)
            del made[index]


_CLAIM_REFERENCES = """
INSERT INTO messaging_clientreference (account_id, reference, message_id)
SELECT %s, reference, id FROM unnest(%s::text[], %s::uuid[]) AS claim(reference, id)
ORDER BY reference
ON CONFLICT DO NOTHING RETURNING message_id
"""


def _references_claim(
    account_id: int, made: dict[int, Draft], results: dict[int, Accepted | Rejected]
) -> None:
    """`client_reference` is unique per account; of two in one batch the first has it."""
    named = {index: draft for index, draft in made.items() if draft.client_reference}
    if not named:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM_REFERENCES,
            [
                account_id,
                [draft.client_reference for draft in named.values()],
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
        index: Accepted(
            index=index,
            message_id=draft.id,
            status=fates[index].status,
            segment_count=draft.segment_count,
            encoding=draft.encoding,
            price_micros=draft.price_micros,
            currency=draft.currency,
            msisdn=draft.msisdn,
        )
        for index, draft in made.items()
    }


def _fate(draft: Draft, now: datetime, *, is_single: bool) -> Fate:
    if draft.send_at is not None and draft.send_at > now:
        return Fate(MessageStatus.SCHEDULED.value, due_at=draft.send_at, reason="send_at")
    if is_single:
        return Fate(MessageStatus.ACCEPTED.value)
    return Fate(MessageStatus.ACCEPTED.value, due_at=now, reason="routing")


def _wake(fates: Sequence[Fate]) -> None:
    if any(fate.due_at is None for fate in fates):
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {UNROUTED_CHANNEL}")
    if any(fate.reason == "routing" for fate in fates):
        enqueue("messaging.tasks.route_waiting")
