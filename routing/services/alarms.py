"""Saying in time that something of a sender ends: 60, 30, 14, 7 and 1 days before, and when it is
over, once each."""

from collections import defaultdict
from typing import Any

from django.db import transaction
from django.db.models import Q

from config.common import clock
from routing.constants import PaperKind
from routing.models import SenderNotice
from routing.news import EXPIRED, EXPIRING, tell
from routing.selectors.ends import Ending, endings

DAYS_BEFORE = (1, 7, 14, 30, 60)
_OVER = 0


def threshold_of(days_left: int) -> int | None:
    """The mark that a number of days has passed: 0 when it is over, None before the first one."""
    if days_left < 0:
        return _OVER
    return next((mark for mark in DAYS_BEFORE if days_left <= mark), None)


@transaction.atomic
def ends_announce() -> dict[str, int]:
    """One event per sender, day and mark for everything nobody was told of yet. A task calls it
    every hour; twice is harmless."""
    now = clock.now()
    groups: dict[tuple[Any, ...], list[Ending]] = defaultdict(list)
    for one, mark in _untold(endings(now.date())):
        groups[one.sender.account_id, one.sender.pk, one.kind, one.ends_on, mark].append(one)
    for account_id, _sender, _kind, _ends_on, mark in sorted(groups, key=str):
        those = groups[account_id, _sender, _kind, _ends_on, mark]
        tell(account_id, EXPIRED if mark == _OVER else EXPIRING, now, _told(those))
    return {"told": len(groups)}


def _untold(found: list[Ending]) -> list[tuple[Ending, int]]:
    """Those whose notice is new; a row of the table says that it was told."""
    wanted = {}
    for one in found:
        mark = threshold_of(one.days_left)
        if mark is not None:
            wanted[_key(one, mark)] = (one, mark)
    if not wanted:
        return []
    present = _present({key[0] for key in wanted})
    new = {key: pair for key, pair in wanted.items() if key not in present}
    now = clock.now()
    SenderNotice.objects.bulk_create(
        [
            SenderNotice(
                sender_id=sender_id,
                kind=kind,
                paper_id=paper_id,
                ends_on=ends_on,
                days_before=mark,
                told_at=now,
            )
            for sender_id, kind, paper_id, ends_on, mark in new
        ]
    )
    return list(new.values())


def _key(one: Ending, mark: int) -> tuple[Any, ...]:
    return one.sender.pk, str(one.kind), one.paper_id, one.ends_on, mark


def _present(sender_ids: set[int]) -> set[tuple[Any, ...]]:
    rows = SenderNotice.objects.filter(Q(sender__in=sender_ids))
    return set(rows.values_list("sender_id", "kind", "paper_id", "ends_on", "days_before"))


def _told(those: list[Ending]) -> dict[str, Any]:
    first = those[0]
    return {
        "sender": first.sender.address,
        "country": first.sender.country,
        "kind": str(first.kind),
        "ends_on": first.ends_on.isoformat(),
        "days_left": first.days_left,
        "registrations": [
            {"network": one.network_code, "class": one.message_class}
            for one in those
            if one.kind == PaperKind.REGISTRATION
        ],
    }
