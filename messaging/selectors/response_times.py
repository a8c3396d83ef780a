"""How long people wait for the first answer, in the account's opening hours, and who gives it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from config.common import clock
from messaging.constants import WaitEnd
from messaging.models import Conversation, ConversationWait, ResponseRule
from messaging.opening_hours import OpeningHours, days_of
from messaging.selectors.reports import period_check

REPORTED_DAYS: Final = 30
COUNTED_AT_MOST: Final = 50_000
_SLOW_SHARE: Final = 90
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Limit:
    """A rule as it is applied: minutes of opening hours."""

    hours: OpeningHours
    minutes: int


class Limits:
    """The rules of some accounts, read at once: a sender's own before its account's."""

    def __init__(self, account_ids: Collection[int]) -> None:
        rules = ResponseRule.objects.filter(account_id__in=account_ids).select_related("account")
        self._found = {
            (rule.account_id, rule.sender_id): Limit(hours_of(rule), rule.limit_minutes)
            for rule in rules
        }

    def of(self, account_id: int, sender_id: int) -> Limit | None:
        """What holds for a sender; None where no rule does."""
        own = self._found.get((account_id, sender_id))
        return own or self._found.get((account_id, None))

    def duration(
        self, account_id: int, sender_id: int, start: datetime, end: datetime
    ) -> timedelta:
        """The time from `start` to `end`, without the hours in which nobody is to answer."""
        limit = self.of(account_id, sender_id)
        return end - start if limit is None else limit.hours.between(start, end)


def hours_of(rule: ResponseRule) -> OpeningHours:
    """The rule's opening hours, in the account's zone where it names none."""
    return OpeningHours(rule.zone or rule.account.timezone, days_of(rule.hours))


@dataclass(frozen=True, slots=True)
class Waited:
    """One waiting that is over, or goes on (`ended_at` None)."""

    started_at: datetime
    ended_at: datetime | None
    end: str
    by: str
    took: timedelta
    is_escalated: bool


def waits_of(conversation: Conversation, *, limit: int = 5) -> list[Waited]:
    """How long the person waited, the latest first."""
    rows = ConversationWait.objects.filter(conversation=conversation)
    limits = Limits([conversation.account_id])
    now = clock.now()
    return [
        Waited(
            started_at=row.started_at,
            ended_at=row.ended_at,
            end=row.end,
            by=row.answered_by.get_username() if row.answered_by else "",
            took=limits.duration(
                row.account_id, row.sender_id, row.started_at, row.ended_at or now
            ),
            is_escalated=row.escalated_at is not None,
        )
        for row in rows.select_related("answered_by").order_by("-started_at", "-pk")[:limit]
    ]


def first_answers(conversations: Sequence[Conversation]) -> Mapping[UUID, timedelta]:
    """How long the latest first answer of a person took, by conversation."""
    rows = (
        ConversationWait.objects.filter(
            conversation__in=[one.pk for one in conversations], end=WaitEnd.ANSWERED
        )
        .order_by("conversation_id", "-started_at")
        .distinct("conversation_id")
        .values_list("conversation_id", "account_id", "sender_id", "started_at", "ended_at")
    )
    limits = Limits({one.account_id for one in conversations})
    return {
        key: limits.duration(account_id, sender_id, started_at, ended_at)
        for key, account_id, sender_id, started_at, ended_at in rows
        if key is not None and ended_at is not None
    }


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some waitings: those a person answered, with their median and 90th percentile; those
    within the limit of those that had one; and what ended otherwise or has not ended."""

    answered: int
    automatic: int
    unanswered: int
    waiting: int
    escalated: int
    median: timedelta | None
    slow: timedelta | None
    in_time: int
    limited: int

    @property
    def in_time_percent(self) -> int | None:
        """Of the waitings with a limit, rounded down; None where none had one."""
        return 100 * self.in_time // self.limited if self.limited else None

    @property
    def in_time_rate(self) -> float | None:
        """The same as a share, to four places."""
        return round(self.in_time / self.limited, 4) if self.limited else None


@dataclass(frozen=True, slots=True)
class Report:
    """Waitings that began since a day. `is_cut`: there were more than are counted, and the oldest
    are left out."""

    total: Figures
    by_day: Sequence[tuple[date, Figures]]
    by_person: Sequence[tuple[str, Figures]]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class _Wait:
    started_at: datetime
    end: str
    person: str
    took: timedelta
    is_late: bool | None
    is_escalated: bool


