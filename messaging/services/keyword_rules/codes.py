"""Verifications that rules start: a code is sent to who wrote, and the next reply with a code is
held against it. Everything goes through the services of verifications: limits, shield and single
use are theirs, and their events tell of it."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import transaction

from config.common.errors import ConflictError, InvalidError, NotFoundError
from messaging.constants import CheckResult, VerificationStatus
from messaging.keyword_rules import CodeQuestion
from messaging.models import KeywordQuestion, Verification
from messaging.services.keyword_rules.deeds import Deed
from messaging.services.replies.effects import News
from messaging.services.verification.checking import verification_check
from messaging.services.verification.gate import VerificationRefusedError
from messaging.services.verification.sending import Wish
from messaging.services.verification.starting import Start, refusal_note, verification_start
from messaging.services.verification.telling import verification_news
from messaging.verification.codes import code_in

VERIFY: Final = "verify"
CHECK: Final = "check"
CODE: Final = "code"
VERIFICATION: Final = "verification"  # the value that holds its id while it is waited for


class Held(StrEnum):
    """What a reply is to a code that is waited for; `OVER`: it was settled by another door."""

    NO_CODE = "no_code"
    APPROVED = "approved"
    WRONG = "wrong"
    FAILED = "failed"
    OVER = "over"


def code_send(deed: Deed, asked: CodeQuestion) -> Verification | None:
    """Starts a verification of who wrote, from the sender they wrote to; None where the shield
    refused, which is kept as it is of other doors. Raises DomainError."""
    start = Start(
        to=f"+{deed.msisdn}",
        service=asked.service,
        sender=deed.sender.address,
        wish=Wish(locale=deed.language),
        metadata={"keyword_rule": deed.rule_name, "inbound_id": str(deed.message.pk)},
    )
    account = deed.sender.account
    with verification_news() as news:
        try:
            with transaction.atomic():
                found: Verification | None = verification_start(account=account, start=start)
        except VerificationRefusedError as error:
            refusal_note(account=account, start=start, error=error)
            deed.results.failed(VERIFY, error.code, str(error)[:300])
            found = None
    deed.news += [News(account.pk, kind, data) for kind, data in news]
    if found is not None:
        deed.results.answers += 1
        deed.results.done(VERIFY, service=asked.service, verification=str(found.pk))
    return found


def code_hold(deed: Deed, row: KeywordQuestion, text: str) -> Held:
    """Holds a reply's code against the verification; counted as any other check is."""
    code = code_in(text)
    if code is None:
        return Held.NO_CODE
    account = deed.sender.account
    with verification_news() as news:
        try:
            checked = verification_check(account=account, code=code, pk=row.values[VERIFICATION])
        except InvalidError:
            return Held.NO_CODE
        except (ConflictError, NotFoundError, KeyError):
            return Held.OVER
        finally:
            deed.news += [News(account.pk, kind, data) for kind, data in news]
    deed.results.done(CHECK, answer=str(checked.result))
    if checked.result == CheckResult.RIGHT:
        return Held.APPROVED
    is_failed = checked.verification.status == VerificationStatus.FAILED
    return Held.FAILED if is_failed else Held.WRONG


def code_lives_until(row: KeywordQuestion) -> datetime | None:
    """Until when the code is good, which a resend puts off; None where nothing is waited for."""
    found = Verification.objects.filter(
        account=row.account_id, pk=row.values.get(VERIFICATION), status=VerificationStatus.PENDING
    ).first()
    return found.expires_at if found is not None else None


def is_approved(row: KeywordQuestion) -> bool:
    """Whether the code was entered through another door."""
    return Verification.objects.filter(
        account=row.account_id, pk=row.values.get(VERIFICATION), status=VerificationStatus.APPROVED
    ).exists()
