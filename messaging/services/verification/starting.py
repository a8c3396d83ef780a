"""Starting a verification: one transaction that holds the gate's answer, the code's digest, the
message and the event. What is refused is noted afterwards, in a transaction of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from compliance.models import Account
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from config.common.ids import uuid7
from messaging.constants import VerificationReason, VerificationStatus
from messaging.models import (
    Verification,
    VerificationSend,
    VerificationService,
    VerificationText,
)
from messaging.selectors.snapshot import Snapshot, snapshots
from messaging.services.verification.gate import Leave, VerificationRefusedError, gate_pass
from messaging.services.verification.sending import (
    Sent,
    Wish,
    code_sent,
    code_slot_required,
    lives_until,
    text_chosen,
)
from messaging.services.verification.telling import verification_counted, verification_told
from messaging.services.verification.windows import send_return, send_take
from messaging.verification.resends import next_send
from routing.numbers import MESSAGES, Number, NumberError, shipped_normalizer

# One start at a time for a number: its second one ends the first.
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@dataclass(frozen=True, slots=True)
class Start:
    """A verification as a customer asks for it; what is None is the service's."""

    to: str
    service: str = ""
    sender: str = ""
    wish: Wish = field(default_factory=Wish)
    code_length: int | None = None
    lifetime_seconds: int | None = None
    ip: str | None = None
    device: str = ""
    client_reference: str = ""
    metadata: Mapping[str, Any] | None = None
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """A start that has been read: nothing is written yet."""

    service: VerificationService
    texts: Sequence[VerificationText]
    number: Number
    start: Start


def verification_start(*, account: Account, start: Start) -> Verification:
    """Sends a code and stores the verification that it is for.

    Raises VerificationRefusedError (to be noted by `refusal_note`), LimitedError, or what sending
    raises. An older one that still waits for its code is canceled: its code is void.
    """
    now = clock.now()
    plan = _plan(account, start)
    kind = "test verification" if start.is_test else "verification"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [f"{kind}:{plan.service.pk}:{plan.number.msisdn}"])
        verification = _row(account, plan, now)  # its id says that it is the newest
        leave = gate_pass(verification, now)
        _reference_free(verification)
        taken = send_take(verification, now, is_overridden=leave.is_overridden)
        try:
            _make(account, plan, verification, leave, now)
        except BaseException:  # whatever it was: nothing was sent
            send_return(taken)
            raise
    return verification


def _make(
    account: Account, plan: _Plan, verification: Verification, leave: Leave, now: datetime
) -> None:
    service = plan.service
    verification.noted = leave.noted
    approved, sent = _sent(account, plan, verification)
    older = _supersede(verification, now)
    verification.template_slug = approved
    verification.code_digest = sent.digest
    verification.sends = 1
    verification.next_send_at = next_send(service.resend_delays, 1, now)
    verification.save(force_insert=True)
    VerificationSend.objects.create(
        verification=verification, number=1, message_id=sent.message_id, at=now
    )
    verification_counted(verification, starts=1, noted=1 if leave.noted else 0)
    for one in older:
        verification_told(one, "canceled", now, slug=service.slug)
    verification_told(verification, "started", now, slug=service.slug)


def _sent(account: Account, plan: _Plan, verification: Verification) -> tuple[str, Sent]:
    """Rules approved a moment ago refuse nobody: the newest snapshot is asked once more."""
    start = plan.start
    snapshot = snapshots.current()
    try:
        approved = text_chosen(snapshot, account.pk, plan.texts, start.wish)
    except InvalidError:
        newest: Snapshot = snapshots.latest()
        if newest.version == snapshot.version:
            raise
        approved = text_chosen(newest, account.pk, plan.texts, start.wish)
    code_slot_required(approved)
    sent = code_sent(
        account=account,
        verification=verification,
        approved=approved,
        app_hash=verification.app_hash,
    )
    return approved.slug, sent


