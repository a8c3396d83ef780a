"""What an account on trial may send: a few messages a day, to numbers that it has verified."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from compliance.models import Account, VerifiedNumber
from compliance.services.trial_accounts import messages_grant, number_verified, numbers_known
from config.common.errors import ConflictError, DomainError, NotAllowedError
from messaging.constants import Origin
from messaging.selectors.snapshot import snapshots
from messaging.services.drafts import Draft


def trial_refusals(
    account: Account, limit: int, drafts: Mapping[int, Draft], now: datetime
) -> dict[int, DomainError]:
    """Why drafts of a trial account may not be sent, by their index; those that may are counted,
    in the caller's transaction. Test messages are free, and codes go to numbers that are about
    to be verified."""
    real = {index: draft for index, draft in drafts.items() if not draft.is_test}
    known = numbers_known(account.pk, {draft.msisdn for draft in real.values()})
    refused: dict[int, DomainError] = {
        index: _unverified(draft)
        for index, draft in real.items()
        if draft.msisdn not in known and draft.origin != Origin.VERIFY
    }
    left = [index for index in real if index not in refused]
    if left:
        day = now.astimezone(ZoneInfo(account.timezone)).date()
        granted = messages_grant(account_id=account.pk, day=day, wanted=len(left), limit=limit)
        refused |= {index: _over(limit) for index in left[granted:]}
    return refused


def _unverified(draft: Draft) -> DomainError:
    return NotAllowedError(
        "trial_number_unverified",
        _(
            "The account is on trial and writes only to numbers it has verified: verify"
            " +%(number)s by a code, use a test key, or ask the platform's operator to end the"
            " trial."
        )
        % {"number": draft.msisdn},
        field="to",
    )


def _over(limit: int) -> DomainError:
    return NotAllowedError(
        "trial_limit",
        _(
            "The account is on trial and has sent its %(limit)d messages of today: use a test key,"
            " go on tomorrow, or ask the platform's operator to end the trial."
        )
        % {"limit": limit},
    )


def trial_number_note(account_id: int, msisdn: str) -> None:
    """A code was read from the phone: a trial account may write to it, while it has room."""
    card = snapshots.current().accounts.get(account_id)
    if card is None or card.trial_limit is None:
        return
    account = Account.objects.get(pk=account_id)
    with suppress(ConflictError):
        number_verified(
            account=account, msisdn=msisdn, source=VerifiedNumber.Source.VERIFICATION.value
        )
