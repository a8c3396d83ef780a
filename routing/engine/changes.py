"""Which remembered plans outlive a change of what holds at the moment."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from routing.engine.decisions import Plan, PlanKey
from routing.engine.moments import Momentary

K = TypeVar("K")
V = TypeVar("V")
Touched = Mapping[str, set[tuple[int, int | None]]]  # by class: carriers at networks


def plans_kept(
    plans: Mapping[PlanKey, Plan], before: Momentary, after: Momentary
) -> dict[PlanKey, Plan]:
    """The plans that would come out the same at the later moment."""
    if before.orders != after.orders:
        return {}
    carriers = frozenset(key for key in _differing(before.carriers, after.carriers))
    touched = _touched(before, after)
    return {
        key: plan
        for key, plan in plans.items()
        if not (plan.carrier_ids & carriers) and not _is_touched(key, plan, touched)
    }


def _is_touched(key: PlanKey, plan: Plan, touched: Touched) -> bool:
    _prefix, network_id, _country, message_class = key[0][:4]
    there = touched.get(message_class)
    if not there:
        return False
    return any(
        (carrier, None) in there or (carrier, network_id) in there for carrier in plan.carrier_ids
    )


def _touched(before: Momentary, after: Momentary) -> Touched:
    found: dict[str, set[tuple[int, int | None]]] = {}
    for measured in (
        _differing(before.heats, after.heats),
        _differing(before.qualities, after.qualities),
    ):
        for carrier, network_id, message_class in measured:
            found.setdefault(message_class, set()).add((carrier, network_id))
    for carrier, message_class in _differing(before.waits, after.waits):
        found.setdefault(message_class, set()).add((carrier, None))
    return found


def _differing(before: Mapping[K, V], after: Mapping[K, V]) -> Iterator[K]:
    """Keys whose value changed, came or went."""
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key):
            yield key
