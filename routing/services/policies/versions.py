"""The life of a version: drafted, changed, put in force now or at a time, brought back."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import User
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from routing.constants import PolicyState
from routing.models import RoutePolicy
from routing.services.policies.checks import policy_check
from routing.services.policies.copying import (
    TERMS,
    policies_lock,
    policy_copy,
    policy_locked,
    policy_note,
)

_DRAFT, _SCHEDULED = PolicyState.DRAFT.value, PolicyState.SCHEDULED.value
_ACTIVE, _RETIRED = PolicyState.ACTIVE.value, PolicyState.RETIRED.value


@transaction.atomic
def policy_draft(
    *, based_on: RoutePolicy | None = None, actor: User | None, note: str = ""
) -> RoutePolicy:
    """A draft that begins as a copy of another version, or of the one in force."""
    policies_lock()
    base = based_on or RoutePolicy.objects.in_force(clock.now())
    made = policy_copy(base, actor, note)
    policy_note("route_policy.drafted", made, actor, based_on=base.number if base else 0)
    return made


@transaction.atomic
def policy_change(*, policy: RoutePolicy, actor: User | None, **values: Any) -> RoutePolicy:
    """Another note or another way of sharing for a draft (`note`, `spread`, the weights).

    Raises ConflictError where it is no draft, InvalidError naming the field.
    """
    locked = policy_locked(policy, _DRAFT)
    unknown = values.keys() - {"note", *TERMS}
    if unknown:
        raise InvalidError(
            "route_policy_field", _("A version has no such field."), field=min(unknown)
        )
    for name, value in values.items():
        setattr(locked, name, value)
    locked.full_clean(exclude=["state"])
    locked.save()
    policy_note("route_policy.changed", locked, actor, fields=sorted(values))
    return locked


@transaction.atomic
def policy_discard(*, policy: RoutePolicy, actor: User | None) -> None:
    """Deletes a draft with its routes. Raises ConflictError where it is none, or others were made
    from it."""
    locked = policy_locked(policy, _DRAFT)
    if RoutePolicy.objects.filter(based_on=locked).exists():
        raise ConflictError(
            "route_policy_has_copies", _("Other versions were made from this one: it stays.")
        )
    policy_note("route_policy.discarded", locked, actor)
    locked.routes.all().delete()
    locked.delete()


@transaction.atomic
def policy_activate(
    *, policy: RoutePolicy, actor: User | None, despite_problems: bool = False
) -> RoutePolicy:
    """Puts a draft, or a version that waits for its time, in force at once.

    Raises ConflictError in another state, InvalidError where its check finds errors, unless they
    are accepted.
    """
    locked = policy_locked(policy, _DRAFT, _SCHEDULED)
    _require_sound(locked, despite_problems=despite_problems)
    return put_in_force(locked, actor)


@transaction.atomic
def policy_schedule(
    *,
    policy: RoutePolicy,
    at: datetime,
    actor: User | None,
    despite_problems: bool = False,
) -> RoutePolicy:
    """Has a draft come into force at a moment. Raises as `policy_activate`, and InvalidError
    (`at`) where the moment is over or another version begins then."""
    locked = policy_locked(policy, _DRAFT, _SCHEDULED)
    if at <= clock.now():
        raise InvalidError(
            "route_policy_time_over", _("This time is over: choose a later one."), field="at"
        )
    others = RoutePolicy.objects.exclude(pk=locked.pk)
    if others.filter(state=_SCHEDULED, active_from=at).exists():
        raise InvalidError(
            "route_policy_time_taken",
            _("Another version comes into force at this very moment: choose another time."),
            field="at",
        )
    _require_sound(locked, despite_problems=despite_problems)
    locked.state, locked.active_from, locked.activated_by = _SCHEDULED, at, actor
    locked.save()
    policy_note("route_policy.scheduled", locked, actor, at=at.isoformat())
    return locked


@transaction.atomic
def policy_unschedule(*, policy: RoutePolicy, actor: User | None) -> RoutePolicy:
    """Makes a version that waits for its time a draft again. Raises ConflictError where its time
    has come."""
    locked = policy_locked(policy, _SCHEDULED)
    locked.state, locked.active_from, locked.activated_by = _DRAFT, None, None
    locked.save()
    policy_note("route_policy.unscheduled", locked, actor)
    return locked


@transaction.atomic
def policy_undo(*, policy: RoutePolicy, actor: User | None, note: str = "") -> RoutePolicy:
    """Brings back a version that was in force: a copy of it comes into force at once, with a
    number of its own, so that the history reads straight on. Raises ConflictError where it was
    never in force, or is."""
    locked = policy_locked(policy, _RETIRED)
    said = note.strip() or str(_("Version %(number)s again") % {"number": locked.number})
    made = policy_copy(locked, actor, said)
    return put_in_force(made, actor, brought_back=locked.number)


def policies_settle() -> dict[str, int]:
    """Lets states follow the times, which decide without it; a change raises the configuration
    version, so what was queued by the version before is decided again."""
    now = clock.now()
    with transaction.atomic():
        if not _is_unsettled(now):
            return {"changed": 0}
        return {"changed": policies_lock()}


def put_in_force(policy: RoutePolicy, actor: User | None, **detail: Any) -> RoutePolicy:
    """Within the caller's transaction, which holds the lock: this version begins now."""
    now = clock.now()
    present = RoutePolicy.objects.in_force(now)
    if present is not None:
        present.state = _RETIRED
        present.save(update_fields=["state"])
    policy.state, policy.active_from, policy.activated_by = _ACTIVE, now, actor
    policy.save()
    policy_note("route_policy.activated", policy, actor, **detail)
    return policy


def _is_unsettled(now: datetime) -> bool:
    return RoutePolicy.objects.filter(state=_SCHEDULED, active_from__lte=now).exists()


def _require_sound(policy: RoutePolicy, *, despite_problems: bool) -> None:
    errors = [one for one in policy_check(policy) if one.is_error]
    if errors and not despite_problems:
        raise InvalidError(
            "route_policy_problems",
            _("%(count)d problems stop it: %(first)s Solve them, or accept them knowingly.")
            % {"count": len(errors), "first": errors[0].text},
            field="despite_problems",
        )