def _row(account: Account, plan: _Plan, now: datetime) -> Verification:
    service, start = plan.service, plan.start
    lifetime = start.lifetime_seconds or service.lifetime_seconds
    snapshot = snapshots.current()
    hint = snapshot.numbers.network_of(plan.number.msisdn, plan.number.country)
    first = plan.texts[0].locale if plan.texts else ""
    return Verification(
        id=uuid7(),
        account=account,
        service=service,
        msisdn=plan.number.msisdn,
        country=plan.number.country,
        network_id=hint.network_id,
        locale=start.wish.locale or first,
        status=VerificationStatus.PENDING,
        code_length=start.code_length or service.code_length,
        lifetime_seconds=lifetime,
        max_checks=service.max_checks,
        sender_address=start.sender or service.sender.address,
        app_hash=start.wish.app_hash or _usual_hash(plan),
        ip=start.ip,
        device=start.device,
        client_reference=start.client_reference,
        metadata=dict(start.metadata) if start.metadata else None,
        is_test=start.is_test,
        expires_at=lives_until(now, lifetime),
        created_at=now,
    )


def _usual_hash(plan: _Plan) -> str:
    """The service's own hash, where the request does not ask for another form."""
    return "" if plan.start.wish.web_otp_domain else plan.service.app_hash


def _plan(account: Account, start: Start) -> _Plan:
    texts = list(
        VerificationText.objects.filter(service__account=account, **_wanted(start)).select_related(
            "service__sender", "template"
        )
    )
    services = {text.service_id: text.service for text in texts if text.service.is_active}
    if len(services) != 1:
        raise _no_service(account, start)
    ((key, service),) = services.items()
    service.account = account
    try:
        number = shipped_normalizer()(start.to, default_country=account.country)
    except NumberError as error:
        raise InvalidError(
            error.code, _(MESSAGES[error.code]) % error.params, field="to"
        ) from error
    return _Plan(service, [text for text in texts if text.service_id == key], number, start)


def _wanted(start: Start) -> dict[str, Any]:
    return {"service__slug": start.service} if start.service else {}


def _no_service(account: Account, start: Start) -> InvalidError:
    """Which services there are; without a name, one has to be the only one."""
    ready = VerificationService.objects.filter(
        account=account, is_active=True, texts__isnull=False
    ).distinct()
    known = ", ".join(ready.values_list("slug", flat=True)[:20])
    if not known:
        sentence = _("The account has no active verification service with a text: make one.")
    elif start.service:
        sentence = _("“%(service)s” is no active verification service: use one of %(known)s.") % {
            "service": start.service,
            "known": known,
        }
    else:
        sentence = _("Name the service: one of %(known)s.") % {"known": known}
    return InvalidError("unknown_service", sentence, field="service")


def _reference_free(verification: Verification) -> None:
    reference = verification.client_reference
    same = Verification.objects.filter(
        account_id=verification.account_id,
        client_reference=reference,
        is_test=verification.is_test,
    )
    if reference and same.exists():
        raise ConflictError(
            "client_reference_used",
            _("“%(reference)s” already names another verification: use a new reference.")
            % {"reference": reference},
            field="client_reference",
        )


def _supersede(newest: Verification, now: datetime) -> list[Verification]:
    """Those that still wait for a code of the number: canceled."""
    older = list(
        Verification.objects.select_for_update().filter(
            account_id=newest.account_id,
            service_id=newest.service_id,
            msisdn=newest.msisdn,
            is_test=newest.is_test,
            status=VerificationStatus.PENDING,
        )
    )
    for one in older:
        one.status, one.reason = VerificationStatus.CANCELED, VerificationReason.SUPERSEDED
        one.done_at, one.code_digest, one.older_digests = now, None, []
        one.save(update_fields=["status", "reason", "done_at", "code_digest", "older_digests"])
    return older


def refusal_note(*, account: Account, start: Start, error: VerificationRefusedError) -> None:
    """Keeps what the gate refused, with its event: operators see what is stopped, and customers
    may tell a false alarm."""
    now = clock.now()
    plan = _plan(account, start)
    with transaction.atomic():
        verification = _row(account, plan, now)
        verification.status, verification.reason = VerificationStatus.BLOCKED, error.reason
        verification.done_at, verification.expires_at = now, now
        # The reference stays free: the customer may try again with it.
        verification.client_reference = ""
        verification.save(force_insert=True)
        verification_counted(verification, blocked=1)
        verification_told(verification, "blocked", now, slug=plan.service.slug)