def response_report(
    account_ids: Collection[int],
    *,
    zone: str,
    period: tuple[date, date] | None = None,
    sender_ids: Collection[int] | None = None,
) -> Report:
    """Of waitings that began in the last 30 days, or on the days from the first of `period` to its
    last, by day in `zone` and by who answered; of these senders, or of all. Raises InvalidError of
    a period that is none."""
    now = clock.now()
    rows = ConversationWait.objects.filter(account_id__in=account_ids)
    if period is None:
        rows = rows.filter(started_at__gte=now - timedelta(days=REPORTED_DAYS))
    else:
        period_check(*period)
        begins, ends = (midnight(day, zone) for day in (period[0], period[1] + timedelta(days=1)))
        rows = rows.filter(started_at__gte=begins, started_at__lt=ends)
    if sender_ids is not None:
        rows = rows.filter(sender_id__in=sender_ids)
    rows = rows.order_by("-started_at")
    found = list(
        rows.values_list(
            "account_id",
            "sender_id",
            "started_at",
            "ended_at",
            "end",
            "answered_by__username",
            "escalated_at",
        )[: COUNTED_AT_MOST + 1]
    )
    limits = Limits(account_ids)
    waits = [_wait(limits, row, now) for row in found[:COUNTED_AT_MOST]]
    local = ZoneInfo(zone)
    days_found = _grouped(waits, lambda one: one.started_at.astimezone(local).date())
    people = _grouped([one for one in waits if one.person], lambda one: one.person)
    return Report(
        total=_figures(waits),
        by_day=[(day, _figures(days_found[day])) for day in sorted(days_found, reverse=True)],
        by_person=sorted(
            ((name, _figures(rows)) for name, rows in people.items()),
            key=lambda pair: (-pair[1].answered, pair[0]),
        ),
        is_cut=len(found) > COUNTED_AT_MOST,
    )


def midnight(day: date, zone: str) -> datetime:
    """When a day begins there."""
    return datetime.combine(day, time.min, ZoneInfo(zone))


def _wait(limits: Limits, row: tuple[object, ...], now: datetime) -> _Wait:
    account_id, sender_id, started_at, ended_at, end, person, escalated_at = row
    assert isinstance(account_id, int)
    assert isinstance(sender_id, int)
    assert isinstance(started_at, datetime)
    until = ended_at if isinstance(ended_at, datetime) else now
    took = limits.duration(account_id, sender_id, started_at, until)
    limit = limits.of(account_id, sender_id)
    is_late = None if limit is None else took > timedelta(minutes=limit.minutes)
    # Whoever still waits within the limit is neither answered in time nor late.
    is_undecided = ended_at is None and not is_late
    return _Wait(
        started_at=started_at,
        end=str(end),
        person=str(person or ""),
        took=took,
        is_late=None if is_undecided else is_late,
        is_escalated=escalated_at is not None,
    )


def _grouped(waits: Iterable[_Wait], key: Callable[[_Wait], Key]) -> dict[Key, list[_Wait]]:
    groups: dict[Key, list[_Wait]] = defaultdict(list)
    for one in waits:
        groups[key(one)].append(one)
    return groups


def _figures(waits: Sequence[_Wait]) -> Figures:
    took = sorted(one.took for one in waits if one.end == WaitEnd.ANSWERED)
    limited = [one for one in waits if one.is_late is not None and one.end != WaitEnd.AUTOMATIC]
    return Figures(
        answered=len(took),
        automatic=sum(one.end == WaitEnd.AUTOMATIC for one in waits),
        unanswered=sum(one.end == WaitEnd.CLOSED for one in waits),
        waiting=sum(not one.end for one in waits),
        escalated=sum(one.is_escalated for one in waits),
        median=_median(took),
        slow=percentile(took, _SLOW_SHARE),
        in_time=sum(one.end == WaitEnd.ANSWERED and not one.is_late for one in limited),
        limited=len(limited),
    )


def _median(took: Sequence[timedelta]) -> timedelta | None:
    if not took:
        return None
    return timedelta(seconds=median(one.total_seconds() for one in took))


def percentile(ordered: Sequence[timedelta], percent: int) -> timedelta | None:
    """The shortest time within which so many per cent were answered (nearest rank)."""
    if not ordered:
        return None
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(rank, 1) - 1]
