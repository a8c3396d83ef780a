"""A trial of routes from its start to its result: slice by slice in a worker."""

import uuid
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import User
from config.common import audit, clock
from config.common.errors import InvalidError
from config.common.ids import uuid7_floor
from config.common.queue import enqueue
from messaging.models import RouteTrial
from messaging.selectors.snapshot import snapshots
from messaging.services.route_trials.judging import RouteTrier
from messaging.services.route_trials.past import routed_count, routed_slice
from messaging.services.route_trials.sums import count, expect
from messaging.services.trial_life import (
    trial_alone_check,
    trial_days_check,
    trial_keep,
    trial_run,
    trial_stop,
    trials_take_up,
)
from routing.models import RoutePolicy

MOST_JUDGED: Final = 200_000
_SLICE: Final = 5_000


@transaction.atomic
def route_trial_start(
    *,
    policy: RoutePolicy,
    days: int,
    actor: User | None,
    campaign_id: int | None = None,
    against: RoutePolicy | None = None,
) -> RouteTrial:
    """Has a worker route the messages of the last `days` (or of a campaign in them) by a version
    and by another one (None: the one in force). More than 200,000 are sampled evenly.

    Raises InvalidError naming the field, ConflictError while the same trial runs.
    """
    trial_days_check(days)
    now = clock.now()
    beside = against or RoutePolicy.objects.in_force(now)
    if beside is None or beside.pk == policy.pk:
        raise InvalidError(
            "trial_same", _("Choose a version beside which this one is tried."), field="against"
        )
    shared = {"policy": policy, "against": beside, "campaign_id": campaign_id}
    trial_alone_check(RouteTrial, **shared)
    first = now - timedelta(days=days)
    messages = routed_count(uuid7_floor(first), now, campaign_id)
    if not messages:
        raise InvalidError(
            "trial_empty",
            _("No messages then: choose more days, or another campaign."),
            field="days" if campaign_id is None else "campaign_id",
        )
    trial = RouteTrial.objects.create(
        **shared,
        days=days,
        first_at=first,
        last_at=now,
        messages=messages,
        step=-(-messages // MOST_JUDGED),
        started_by=actor,
        started_at=now,
        progress_at=now,
    )
    _note("route_policy.tried", trial, actor)
    enqueue("messaging.tasks.run_route_trial", trial.pk)
    return trial


@transaction.atomic
def route_trial_cancel(*, trial: RouteTrial, actor: User | None) -> None:
    """Stops a running trial; what it found so far stays. Raises ConflictError where it is over."""
    trial_stop(trial)
    _note("route_policy.trial_canceled", trial, actor)


def route_trials_resume() -> int:
    """Has a worker take up trials that another one lost; how many."""
    return trials_take_up(RouteTrial, "messaging.tasks.run_route_trial")


def route_trial_execute(trial_id: int) -> RouteTrial:
    """Judges slice after slice, each kept with the place behind it; goes on where it stopped."""
    trial = RouteTrial.objects.select_related("policy", "against").get(pk=trial_id)
    trial_run(trial, lambda: _judged(trial))
    return trial


def _judged(trial: RouteTrial) -> bool:
    """False where somebody has canceled it."""
    snapshot = snapshots.current()
    trier = RouteTrier(snapshot, trial.against, trial.policy, trial.first_at, trial.last_at)
    first = uuid7_floor(trial.first_at)
    behind = trial.position or uuid.UUID(int=0)
    while True:
        slice_ = routed_slice(
            first, behind, trial.last_at, trial.campaign_id, step=trial.step, limit=_SLICE
        )
        for one in slice_:
            found = trier.ways(one)
            if found is not None:
                old, new, pair = found
                count(trial.results, one, (old, new), pair)
        trial.judged += len(slice_)
        behind = slice_[-1].id if slice_ else behind
        trial.results["expected"] = expect(trial.results, snapshot.routing.qualities)
        kept = trial_keep(
            trial,
            judged=trial.judged,
            position=behind,
            results=trial.results,
            progress_at=clock.now(),
        )
        if not kept:
            return False
        if len(slice_) < _SLICE:
            return True


def _note(action: str, trial: RouteTrial, actor: User | None) -> None:
    detail = {
        "version": trial.policy.number,
        "against": trial.against.number,
        "days": trial.days,
        "campaign": trial.campaign_id,
        "messages": trial.messages,
    }
    audit.record(action=action, actor=actor, subject=f"routetrial:{trial.pk}", detail=detail)
