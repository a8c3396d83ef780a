"""A trial from its start to its result: slice by slice in a worker, counted as it goes."""

import uuid
from datetime import timedelta
from typing import Any, Final

from django.db import transaction

from compliance.models import Account, AccountRule, RuleException, RulePackVersion, User
from config.common import audit, clock, redaction
from config.common.ids import uuid7_floor
from config.common.queue import enqueue
from messaging.models import PolicyTrial
from messaging.selectors.snapshot import snapshots
from messaging.services.trial_life import (
    trial_alone_check,
    trial_days_check,
    trial_keep,
    trial_run,
    trial_stop,
    trials_take_up,
)
from messaging.services.trials.candidates import Candidate, subject_country
from messaging.services.trials.excluded import excluded_slices
from messaging.services.trials.judging import ALLOWED, BLOCKED, DELAYED, Change, Trier
from messaging.services.trials.past import messages_count, messages_slice

CHANGES: Final = (BLOCKED, DELAYED, ALLOWED)
_SLICE: Final = 2_000
_SAMPLES: Final = 25  # per change


@transaction.atomic
def trial_start(
    *,
    account: Account | None,
    version: RulePackVersion | None = None,
    account_rule: AccountRule | None = None,
    exception: RuleException | None = None,
    days: int,
    as_of: Any = None,
    actor: User | None,
) -> PolicyTrial:
    """Has a worker hold the subject against the account's messages (None: everybody's) of the
    last `days`. Raises InvalidError naming the field, ConflictError while the same trial runs."""
    trial_days_check(days)
    owner = account_rule or exception
    if owner is not None:
        account = owner.account
    now = clock.now()
    subject = {"version": version, "account_rule": account_rule, "exception": exception}
    trial_alone_check(PolicyTrial, account=account, **subject)
    trial = PolicyTrial(
        account=account,
        **subject,
        days=days,
        as_of=as_of,
        first_at=now - timedelta(days=days),
        last_at=now,
        started_by=actor,
        started_at=now,
        progress_at=now,
    )
    trial.messages = messages_count(
        _accounts(trial), subject_country(trial), trial.first_at, trial.last_at
    )
    trial.save()
    audit.record(
        action="rules.tried",
        actor=actor,
        account_id=account.pk if account else None,
        subject=f"policytrial:{trial.pk}",
        detail={"subject": str(trial), "days": days, "messages": trial.messages},
    )
    enqueue("messaging.tasks.run_trial", trial.pk)
    return trial


@transaction.atomic
def trial_cancel(*, trial: PolicyTrial, actor: User | None) -> None:
    """Stops a running trial; what it found so far stays. Raises ConflictError where it is over."""
    trial_stop(trial)
    audit.record(
        action="rules.trial_canceled",
        actor=actor,
        account_id=trial.account_id,
        subject=f"policytrial:{trial.pk}",
    )


def trials_resume() -> int:
    """Has a worker take up trials that another one lost; how many."""
    return trials_take_up(PolicyTrial, "messaging.tasks.run_trial")


def trial_execute(trial_id: int) -> PolicyTrial:
    """Judges slice after slice, each one counted in a transaction; goes on where it stopped."""
    trial = PolicyTrial.objects.select_related(
        "version", "account_rule__account", "exception__account"
    ).get(pk=trial_id)
    trial_run(trial, lambda: _tried(trial))
    return trial


def _tried(trial: PolicyTrial) -> bool:
    """False where somebody has canceled it."""
    snapshot = snapshots.current()
    candidate = Candidate(trial, snapshot, clock.now())
    trier = Trier(snapshot, candidate)
    return all(
        _account_tried(trial, trier, account_id, candidate.country)
        for account_id in _accounts(trial)
        if account_id >= trial.position_account
    )


def _account_tried(trial: PolicyTrial, trier: Trier, account_id: int, country: str) -> bool:
    """Judges one account's messages; False where somebody has canceled the trial."""
    is_same = account_id == trial.position_account
    after = (trial.position if is_same else None) or uuid7_floor(trial.first_at)
    while True:
        messages = messages_slice(account_id, country, after, trial.last_at, _SLICE)
        for change in trier.changes(messages):
            _count(trial, change)
        if messages:
            after = messages[-1].id
        if not _save(trial, account_id, after, len(messages)):
            return False
        if len(messages) < _SLICE:
            break
    # Counted and kept at once, so that a run taken up again counts nobody twice.
    people = 0
    for excluded in excluded_slices(account_id, country, trial.first_at, trial.last_at):
        people += len(excluded)
        for change in trier.changes(excluded):
            _count(trial, change)
    return _save(trial, account_id + 1, None, people)


def _count(trial: PolicyTrial, change: Change) -> None:
    """One changed message into the totals, its campaign, its rules, and perhaps the samples."""
    name = change.change
    trial.totals[name] = trial.totals.get(name, 0) + 1
    campaign = trial.campaigns.setdefault(str(change.message.campaign_id or 0), {})
    campaign[name] = campaign.get(name, 0) + 1
    for rule_id in change.rule_ids:
        rule = trial.rules.setdefault(rule_id, {})
        rule[name] = rule.get(name, 0) + 1
    is_person = change.message.status == "excluded"  # who was kept out of a campaign
    samples = trial.samples.setdefault(name, [])
    if len(samples) < _SAMPLES:
        samples.append(
            {
                "message": None if is_person else str(change.message.id),
                "number": redaction.msisdn(change.message.msisdn),
                "at": change.message.at.isoformat(),
                "campaign": change.message.campaign_id,
                "class": change.message.message_class,
                "was": change.message.status,
                "before": change.before.outcome,
                "until": change.after.until.isoformat() if change.after.until else None,
                "rules": list(change.rule_ids),
            }
        )


def _save(trial: PolicyTrial, account_id: int, position: uuid.UUID | None, judged: int) -> bool:
    """Keeps what was found, unless the trial was canceled meanwhile."""
    trial.position_account, trial.position = account_id, position
    trial.judged += judged
    return trial_keep(
        trial,
        position_account=account_id,
        position=position,
        judged=trial.judged,
        totals=trial.totals,
        campaigns=trial.campaigns,
        rules=trial.rules,
        samples=trial.samples,
        progress_at=clock.now(),
    )


def _accounts(trial: PolicyTrial) -> list[int]:
    if trial.account_id is not None:
        return [trial.account_id]
    return list(Account.objects.order_by("pk").values_list("pk", flat=True))
