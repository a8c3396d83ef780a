"""An account's conversations as pages, and one of them by its id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from compliance.models import Account
from config.common import clock
from config.common.errors import NotFoundError
from messaging.constants import ConversationState
from messaging.models import Conversation
from messaging.selectors.number_page import ContactCard, contacts_of

COUNTED_AT_MOST: Final = 999
# In the order of the links; the closed ones are not counted: there are more every day.
BOXES: Final = ("open", "waiting", "overdue", "mine", "unassigned", "closed")


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """Conditions on a list; all that are given hold. `state`: open, closed or waiting;
    `assignee`: a user name, "" for nobody; `sender` an address as stored."""

    state: str | None = None
    assignee: str | None = None
    unread: bool | None = None
    msisdn: str | None = None
    sender: str | None = None


def conversation_get(account: Account, conversation_id: UUID) -> Conversation:
    """The account's conversation. Raises NotFoundError, for another account's too."""
    found = _related(Conversation.objects.filter(account=account, pk=conversation_id)).first()
    if found is None:
        raise NotFoundError("conversation_not_found", _("There is no conversation with this id."))
    return found


def conversations_page(
    account: Account,
    wanted: ConversationFilter,
    *,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Conversation]:
    """Those last heard of before a place in the list, the latest first."""
    rows = _related(Conversation.objects.filter(_conditions(wanted), account=account))
    if before is not None:
        at, key = before
        rows = rows.filter(last_at__lte=at).filter(Q(last_at__lt=at) | Q(pk__lt=key))
    return list(rows.order_by("-last_at", "-pk")[:limit])


def _conditions(wanted: ConversationFilter) -> Q:
    found = Q()
    if wanted.state == "waiting":
        found &= Q(waiting_since__isnull=False)
    elif wanted.state is not None:
        found &= Q(state=wanted.state)
    if wanted.assignee is not None:
        found &= Q(assignee__username=wanted.assignee) if wanted.assignee else Q(assignee=None)
    if wanted.unread is not None:
        found &= Q(unread_count__gt=0) if wanted.unread else Q(unread_count=0)
    if wanted.msisdn is not None:
        found &= Q(msisdn=wanted.msisdn)
    if wanted.sender is not None:
        found &= Q(sender__address=wanted.sender)
    return found


def _related(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    return rows.select_related("account", "advertiser", "sender", "assignee")


def box_condition(box: str, user_id: int | None = None) -> Q:
    """The conversations of a box of the inbox: `overdue` are those past the account's limit, or
    handed to a person; `mine` are those of `user_id`."""
    is_open = Q(state=ConversationState.OPEN)
    is_late = Q(due_at__lte=clock.now()) | Q(escalated_at__isnull=False)
    return {
        "waiting": Q(waiting_since__isnull=False),
        "overdue": is_open & is_late,
        "open": is_open,
        "mine": is_open & Q(assignee_id=user_id),
        "unassigned": is_open & Q(assignee=None),
        "closed": Q(state=ConversationState.CLOSED),
    }.get(box, is_open)


def box_counts(
    rows: QuerySet[Conversation], boxes: Iterable[str], user_id: int | None = None
) -> dict[str, int]:
    """How many each box holds, counted no further than anybody reads."""
    return {
        box: rows.filter(box_condition(box, user_id)).order_by()[: COUNTED_AT_MOST + 1].count()
        for box in boxes
    }


def others_of(conversation: Conversation) -> list[Conversation]:
    """What the same person says to other brands of the account."""
    rows = Conversation.objects.filter(
        account_id=conversation.account_id, msisdn=conversation.msisdn
    ).exclude(pk=conversation.pk)
    return list(_related(rows).order_by("-last_at")[:10])


def contact_of(conversation: Conversation) -> ContactCard | None:
    """Who it is, where the app that keeps contacts knows."""
    return next(iter(contacts_of(conversation.account_id, conversation.msisdn)), None)
