"""A slice of a campaign's audience: assessed, and then stored, in one pass.

Pre-flight calls `recipients_assess`, release stores what the same function answered, so what
pre-flight says is what sending does (invariant 12).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from config.common.ids import uuid7
from messaging.constants import FailureReason, MessageStatus, Origin, Priority
from messaging.encoding import segmentation
from messaging.selectors.snapshot import ApprovedText, SenderCard, Snapshot
from messaging.services.counting import Counted, count_widened
from messaging.services.decisions import (
    Loss,
    Verdict,
    case_of,
    cases_decide,
    cases_reserve,
    losses_take,
)
from messaging.services.drafts import MAX_SEGMENTS, Draft
from messaging.services.money.taking import credit_take
from messaging.services.network_demands import characters_refused, is_too_long, rule_of
from messaging.services.outcomes import outcomes_apply
from messaging.services.pools import PoolPicker, pool_senders_keep, senders_kept
from messaging.services.preferences import preference_ended, preference_filled
from messaging.services.rows import Fate, rows_store, tally_accepted
from messaging.wording.values import RefusedValueError, ValueProblem
from routing.engine import Rate
from routing.network_texts import NetworkText
from routing.selectors.numbers import NumberFact, numbers_known


@dataclass(frozen=True, slots=True)
class Recipient:
    """A contact as the release sees it; `values` by slot. `language` chooses the wording, `zone`
    is the contact's own time zone."""

    contact_id: int
    msisdn: str
    country: str
    values: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """What is released: one approved version from one sender, useful until `not_after`.

    `priority`: whose message takes the place of whose, where a person may get only so many.
    """

    account_id: int
    campaign_id: int | None
    template_version_id: int
    sender_id: int
    not_after: datetime | None = None
    priority: int = Priority.NORMAL.value
    pool_id: int = 0  # its senders stand in for `sender_id`


@dataclass(slots=True)
class Assessment:
    """What would happen, or happened, to one recipient.

    `outcome`: released or excluded (with `reason`: a FailureReason, or missing_value,
    value_not_allowed, value_refused, too_long, number_absent, no_price, too_long_there, characters_refused;
    `detail` names the slot, with the code of a refused value behind a colon, or the network, or
    the campaigns whose messages the person has had instead, with commas between). `taken_from`:
    the campaigns from which the message takes a place (None: a message of no campaign).
    `due_at`: when it may leave, where that is later. `billed_segments`: with what the network
    adds. `stand_in`: (sender asked for, `sender` instead, cause) where the account's rule names
    another one. `cost_micros` in the currency of `carrier_id`, for those who may see it; 0
    without a route yet.
    """

    contact_id: int
    msisdn: str
    outcome: str
    reason: str = ""
    detail: str = ""
    segment_count: int = 0
    billed_segments: int = 0
    encoding: str = ""
    price_micros: int = 0
    network_id: int | None = None
    due_at: datetime | None = None
    text: str = ""
    message_id: uuid.UUID | None = None
    taken_from: tuple[int | None, ...] = ()
    sender: str = ""
    stand_in: tuple[str, str, str] | None = None
    carrier_id: int = 0
    cost_micros: int = 0


RELEASED, EXCLUDED = "released", "excluded"
_MOST_NAMED = 9  # campaigns in an assessment's detail


def recipients_assess(
    snapshot: Snapshot, release: Release, recipients: Sequence[Recipient], *, now: datetime
) -> list[Assessment]:
    """What each recipient would get, in order, without storing anything."""
    assessed, _losses = _assess(snapshot, release, recipients, now, keep=False)
    return [assessment for assessment, _pair in assessed]


def recipients_release(
    snapshot: Snapshot, release: Release, recipients: Sequence[Recipient], *, now: datetime
) -> list[Assessment]:
    """Stores the messages of a slice in the caller's transaction and says what became of each
    recipient, in order. The caller keeps the audience ledger, so that nobody is released twice.

    Raises CreditExhaustedError where the account cannot pay for the slice: nothing of it may be
    kept then, and a smaller one may still be covered.
    """
    assessed, losses = _assess(snapshot, release, recipients, now, keep=True)
    pairs = [pair for _assessment, pair in assessed if pair is not None]
    if pairs:
        rows_store(pairs, now=now, rules_version=snapshot.version)
        if release.pool_id:
            pool_senders_keep(snapshot, [draft for draft, _fate in pairs])
        if release.campaign_id is not None:
            tally_accepted(release.campaign_id, [draft for draft, _fate in pairs])
        credit_take([draft for draft, _fate in pairs], now)
    if losses:
        with connection.cursor() as cursor:
            outcomes_apply(cursor, losses_take(cursor, losses, now))
    return [assessment for assessment, _pair in assessed]


