"""Words and colours of waiting, in the list and on a conversation's page alike."""

from datetime import timedelta

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from config.common import clock
from config.common.console.labels import label
from config.common.durations import since
from messaging.constants import ConversationState
from messaging.models import Conversation

_SOON = timedelta(minutes=15)


def waiting_label(obj: Conversation) -> SafeString | str:
    """How long the person has waited, red where it is too long already."""
    now = clock.now()
    if obj.waiting_since is None:
        is_closed = obj.state == ConversationState.CLOSED
        return label(gettext("Closed")) if is_closed else "–"
    waited = since(obj.waiting_since, now)
    if obj.escalated_at is not None:
        return label(gettext("%(time)s, escalated") % {"time": waited}, "danger")
    if obj.due_at is not None and obj.due_at <= now:
        return label(gettext("%(time)s, too long") % {"time": waited}, "danger")
    is_soon = obj.due_at is not None and obj.due_at - now < _SOON
    return label(waited, "warning" if is_soon else "info")


def duration(took: timedelta | None) -> str:
    """A time in its largest unit; a dash for none."""
    if took is None:
        return "–"
    start = clock.now()
    return since(start, start + took)
