"""The inbound endpoint: a request that was signed becomes an event that is stored, whatever is in
it, and what its mappings want is accepted in the same transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from campaigns.constants import ReadFrom, TriggerResult
from campaigns.models import TriggerEvent, TriggerKey, TriggerSource
from campaigns.selectors.triggers import marks_key, source_by_key
from campaigns.services.triggers.common import permission_required, sentence
from campaigns.services.triggers.keys import WHOLE_EVENT, key_claim, key_digest
from campaigns.services.triggers.running import Ran, event_run, mappings_note
from campaigns.services.triggers.sources import address_check, secrets_of
from campaigns.triggers.documents import DocumentError, document_read
from campaigns.triggers.formats import FormatError, plain_text, storable
from campaigns.triggers.mapping import Happening
from campaigns.triggers.marks import number_marks
from campaigns.triggers.paths import MISSING, path_first
from campaigns.triggers.signatures import SignatureError, signature_verify
from compliance.models import User
from config.common import clock, logs
from config.common.errors import ConflictError, DomainError, NotFoundError
from config.common.ids import uuid7

log = logs.get_logger(__name__)

MOST_BYTES: Final = 262_144
RETRY_AFTER: Final = timedelta(minutes=1)
MOST_RUNS: Final = 6  # by itself, after faults of ours
_NOTED_EVERY = timedelta(seconds=10)
_LONGEST_NAME: Final = 120


class SignatureRefusedError(DomainError):
    """Not signed by the platform of the source."""

    status = 401


class TooLargeError(DomainError):
    """A body that is not read."""

    status = 413


@dataclass(frozen=True, slots=True)
class Received:
    """An event, stored; `is_repeat` where it was known, and then what became of the first."""

    event_id: UUID
    result: str
    reason: str
    messages: tuple[str, ...]
    is_repeat: bool = False


def event_receive(*, key: str, headers: Mapping[str, str], body: bytes, address: str) -> Received:
    """Takes what a platform posted (names of headers in small letters).

    Raises NotFoundError for no source's key, SignatureRefusedError, NotAllowedError for an
    address, TooLargeError; whatever is signed is stored and raises nothing.
    """
    source = source_by_key(key)
    if source is None:
        raise NotFoundError("unknown_trigger", _("No trigger source has this address: check it."))
    now = clock.now()
    _admit(source, headers, body, address, now)
    event_id = uuid7()
    try:
        with transaction.atomic():
            received = _store(source, event_id, headers, body, now)
    except (OperationalError, InterfaceError):
        raise  # the database is away: the platform tries again
    except Exception as error:
        log.exception("trigger event not run", extra={"source": source.pk})
        received = _store_fault(source, event_id, headers, body, now, error)
    if source.last_event_at is None or source.last_event_at < now - _NOTED_EVERY:
        TriggerSource.objects.filter(pk=source.pk).update(last_event_at=now)
    return received


def _admit(
    source: TriggerSource, headers: Mapping[str, str], body: bytes, address: str, now: datetime
) -> None:
    try:
        address_check(source, address)
        if len(body) > MOST_BYTES:
            raise TooLargeError(
                "too_large",
                _("The event is larger than %(limit)d bytes: send less of it.")
                % {"limit": MOST_BYTES},
            )
        _verify(source, headers, body, now)
    except DomainError as error:
        _refusal_note(source, error.code, dict(error.context), now)
        raise


def _verify(source: TriggerSource, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    try:
        signature_verify(source.scheme, secrets_of(source), headers, body, now)
    except SignatureError as error:
        raise SignatureRefusedError(
            error.code, sentence(error.code, error.params), **error.params
        ) from error


def _refusal_note(
    source: TriggerSource, code: str, params: Mapping[str, Any], now: datetime
) -> None:
    """The last refusal, for whoever sets the platform up; at most one write in ten seconds."""
    known = source.refused_at
    if known is not None and source.refused_code == code and known > now - _NOTED_EVERY:
        return
    TriggerSource.objects.filter(pk=source.pk).update(
        refused_at=now, refused_code=code, refused_params=params
    )


def _store(
    source: TriggerSource, event_id: UUID, headers: Mapping[str, str], body: bytes, now: datetime
) -> Received:
    document, unreadable = _read(body)
    key = _event_key(source, headers, document, body)
    if not _claim(source, event_id, key, now):
        return _repeat(source, key)
    name = event_name(source, headers, document)
    happening = Happening(name, document, now, now, source.is_test)
    ran = _run(source, event_id, happening, unreadable)
    _insert(source, event_id, name, headers, body, now, ran)
    mappings_note(ran, now)
    return Received(event_id, ran.result, ran.reason, tuple(ran.messages))


def _read(body: bytes) -> tuple[Any, DocumentError | None]:
    try:
        return document_read(body), None
    except DocumentError as error:
        return None, error


def _run(
    source: TriggerSource,
    event_id: UUID,
    happening: Happening,
    unreadable: DocumentError | None,
    done: Sequence[Mapping[str, Any]] = (),
) -> Ran:
    if unreadable is not None:
        return Ran(TriggerResult.UNREADABLE, unreadable.code, unreadable.params)
    return event_run(source, event_id, happening, done)


def _claim(source: TriggerSource, event_id: UUID, key: bytes, now: datetime) -> bool:
    """Takes the event's key; False where another event of the source's mode has it."""
    return key_claim(
        source_id=source.pk,
        mapping_id=WHOLE_EVENT,
        key=key,
        event_id=event_id,
        now=now,
        hours=source.dedupe_hours,
        is_test=source.is_test,
    )


def _event_key(
    source: TriggerSource, headers: Mapping[str, str], document: Any, body: bytes
) -> bytes:
    """By which the same event is known again: its id, else its whole body."""
    found = _at(source.key_from, source.key_at, headers, document) if source.key_at else ""
    return b"id:" + found.encode() if found else b"body:" + body


def event_name(source: TriggerSource, headers: Mapping[str, str], document: Any) -> str:
    """The event's name where the source has it, "" where there is none."""
    return _at(source.name_from, source.name_at, headers, document)[:_LONGEST_NAME]


