"""Within which time an answer is owed: the sender's own rule, else the account's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.models import Account, User
from compliance.selectors.access import may
from config.common import audit
from config.common.errors import ConflictError, InvalidError
from config.common.zone_checks import zone_checked
from messaging.models import Conversation, ResponseRule
from messaging.opening_hours import HoursError, days_of
from messaging.selectors.response_times import hours_of
from messaging.services.templates.records import history_write
from routing.models import Sender

LONGEST_MINUTES = 30 * 24 * 60
_BATCH = 1_000
_WRONG: Mapping[str, Any] = {
    "seven_days": gettext_lazy("Give seven days, from Monday."),
    "never_open": gettext_lazy("Give the hours of at least one day, or none at all: always open."),
    "two_times": gettext_lazy("Give when the day opens and when it closes, or neither."),
    "closes_first": gettext_lazy("A day opens before it closes."),
    "no_time": gettext_lazy("Write times as 08:30; 24:00 is the end of the day."),
}


@dataclass(frozen=True, slots=True)
class ResponseLimit:
    """What somebody sets: see `ResponseRule`."""

    limit_minutes: int
    sender: Sender | None = None
    escalate_to: User | None = None
    zone: str = ""
    hours: list[Any] = field(default_factory=list)


def rule_of(account_id: int, sender_id: int) -> ResponseRule | None:
    """The rule for a sender: its own before the account's."""
    wanted = Q(sender_id=sender_id) | Q(sender=None)
    rules = ResponseRule.objects.filter(wanted, account_id=account_id)
    found = {rule.sender_id: rule for rule in rules.select_related("account", "escalate_to")}
    return found.get(sender_id) or found.get(None)


def hours_sentence(code: str) -> str:
    """What is wrong with opening hours, by the code of `HoursError`."""
    return str(_WRONG[code])


def due_at_of(conversation: Conversation) -> datetime | None:
    """By when the person is to be answered; None where no rule says so."""
    if conversation.waiting_since is None:
        return None
    rule = rule_of(conversation.account_id, conversation.sender_id)
    return due_at_by(rule, conversation.waiting_since)


def due_at_by(rule: ResponseRule | None, since: datetime) -> datetime | None:
    """By when a rule wants who waits since then to be answered."""
    return None if rule is None else hours_of(rule).deadline(since, rule.limit_minutes)


@transaction.atomic
def response_rule_save(
    *, rule: ResponseRule | None, account: Account, limit: ResponseLimit, actor: User
) -> ResponseRule:
    """Sets a rule and gives who waits now its time. Raises InvalidError of the field, or
    ConflictError where the sender has a rule already."""
    row = rule or ResponseRule(account=account)
    _checked(row, account, limit)
    row.sender, row.limit_minutes = limit.sender, limit.limit_minutes
    row.escalate_to, row.zone = limit.escalate_to, zone_checked(limit.zone, field="zone")
    row.hours = list(limit.hours)
    is_new = row.pk is None
    row.skip_history_when_saving = True  # type: ignore[attr-defined]
    row.save()
    history_write(row, actor, "created" if is_new else "changed", is_new=is_new)
    _record(row, actor, "response_rule.created" if is_new else "response_rule.changed")
    _deadlines_renew(account.pk)
    return row


@transaction.atomic
def response_rule_delete(*, rule: ResponseRule, actor: User) -> None:
    """Takes a rule away; who waits now waits by the account's, or without a limit."""
    account_id = rule.account_id
    _record(rule, actor, "response_rule.deleted")
    rule.delete()
    _deadlines_renew(account_id)


def _checked(row: ResponseRule, account: Account, limit: ResponseLimit) -> None:
    if not 1 <= limit.limit_minutes <= LONGEST_MINUTES:
        raise InvalidError(
            "limit_out_of_range",
            _("Give between 1 and %(most)d minutes.") % {"most": LONGEST_MINUTES},
            field="limit_minutes",
        )
    if limit.sender is not None and limit.sender.account_id != account.pk:
        raise InvalidError("unknown_sender", _("Choose one of the same account."), field="sender")
    if limit.escalate_to is not None:
        assignee_checked(account, limit.escalate_to, field="escalate_to")
    try:
        days_of(limit.hours)
    except HoursError as error:
        raise InvalidError(
            error.code, hours_sentence(error.code), field="hours", day=error.day
        ) from error
    others = ResponseRule.objects.filter(account=account, sender=limit.sender).exclude(pk=row.pk)
    if others.exists():
        raise ConflictError(
            "rule_exists", _("There is a rule for that already: change that one."), field="sender"
        )


def assignee_checked(account: Account, person: User, *, field: str) -> None:
    """Raises InvalidError where the person does not answer for the account."""
    probe = Conversation(account=account)
    if not person.is_active or not may(person, "messaging.handle_conversation", probe):
        raise InvalidError(
            "not_of_account",
            _("%(person)s takes no part in this account: choose somebody who does.")
            % {"person": person.get_username()},
            field=field,
        )


def _record(row: ResponseRule, actor: User, action: str) -> None:
    audit.record(
        action=action,
        actor=actor,
        account_id=row.account_id,
        subject=f"response_rule:{row.pk}",
        detail={
            "sender": row.sender.address if row.sender else None,
            "limit_minutes": row.limit_minutes,
            "escalate_to": row.escalate_to.get_username() if row.escalate_to else None,
            "zone": row.zone,
            "hours": row.hours,
        },
    )


def _deadlines_renew(account_id: int) -> None:
    """Who waits and is not escalated yet: by the rules as they are now."""
    rules = {
        rule.sender_id: rule
        for rule in ResponseRule.objects.filter(account_id=account_id).select_related("account")
    }
    hours = {key: hours_of(rule) for key, rule in rules.items()}
    waiting = Conversation.objects.filter(
        account_id=account_id, waiting_since__isnull=False, escalated_at=None
    ).order_by("pk")
    last = None
    while True:
        rows = waiting if last is None else waiting.filter(pk__gt=last)
        page = list(rows.select_for_update(no_key=True)[:_BATCH])
        for one in page:
            key = one.sender_id if one.sender_id in rules else None
            rule = rules.get(key)
            assert one.waiting_since is not None
            one.due_at = (
                hours[key].deadline(one.waiting_since, rule.limit_minutes) if rule else None
            )
        Conversation.objects.bulk_update(page, ["due_at"])
        if len(page) < _BATCH:
            return
        last = page[-1].pk