def _assess(
    snapshot: Snapshot,
    release: Release,
    recipients: Sequence[Recipient],
    now: datetime,
    *,
    keep: bool,
) -> tuple[list[tuple[Assessment, tuple[Draft, Fate] | None]], list[Loss]]:
    msisdns = [recipient.msisdn for recipient in recipients]
    slice_ = _Slice(snapshot, release, now, msisdns)
    known = numbers_known(msisdns)
    drafted = [slice_.draft(recipient, known.get(recipient.msisdn)) for recipient in recipients]
    cases = [case_of(draft) for draft in drafted if isinstance(draft, Draft)]
    if keep:
        with connection.cursor() as cursor:
            found, losses = cases_reserve(cursor, snapshot, cases, now)
    else:
        found, losses = cases_decide(snapshot, cases, now), []
    verdicts = iter(found)
    assessed = [
        (draft, None) if isinstance(draft, Assessment) else _settle(snapshot, draft, next(verdicts))
        for draft in drafted
    ]
    return assessed, losses


class _Slice:
    """What all recipients of a release share."""

    def __init__(
        self, snapshot: Snapshot, release: Release, now: datetime, msisdns: Sequence[str]
    ) -> None:
        self._snapshot, self._release = snapshot, release
        self._account = snapshot.accounts[release.account_id]
        self._sender: SenderCard | None = snapshot.senders.get(release.sender_id)
        self._text: ApprovedText | None = snapshot.texts.get(release.template_version_id)
        self._prices: dict[tuple[str, int | None, int], Rate | None] = {}
        self._picker: PoolPicker | None = None
        self._kept: Mapping[str, int] = {}
        pool = snapshot.stand_ins.pools.get(release.pool_id)
        if pool is not None and self._text is not None:
            self._picker = PoolPicker(snapshot, pool, self._text.message_class, now)
            self._kept = senders_kept(pool, msisdns, snapshot.day)

    def draft(self, recipient: Recipient, fact: NumberFact | None) -> Draft | Assessment:
        if self._text is None:
            return _excluded(recipient, "template_withdrawn")
        sender = self._sender if self._picker is None else self._picked(recipient, fact)
        if sender is None:
            return _excluded(recipient, "sender_not_allowed")
        try:
            text = self._rendered(self._text, sender, recipient)
        except RefusedValueError as error:
            return _refused(recipient, error.problem)
        count = segmentation.segment_count(text)
        if count.segment_count > MAX_SEGMENTS:
            return _excluded(recipient, "too_long")
        return self._priced(recipient, fact, text, count, self._text, sender)

    def _picked(self, recipient: Recipient, fact: NumberFact | None) -> SenderCard | None:
        """The sender of the pool that writes to this person."""
        assert self._picker is not None
        hint = self._snapshot.numbers.network_of(recipient.msisdn, recipient.country, fact)
        return self._picker.pick(
            country=recipient.country,
            network_id=hint.network_id,
            spread=recipient.contact_id,
            kept=self._kept.get(recipient.msisdn),
        )

    def _rendered(self, approved: ApprovedText, sender: SenderCard, recipient: Recipient) -> str:
        """With the person's own link, where the wording or the account wants one."""
        values = preference_filled(approved, recipient.values, recipient.msisdn)
        text = approved.wordings.choose(recipient.language).render(values)
        return preference_ended(self._account, sender, approved, text, recipient.msisdn)

    def _priced(
        self,
        recipient: Recipient,
        fact: NumberFact | None,
        text: str,
        count: segmentation.SegmentCount,
        approved: ApprovedText,
        sender: SenderCard,
    ) -> Draft | Assessment:
        hint = self._snapshot.numbers.network_of(recipient.msisdn, recipient.country, fact)
        if hint.is_absent and self._refuses_absent(recipient.country):
            return _excluded(recipient, "number_absent")
        rule = rule_of(self._snapshot, hint.network_id, approved.message_class)
        counted = count_widened(rule, text, count)
        if rule is not None:
            refusal = _refusal(rule, text, counted)
            if refusal:
                return _excluded(recipient, refusal, rule.network_name)
        rate = self._rate(recipient.country, hint.network_id, approved.message_class, sender.id)
        if rate is None:
            return _excluded(recipient, "no_price")
        return Draft(
            id=uuid7(),
            account_id=self._release.account_id,
            advertiser_id=approved.advertiser_id,
            sender=sender,
            message_class=approved.message_class,
            msisdn=recipient.msisdn,
            country=recipient.country,
            text=text,
            encoding=count.encoding,
            segment_count=count.segment_count,
            currency=self._account.currency,
            origin=Origin.CAMPAIGN.value,
            template_version_id=approved.version_id,
            campaign_id=self._release.campaign_id,
            contact_id=recipient.contact_id,
            network_id=hint.network_id,
            network_source=hint.source,
            price_micros=rate.amount_micros * counted.billed_segments,
            charge_terms=rate.charge_terms,
            not_after=self._release.not_after,
            billed_segments=counted.billed_column,
            recipient_zone=recipient.zone or None,
            priority=self._release.priority,
            pool_id=self._release.pool_id,
        )

    def _refuses_absent(self, country: str) -> bool:
        assert self._text is not None
        rule = self._snapshot.numbers.ask_rule(country, self._text.message_class)
        return rule is not None and rule.refuses_absent

    def _rate(
        self, country: str, network_id: int | None, message_class: str, sender_id: int
    ) -> Rate | None:
        key = (country, network_id, sender_id)
        if key not in self._prices:
            self._prices[key] = self._snapshot.routing.price_rate(
                self._account.id, country, network_id, message_class, sender_id
            )
        return self._prices[key]