def _at(where: str, at: str, headers: Mapping[str, str], document: Any) -> str:
    if where == ReadFrom.HEADER:
        return storable(headers.get(at.lower(), "").strip())
    found = path_first(at, document)
    if found is MISSING or found is None:
        return ""
    try:
        return plain_text(found).strip()
    except FormatError:
        return ""


def _repeat(source: TriggerSource, key: bytes) -> Received:
    """What became of the first; it is counted on it."""
    digest = key_digest(key, is_test=source.is_test)
    event_id = TriggerKey.objects.values_list("event_id", flat=True).get(
        source=source, mapping_id=WHOLE_EVENT, digest=digest
    )
    TriggerEvent.objects.filter(pk=event_id).update(repeats=F("repeats") + 1)
    first = TriggerEvent.objects.filter(pk=event_id).first()
    if first is None:  # its record has had its time, its key not yet
        return Received(event_id, TriggerResult.UNMATCHED, "repeated", (), is_repeat=True)
    messages = tuple(one["message"] for one in first.steps if one.get("message"))
    return Received(event_id, first.result, first.reason, messages, is_repeat=True)


def _insert(
    source: TriggerSource,
    event_id: UUID,
    name: str,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    ran: Ran,
    retry_at: datetime | None = None,
) -> None:
    text = body.decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
    TriggerEvent.objects.create(
        id=event_id,
        source=source,
        name=name,
        is_test=source.is_test,
        received_at=now,
        result=ran.result,
        reason=ran.reason,
        reason_params=dict(ran.params),
        steps=list(ran.steps),
        body=text,
        headers=json.dumps(_headers_kept(source, headers)),
        size=len(body),
        marks=number_marks(text, marks_key()),
        ran_at=now,
        retry_at=retry_at,
        body_until=now + timedelta(days=source.payload_days),
    )


def _headers_kept(source: TriggerSource, headers: Mapping[str, str]) -> dict[str, str]:
    """Those by which the event is read; signatures are not kept."""
    names = [source.name_at] if source.name_from == ReadFrom.HEADER else []
    names += [source.key_at] if source.key_from == ReadFrom.HEADER else []
    return {one.lower(): headers[one.lower()] for one in names if one.lower() in headers}


def _store_fault(
    source: TriggerSource,
    event_id: UUID,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    error: Exception,
) -> Received:
    """A fault of ours loses no event: it is kept, and run again by itself."""
    document, _error = _read(body)
    key = _event_key(source, headers, document, body)
    ran = Ran(TriggerResult.FAILED, "internal_error", {"error": type(error).__name__})
    with transaction.atomic():
        if not _claim(source, event_id, key, now):
            return _repeat(source, key)
        name = event_name(source, headers, document)
        _insert(source, event_id, name, headers, body, now, ran, now + RETRY_AFTER)
    return Received(event_id, ran.result, ran.reason, ())


def event_rerun(*, event: TriggerEvent, actor: User) -> TriggerEvent:
    """Runs an event again by the mappings as they are now; what it sent is not sent again. One that
    came in the sandbox stays there.

    Raises NotAllowedError, and ConflictError where its body is not kept any more.
    """
    permission_required(actor, "campaigns.run_triggerevent", event)
    return _run_again(event.pk)


@transaction.atomic
def _run_again(event_id: UUID) -> TriggerEvent:
    rows = TriggerEvent.objects.select_for_update(of=("self",))
    event = rows.select_related("source__account").get(pk=event_id)
    if event.body_until is None:
        raise ConflictError(
            "body_gone", _("The body of this event is not kept any more: it cannot be run again.")
        )
    now, source = clock.now(), event.source
    body = event.body.encode()
    document, unreadable = _read(body)
    headers = json.loads(event.headers or "{}")
    event.name = event_name(source, headers, document) or event.name
    happening = Happening(event.name, document, event.received_at, now, event.is_test)
    ran = _run(source, event.pk, happening, unreadable, event.steps)
    event.result, event.reason, event.reason_params = ran.result, ran.reason, dict(ran.params)
    event.steps, event.runs, event.ran_at, event.retry_at = (
        list(ran.steps),
        event.runs + 1,
        now,
        None,
    )
    event.save()
    mappings_note(ran, now)
    return event


def events_retry(limit: int = 100) -> int:
    """Runs events again that a fault of ours had stopped; how many."""
    due = TriggerEvent.objects.filter(retry_at__lte=clock.now()).order_by("retry_at")
    count = 0
    for event_id, runs in list(due.values_list("pk", "runs")[:limit]):
        try:
            _run_again(event_id)
            count += 1
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("trigger event not run", extra={"event": str(event_id)})
            is_last = runs >= MOST_RUNS
            wait = None if is_last else clock.now() + RETRY_AFTER * 2**runs
            TriggerEvent.objects.filter(pk=event_id).update(retry_at=wait, runs=runs + 1)
    return count
