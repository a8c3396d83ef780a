"""The customer's rules for what a message leaves from where its own sender fails: at most once,
and decided like any other message."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from compliance.constants import LANES
from messaging.constants import FailureReason
from messaging.selectors.snapshot import SenderCard, Snapshot
from messaging.services.decisions.cases import Case, Verdict
from messaging.services.decisions.rulings import Ruled
from messaging.services.elsewhere import REFUSED
from messaging.services.pools import PoolPicker
from messaging.services.preferences import preference_ended
from messaging.services.spreads import spread_of
from routing.constants import FallbackCause
from routing.selectors.pools import FallbackCard

_NO_ROUTE = frozenset({FailureReason.NO_ROUTE.value, FailureReason.REJECTED.value})


def fallback_cases(
    snapshot: Snapshot, case: Case, verdict: Verdict, ruled: Ruled | None, now: datetime
) -> Iterator[Case]:
    """The same message from the senders that the customer's rules name for what ended it, in
    their order; none where it changed its sender before, or was refused for what it says."""
    sender = snapshot.senders.get(case.sender_id)
    if sender is None or case.fallback is not None or case.kept_carrier_id is not None:
        return
    causes = _causes(case, verdict, ruled, sender)
    message_class = LANES[case.lane]
    tried = {sender.id}
    for cause in causes:
        for rule in snapshot.stand_ins.rules_for(
            case.account_id, sender.id, sender.kind, message_class, cause
        ):
            if cause == FallbackCause.ERROR and _status(case) not in rule.errors:
                continue
            other = _target(snapshot, rule, case, now)
            if other is None or other.id in tried or not _says_the_same(snapshot, case, other):
                continue
            tried.add(other.id)
            yield replace(
                case,
                sender_id=other.id,
                fallback={
                    "from": sender.address,
                    "to": other.address,
                    "cause": cause,
                    "rule": rule.id,
                },
            )


def storied(verdict: Verdict, case: Case) -> Verdict:
    """The verdict with what happened before it: a refusal elsewhere, another sender."""
    told = dict(verdict.decision or {})
    if case.before is not None:
        told["before"] = case.before
    if case.fallback is not None:
        told["fallback"] = case.fallback
        return verdict._replace(decision=told, sender_id=case.sender_id)
    return verdict._replace(decision=told)


def _causes(
    case: Case, verdict: Verdict, ruled: Ruled | None, sender: SenderCard
) -> tuple[str, ...]:
    """What of the sender ended the message; nothing where it was something else."""
    if not sender.is_usable:
        return (FallbackCause.UNAVAILABLE.value,)
    if verdict.reason in _NO_ROUTE:
        if case.before is None:
            return (FallbackCause.NO_ROUTE.value,)
        is_refused = case.before.get("why") == REFUSED
        return (FallbackCause.ERROR.value, FallbackCause.REFUSED.value) if is_refused else ()
    if verdict.reason == FailureReason.SENDER_NOT_ALLOWED and ruled is not None:
        codes = [finding.message_code for finding in ruled.ruling.blocking]
        if codes and all(code.startswith("sender_") for code in codes):
            return (FallbackCause.NOT_REGISTERED.value,)
    return ()


def _status(case: Case) -> int:
    return int((case.before or {}).get("status", -1))


def _target(snapshot: Snapshot, rule: FallbackCard, case: Case, now: datetime) -> SenderCard | None:
    """The rule's sender, or one of its pool; of the account, as everything it names."""
    found = snapshot.senders.get(rule.to_sender_id or 0)
    pool = snapshot.stand_ins.pools.get(rule.to_pool_id or 0)
    if pool is not None:
        found = PoolPicker(snapshot, pool, LANES[case.lane], now).pick(
            country=case.country,
            network_id=case.network_id,
            spread=spread_of(case.id, case.attempts),
        )
    return found if found is not None and found.account_id == case.account_id else None


def _says_the_same(snapshot: Snapshot, case: Case, other: SenderCard) -> bool:
    """Whether the text stays as it was counted and priced: a sender that takes no replies may
    need the person's own link at its end."""
    account = snapshot.accounts[case.account_id]
    approved = snapshot.texts.get(case.template_version_id or 0)
    if approved is None:
        return True
    ended = preference_ended(account, other, approved, "", case.msisdn).strip()
    return not ended or ended in case.text
