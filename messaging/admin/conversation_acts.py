"""What people do with a conversation beside answering: one address, the button says what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compliance.models import User
from compliance.selectors.access import people_of
from config.common.console.actors import actor_of
from config.common.console.confirmation import object_or_404
from config.common.errors import DomainError, InvalidError
from messaging.admin.conversation_box import given_in
from messaging.admin.labels import change_page
from messaging.models import Conversation
from messaging.services.conversations import (
    conversation_assign,
    conversation_close,
    conversation_note_add,
    conversation_reopen,
    conversation_unread,
)
from messaging.services.conversations.records import HANDLE

_LIST = "admin:messaging_conversation_changelist"
_MOST_UNREAD = 2**31


def act_page(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Does what the pressed button says and goes back; what is refused is said above the page."""
    talk: Conversation = object_or_404(admin, request, object_id, "handle")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    here = change_page("messaging.conversation", talk.pk)
    given = given_in(request.POST)
    act = _ACTS.get(given.get("act", ""))
    if act is None:
        messages.error(request, _("The page does not know this button: load it again."))
        return HttpResponseRedirect(here)
    try:
        said, address = act(Asked(talk, actor_of(request), given))
    except DomainError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(here)
    messages.success(request, said)
    return HttpResponseRedirect(address or here)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who pressed a button about which conversation, and what the form says."""

    talk: Conversation
    actor: User
    given: Mapping[str, str]


# What is said, and where to go; "" is the conversation.
Done = tuple[Any, str]


def _take(asked: Asked) -> Done:
    conversation_assign(conversation=asked.talk, to=asked.actor, actor=asked.actor)
    return _("It is yours."), ""


def _assign(asked: Asked) -> Done:
    name = asked.given.get("assignee", "")
    person = people_of(asked.talk.account_id, HANDLE).filter(username=name).first()
    if person is None:
        raise InvalidError(
            "not_of_account",
            _("Choose somebody of the account who takes care of conversations."),
            field="assignee",
        )
    conversation_assign(conversation=asked.talk, to=person, actor=asked.actor)
    return _("Assigned to %(person)s.") % {"person": person.get_username()}, ""


def _unassign(asked: Asked) -> Done:
    conversation_assign(conversation=asked.talk, to=None, actor=asked.actor)
    return _("It is assigned to nobody."), ""


def _close(asked: Asked) -> Done:
    seen = asked.given.get("seen", "")
    is_count = seen.isascii() and seen.isdecimal() and int(seen) < _MOST_UNREAD
    conversation_close(
        conversation=asked.talk, actor=asked.actor, seen=int(seen) if is_count else 0
    )
    return _("Closed. It opens again when the person writes, or by “Open again”."), ""


def _reopen(asked: Asked) -> Done:
    conversation_reopen(conversation=asked.talk, actor=asked.actor)
    return _("It is open again."), ""


def _unread(asked: Asked) -> Done:
    conversation_unread(conversation=asked.talk, actor=asked.actor)
    return _("Marked unread."), reverse(_LIST)


def _note(asked: Asked) -> Done:
    conversation_note_add(
        conversation=asked.talk, text=asked.given.get("note", ""), actor=asked.actor
    )
    return _("The note is kept. The person never sees it."), ""


_ACTS: Mapping[str, Callable[[Asked], Done]] = {
    "take": _take,
    "assign": _assign,
    "unassign": _unassign,
    "close": _close,
    "reopen": _reopen,
    "unread": _unread,
    "note": _note,
}
