"""Ends of verifications, and sending the code again. Each change locks its row first, so that of
several at once one wins and the others see what it did."""

import uuid
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.models import Account
from config.common import audit, clock
from config.common.errors import ConflictError, DomainError, NotFoundError
from messaging.constants import VerificationReason, VerificationStatus
from messaging.models import Verification, VerificationSend, VerificationText
from messaging.selectors.snapshot import snapshots
from messaging.services.verification.gate import gate_pass
from messaging.services.verification.sending import Wish, code_sent, lives_until, text_chosen
from messaging.services.verification.telling import verification_told
from messaging.services.verification.windows import (
    LimitedError,
    send_return,
    send_take,
)
from messaging.verification.resends import next_send

_SLICE: Final = 500


def verification_locked(account: Account, *, is_test: bool, **key: Any) -> Verification:
    """The verification, locked until the transaction ends; of a number the newest. Those of test
    keys are others than those of live keys. Raises NotFoundError."""
    found = (
        Verification.objects.select_for_update(of=("self",))
        .select_related("service__sender")
        .filter(account=account, is_test=is_test, **key)
        .order_by("-id")
        .first()
    )
    if found is None:
        raise NotFoundError("verification_not_found", _("There is no such verification."))
    return found


def verification_end(
    verification: Verification, status: VerificationStatus, now: datetime, reason: str = ""
) -> None:
    """Moves a locked, pending verification to its end. Its digests go: nothing is left of it that
    a code could be held against."""
    verification.status, verification.reason, verification.done_at = status, reason, now
    verification.code_digest, verification.older_digests = None, []
    verification.save(
        update_fields=[
            "status", "reason", "done_at", "checks", "code_digest", "older_digests",
        ]
    )  # fmt: skip
    verification_told(verification, status.value, now, slug=verification.service.slug)


def is_over(verification: Verification, now: datetime) -> bool:
    """Whether a locked verification waits no more; one whose time has passed expires here."""
    if verification.status != VerificationStatus.PENDING:
        return True
    if verification.expires_at > now:
        return False
    verification_end(verification, VerificationStatus.EXPIRED, now)
    return True


def over_error(verification: Verification) -> ConflictError:
    """What is said of a verification that has ended; its code says how."""
    sentences = {
        VerificationStatus.APPROVED: _("The verification is approved already: a code works once."),
        VerificationStatus.EXPIRED: _("The code has expired: start a new verification."),
        VerificationStatus.CANCELED: _("The verification was canceled: start a new one."),
        VerificationStatus.FAILED: _("Too many wrong codes were tried: start a new verification."),
        VerificationStatus.BLOCKED: _("The verification was blocked: no code was sent."),
    }
    status = VerificationStatus(verification.status)
    return ConflictError(f"verification_{status.value}", sentences[status])


def verification_cancel(
    *, account: Account, verification_id: uuid.UUID, is_test: bool = False, actor: Any = None
) -> Verification:
    """Ends a pending verification: its code is void. Raises NotFoundError, ConflictError."""
    now, error = clock.now(), None
    with transaction.atomic():
        found = verification_locked(account, is_test=is_test, pk=verification_id)
        if is_over(found, now):
            error = over_error(found)
        else:
            if actor is not None:
                audit.record(
                    action="verification.canceled",
                    actor=actor,
                    account_id=account.pk,
                    subject=f"verification:{found.pk}",
                )
            verification_end(found, VerificationStatus.CANCELED, now, VerificationReason.REQUESTED)
    if error is not None:
        raise error
    return found


def verification_resend(
    *, account: Account, verification_id: uuid.UUID, is_test: bool = False
) -> Verification:
    """Sends a new code in place of the old one, which is void then. Raises NotFoundError,
    ConflictError, LimitedError before the wait is over, or what starting raises."""
    now, error = clock.now(), None
    with transaction.atomic():
        found = verification_locked(account, is_test=is_test, pk=verification_id)
        if is_over(found, now):
            error = over_error(found)
        else:
            _resend(account, found, now)
    if error is not None:
        raise error
    return found


def _resend(account: Account, found: Verification, now: datetime) -> None:
    if found.next_send_at is None:
        raise ConflictError(
            "verification_sends_used",
            _("The code was sent %(count)d times, which is the most: start a new verification.")
            % {"count": found.sends},
        )
    if found.next_send_at > now:
        wait = max(1, round((found.next_send_at - now).total_seconds()))
        raise LimitedError(
            "verification_resend_too_soon",
            _("The code may be sent again in %(seconds)d s.") % {"seconds": wait},
            retry_after=wait,
        )
    leave = gate_pass(found, now)
    taken = send_take(found, now, is_overridden=leave.is_overridden)
    try:
        _send_again(account, found, now)
    except DomainError:
        send_return(taken)
        raise


def _send_again(account: Account, found: Verification, now: datetime) -> None:
    texts = list(VerificationText.objects.filter(service=found.service).select_related("template"))
    wish = Wish(locale=found.locale, template=found.template_slug, app_hash=found.app_hash)
    if all(text.template.slug != found.template_slug for text in texts):
        wish = Wish(locale=found.locale)  # the service's texts were changed meanwhile
    approved = text_chosen(snapshots.current(), account.pk, texts, wish)
    found.expires_at = lives_until(now, found.lifetime_seconds)
    sent = code_sent(account=account, verification=found, approved=approved, app_hash=wish.app_hash)
    if found.code_digest is not None:
        found.older_digests = [*found.older_digests, found.code_digest]
    found.code_digest = sent.digest
    found.sends += 1
    found.next_send_at = next_send(found.service.resend_delays, found.sends, now)
    found.save(
        update_fields=["code_digest", "older_digests", "sends", "next_send_at", "expires_at"]
    )
    VerificationSend.objects.create(
        verification=found, number=found.sends, message_id=sent.message_id, at=now
    )


def verifications_expire() -> int:
    """Ends those whose time has passed, with their events, in batches; how many. Whoever checks
    one at this moment has it locked, and sees for itself."""
    total = 0
    while True:
        now = clock.now()
        with transaction.atomic():
            rows = list(
                Verification.objects.select_for_update(of=("self",), skip_locked=True)
                .select_related("service")
                .filter(status=VerificationStatus.PENDING, expires_at__lte=now)
                .order_by("account_id", "id")[:_SLICE]
            )
            for one in rows:
                verification_end(one, VerificationStatus.EXPIRED, now)
        total += len(rows)
        if len(rows) < _SLICE:
            return total
