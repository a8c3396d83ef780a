"""When failures say that a number cannot be reached: counted in a row, by kind, within days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class BouncePolicy:
    """So many failures of a kind (`error_class`) in a row within days suppress the number for
    `ends_after_days` (None: until it is lifted). `errors` are receipt errors and answers of
    carriers that mean this kind whatever their usual meaning."""

    error_class: str
    threshold: int
    within_days: int
    ends_after_days: int | None
    purposes: tuple[str, ...]
    errors: frozenset[str] = frozenset()


class Outcome(NamedTuple):
    """How a message to the number ended: `delivered`, or a kind of failure."""

    at: datetime
    kind: str


class Bounce(NamedTuple):
    """The policy that is met, and how many failures meet it."""

    policy: BouncePolicy
    failures: int


def kind_of(
    kind: str,
    command_status: int | None,
    receipt_error: str,
    policies: Mapping[str, BouncePolicy],
) -> str:
    """The kind of a failure: that of the policy which names its error, else `kind`.

    An error is named as it stands in a receipt (`006`), an answer in hexadecimal (`0x0B`).
    """
    told = {receipt_error.strip().lower()} - {""}
    if command_status:
        told.add(f"0x{command_status:02x}")
    for policy in policies.values():
        if told & {error.lower() for error in policy.errors}:
            return policy.error_class
    return kind


def bounce_of(
    outcomes: Sequence[Outcome],
    policies: Mapping[str, BouncePolicy],
    lifted_at: datetime | None = None,
) -> Bounce | None:
    """The policy that a number's outcomes meet, the strictest first; None where they meet none.

    Only failures since the last delivery count, and since a suppression for such failures was
    lifted: who tried the number anew began anew. Outcomes may come in any order.
    """
    row = sorted(outcomes, key=lambda one: (one.at, one.kind == DELIVERED))
    failures: list[Outcome] = []
    for outcome in row:
        if outcome.kind == DELIVERED:
            failures.clear()
        elif lifted_at is None or outcome.at > lifted_at:
            failures.append(outcome)
    for policy in sorted(policies.values(), key=lambda one: (one.threshold, one.error_class)):
        counted = _counted(failures, policy)
        if counted >= policy.threshold:
            return Bounce(policy, counted)
    return None


def _counted(failures: Sequence[Outcome], policy: BouncePolicy) -> int:
    """Failures of the policy's kind within its days before the last of them."""
    times = [one.at for one in failures if one.kind == policy.error_class]
    if not times:
        return 0
    since = times[-1] - timedelta(days=policy.within_days)
    return sum(at > since for at in times)
