"""Writes the consent ledger: facts are appended, the present state is derived.

Who took consent back is suppressed as well; consent given anew lifts no suppression.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.constants import (
    ConsentAction,
    ConsentMethod,
    LapseCause,
    Purpose,
    Reach,
    SuppressionCause,
    SuppressionSource,
)
from compliance.frequency import FrequencyError, promised
from compliance.models import (
    Account,
    Advertiser,
    ConsentRecord,
    ConsentState,
    Document,
    Program,
    Suppression,
    User,
)
from compliance.news import Revocation, revocations_tell
from compliance.services.checks import check_advertiser, check_choice, check_msisdn
from compliance.services.consent_states import state_keep
from compliance.services.suppressions import suppression_add
from config.common import clock
from config.common.errors import InvalidError

_CLOCK_TOLERANCE = timedelta(minutes=5)
_SOURCES = {
    ConsentMethod.MO: SuppressionSource.MO,
    ConsentMethod.API: SuppressionSource.API,
    ConsentMethod.IMPORT: SuppressionSource.IMPORT,
    ConsentMethod.LINK: SuppressionSource.LINK,
}
_FACETS = ("text_version", "content", "form", "frequency")


@transaction.atomic
def consent_record(
    *,
    account: Account,
    advertiser: Advertiser,
    msisdn: str,
    purpose: str,
    action: str,
    method: str,
    source: str = "",
    evidence: Mapping[str, Any] | None = None,
    document: Document | None = None,
    given_at: datetime | None = None,
    expires_at: datetime | None = None,
    cause: str = "",
    suppresses: bool = True,
    actor: User | None,
    **facets: str,
) -> ConsentRecord:
    """Appends a fact to the ledger, derives the present state, and suppresses on a revocation
    (unless the caller has: `suppresses`).

    `given_at` (default now) orders facts: an older one never undoes a newer. A grant holds
    until `expires_at`, by default as long as the account says. `facets` are text_version,
    content, form and frequency as agreed; the frequency becomes a cap (see
    `compliance.frequency`). Raises InvalidError naming the field.
    """
    check_msisdn(msisdn)
    check_choice("purpose", purpose, Purpose.values)
    check_choice("action", action, ConsentAction.values)
    check_choice("method", method, ConsentMethod.values)
    check_choice("cause", cause, LapseCause.values if action == ConsentAction.LAPSED else [""])
    check_advertiser(account, advertiser)
    now = clock.now()
    given_at = checked_time(given_at or now, now)
    limit, hours = promise_of(facets.get("frequency", "")) or (None, None)
    record = ConsentRecord.objects.create(
        account=account,
        advertiser=advertiser,
        msisdn=msisdn,
        purpose=purpose,
        action=action,
        method=method,
        source=source,
        evidence=dict(evidence or {}) | proof_of(account, document),
        document=document,
        given_at=given_at,
        expires_at=end_of(account, action, given_at, expires_at),
        promised_limit=limit,
        promised_hours=hours,
        cause=cause,
        recorded_at=now,
        actor=actor,
        **facets,
    )
    if _derive(record) and action == ConsentAction.REVOKED and suppresses:
        suppression_add(
            account=account,
            advertiser=advertiser,
            msisdn=msisdn,
            purpose=purpose,
            source=source_of(method),
            cause=SuppressionCause.REFUSAL,
            reason=str(source)[:200],
            actor=actor,
        )
    return record


@transaction.atomic
def consent_enter(
    *, account: Account, advertiser: Advertiser, actor: User | None, **facts: Any
) -> ConsentRecord:
    """What somebody enters by hand: as `consent_record`, and a revocation is told to the account's
    systems."""
    record = consent_record(account=account, advertiser=advertiser, actor=actor, **facts)
    if record.action == ConsentAction.REVOKED:
        source = source_of(record.method)
        revocations_tell(
            [Revocation(account.pk, record.msisdn, advertiser.name, record.purpose, source)]
        )
    return record


def source_of(method: str) -> str:
    """What a suppression has as its source, by the method of the refusal."""
    return _SOURCES.get(ConsentMethod(method), SuppressionSource.CONSOLE).value


def checked_time(given_at: datetime, now: datetime) -> datetime:
    """Not in the future, but for clocks that differ. Raises InvalidError."""
    if given_at > now + _CLOCK_TOLERANCE:
        raise InvalidError(
            "given_in_future", _("Consent cannot be given in the future."), field="given_at"
        )
    return given_at


def promise_of(frequency: str) -> tuple[int, int] | None:
    """What `compliance.frequency` reads in it. Raises InvalidError that shows the form."""
    try:
        return promised(frequency)
    except FrequencyError as error:
        raise InvalidError(
            "frequency_unread",
            _(
                "Write the frequency as a number of messages in a time: “4/month”, “2 per week”,"
                " “3 lần/tuần”. Where nothing was promised, leave it empty."
            ),
            field="frequency",
        ) from error


def end_of(
    account: Account, action: str, given_at: datetime, expires_at: datetime | None
) -> datetime | None:
    """When a grant ends: as given, or as the account says. Raises InvalidError."""
    if action != ConsentAction.GRANTED:
        return None
    if expires_at is not None and expires_at <= given_at:
        raise InvalidError(
            "ends_before_start",
            _("The consent must end after it was given."),
            field="expires_at",
        )
    if expires_at is None and account.consent_days:
        return given_at + timedelta(days=account.consent_days)
    return expires_at


def proof_of(account: Account, document: Document | None) -> dict[str, Any]:
    """What the evidence says of a file: its checksum enters the chain. Raises InvalidError for
    a file of another account."""
    if document is None:
        return {}
    if document.account_id != account.pk:
        raise InvalidError(
            "document_of_other_account", _("Choose a document of this account."), field="document"
        )
    return {"document": {"name": document.name, "sha256": document.checksum}}


def _derive(record: ConsentRecord) -> bool:
    """Whether the record is now the present state: no later fact stands against it."""
    is_grant = record.action == ConsentAction.GRANTED
    in_force = state_keep(
        [
            *(record.account_id, record.advertiser_id, record.msisdn, record.purpose),
            *(record.action, record.given_at, record.pk),
            record.promised_limit if is_grant else None,
            record.promised_hours if is_grant else None,
            record.expires_at,
        ]
    )
    return in_force == record.pk


def consent_request_note(
    *,
    account: Account,
    advertiser: Advertiser,
    msisdn: str,
    purpose: str = Purpose.MARKETING,
    evidence: Mapping[str, Any],
    at: datetime | None = None,
    source: str = "",
    actor: User | None = None,
    **facets: str,
) -> ConsentRecord:
    """Notes that the person was asked (`at`, default now): pending until they answer.

    `evidence` names the message that asked. A request undoes neither consent nor a refusal.
    """
    agreed: Any = facets
    return consent_record(
        account=account,
        advertiser=advertiser,
        msisdn=msisdn,
        purpose=purpose,
        action=ConsentAction.REQUESTED,
        method=ConsentMethod.REGISTRATION_REPLY,
        source=source,
        evidence=evidence,
        given_at=at,
        actor=actor,
        **agreed,
    )


@transaction.atomic
def consent_confirm(
    *,
    account: Account,
    advertiser: Advertiser,
    msisdn: str,
    purpose: str | None = None,
    method: str = ConsentMethod.REGISTRATION_REPLY,
    evidence: Mapping[str, Any],
    at: datetime | None = None,
    source: str = "",
    actor: User | None = None,
) -> Sequence[ConsentRecord]:
    """The person says yes to what they were asked: a grant with the facets of the request.

    `purpose` None: to every request that waits. Empty where none waits. A request that expired
    or lapsed no longer waits.
    """
    waiting = ConsentState.objects.filter(
        account=account, advertiser=advertiser, msisdn=msisdn, state=ConsentAction.REQUESTED
    ).select_related("record")
    if purpose is not None:
        waiting = waiting.filter(purpose=purpose)
    made = []
    for state in waiting.order_by("purpose"):
        facets: Any = {name: getattr(state.record, name) for name in _FACETS}
        record = consent_record(
            account=account,
            advertiser=advertiser,
            msisdn=msisdn,
            purpose=state.purpose,
            action=ConsentAction.GRANTED,
            method=method,
            source=source,
            evidence={"request": state.record_id} | dict(evidence),
            given_at=max(at or clock.now(), state.since),
            actor=actor,
            **facets,
        )
        made.append(record)
    return made


@transaction.atomic
def opt_out(
    *,
    account: Account,
    advertiser: Advertiser | None,
    msisdn: str,
    purpose: str,
    source: str,
    evidence: Mapping[str, Any],
    at: datetime | None = None,
    program: Program | None = None,
    sender: str = "",
    reason: str = "",
    actor: User | None = None,
) -> Suppression:
    """The person refuses a purpose: suppressed at once, and consent is revoked in the ledger.

    `advertiser` None: for every advertiser of the account; `program` and `sender` narrow it, and
    then consent to the rest stands. Repeating is harmless. `at` is when the person said so
    (default now). Raises InvalidError naming the field.
    """
    made = suppression_add(
        account=account,
        advertiser=advertiser,
        msisdn=msisdn,
        purpose=purpose,
        source=source,
        cause=SuppressionCause.REFUSAL,
        program=program,
        sender=sender,
        reason=reason,
        actor=actor,
    )
    if program is not None or sender:
        return made  # a part of what the person consented to: the consent itself stands
    method = ConsentMethod(source) if source in ConsentMethod.values else ConsentMethod.CONSOLE
    for one in [advertiser] if advertiser else _consented_to(account, msisdn, purpose):
        consent_record(
            account=account,
            advertiser=one,
            msisdn=msisdn,
            purpose=purpose,
            action=ConsentAction.REVOKED,
            method=method,
            evidence=evidence,
            given_at=at,
            # With no brand named the suppression above is of every brand; else it is this one's.
            suppresses=advertiser is None,
            actor=actor,
        )
    return made


@transaction.atomic
def suppression_enter(
    *,
    account: Account,
    advertiser: Advertiser | None,
    msisdn: str,
    purpose: str,
    cause: str,
    source: str,
    program: Program | None = None,
    sender: str = "",
    reason: str = "",
    expires_at: datetime | None = None,
    actor: User | None,
) -> Suppression:
    """What somebody enters by hand or by API: a refusal is a fact of the ledger too, has no end,
    and is told to the account's systems. Otherwise as `suppression_add`. Raises InvalidError naming the field."""
    subject: dict[str, Any] = {
        "account": account,
        "advertiser": advertiser,
        "program": program,
        "sender": sender,
        "msisdn": msisdn,
        "purpose": purpose,
        "source": source,
        "reason": reason,
        "actor": actor,
    }
    if cause != SuppressionCause.REFUSAL:
        return suppression_add(**subject, cause=cause, expires_at=expires_at)
    if expires_at is not None:
        raise InvalidError(
            "refusal_ends",
            _("A refusal holds until the person takes it back: leave the end empty."),
            field="expires_at",
        )
    made = opt_out(**subject, evidence={"note": reason} if reason else {})
    reach = Reach.BRAND if advertiser else Reach.ACCOUNT
    if program is not None:
        reach = Reach.PROGRAM
    elif sender:
        reach = Reach.SENDER
    told = Revocation(
        account_id=account.pk,
        msisdn=msisdn,
        brand=advertiser.name if advertiser else None,
        purpose=purpose,
        source=source,
        reach=reach.value,
        program=program.code if program else None,
    )
    revocations_tell([told])
    return made


def _consented_to(account: Account, msisdn: str, purpose: str) -> Iterable[Advertiser]:
    states = ConsentState.objects.filter(
        account=account,
        msisdn=msisdn,
        state__in=[ConsentAction.GRANTED, ConsentAction.REQUESTED],
    )
    if purpose != Purpose.ALL:
        states = states.filter(purpose=purpose)
    return Advertiser.objects.filter(pk__in=states.values("advertiser")).order_by("pk")