def _refused(recipient: Recipient, problem: ValueProblem) -> Assessment:
    """A recipient whose value a slot does not take."""
    if problem.code == "missing":
        return _excluded(recipient, "missing_value", problem.slot)
    reason = "value_not_allowed" if problem.code == "not_sendable" else "value_refused"
    return _excluded(recipient, reason, f"{problem.slot}:{problem.code}")


def _refusal(rule: NetworkText, text: str, counted: Counted) -> str:
    """Why the network would not carry the text, "" where it would."""
    if is_too_long(rule, counted):
        return "too_long_there"
    if rule.refuses_certainly and characters_refused(rule, text) is not None:
        return "characters_refused"
    return ""


def _excluded(recipient: Recipient, reason: str, detail: str = "") -> Assessment:
    return Assessment(recipient.contact_id, recipient.msisdn, EXCLUDED, reason, detail)


def _settle(
    snapshot: Snapshot, draft: Draft, verdict: Verdict
) -> tuple[Assessment, tuple[Draft, Fate] | None]:
    if verdict.sender_id:
        draft.sender = snapshot.senders[verdict.sender_id]
    assessment = Assessment(
        draft.contact_id or 0,
        draft.msisdn,
        RELEASED,
        segment_count=draft.segment_count,
        billed_segments=draft.billed_segments or draft.segment_count,
        encoding=draft.encoding,
        price_micros=draft.price_micros,
        network_id=draft.network_id,
        due_at=verdict.due_at,
        text=draft.text,
        message_id=draft.id,
        taken_from=verdict.taken_from,
        sender=draft.sender.address,
        stand_in=_stand_in(verdict),
        carrier_id=verdict.carrier_id,
        cost_micros=verdict.cost_micros,
    )
    if verdict.action == "end":
        assessment.outcome, assessment.reason = EXCLUDED, verdict.reason
        if verdict.reason == FailureReason.TEMPLATE_NOT_REGISTERED and verdict.decision:
            assessment.detail = verdict.decision["network"]
        elif verdict.holders:
            assessment.detail = _campaigns(verdict.holders)
        assessment.message_id = None
        return assessment, None
    return assessment, (draft, _fate(verdict))


def _stand_in(verdict: Verdict) -> tuple[str, str, str] | None:
    told = verdict.decision.get("fallback") if verdict.sender_id and verdict.decision else None
    return (told["from"], told["to"], told["cause"]) if told else None


def _campaigns(holders: Sequence[int | None]) -> str:
    """At most so many that they fit into the audience's ledger."""
    return ",".join(str(one) for one in holders[:_MOST_NAMED] if one is not None)


def _fate(verdict: Verdict) -> Fate:
    if verdict.action == "wait":
        return Fate(
            MessageStatus.SCHEDULED.value,
            due_at=verdict.due_at,
            reason=verdict.reason,
            decision=verdict.decision,
        )
    return Fate(
        MessageStatus.QUEUED.value,
        carrier_id=verdict.carrier_id,
        cost_micros=verdict.cost_micros,
        decision=verdict.decision,
        not_after=verdict.not_after,
    )
