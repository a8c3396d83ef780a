"""A conversation's page: what was said, like a chat; the answer box; who takes care of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.numbers import to_display
from compliance.selectors.access import people_of
from config.common.console.actors import actor_of
from config.common.console.confirmation import object_or_404
from config.common.console.labels import label
from messaging.admin.conversation_box import Box, box_of, given_in
from messaging.admin.conversation_lines import Line, lines_of
from messaging.admin.conversation_signs import duration, waiting_label
from messaging.admin.labels import ago, change_page, moment
from messaging.admin.number_page import number_address
from messaging.constants import ConversationState, WaitEnd
from messaging.models import Conversation
from messaging.selectors.conversation_list import contact_of, others_of
from messaging.selectors.conversation_timeline import Mark, timeline
from messaging.selectors.response_times import waits_of
from messaging.services.conversations import conversation_read
from messaging.services.conversations.records import HANDLE, REPLY, last_answer

_SHOWN_ENTRIES = 50
_REFRESH_SECONDS = 4


def talk_page(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """The page; for whoever takes care of conversations, opening it is reading it."""
    talk: Conversation = object_or_404(admin, request, object_id, "view")
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if talk.unread_count and request.method == "GET" and request.user.has_perm(HANDLE, talk):
        conversation_read(conversation=talk, actor=actor_of(request))
        talk.refresh_from_db(fields=["unread_count"])
    return talk_response(admin, request, talk, box_of(talk, given_in(request.GET)))


def talk_response(admin: Any, request: HttpRequest, talk: Conversation, box: Box) -> HttpResponse:
    """The page with an answer box as it was filled."""
    context = {
        **admin.admin_site.each_context(request),
        **_feed(request, talk, before=_mark(request.GET.get("before", ""))),
        "title": to_display(talk.msisdn),
        "opts": admin.opts,
        "original": talk,
        "box": box,
        "may_reply": request.user.has_perm(REPLY, talk),
        "may_handle": request.user.has_perm(HANDLE, talk),
        "refresh_seconds": _REFRESH_SECONDS,
        "feed_address": _feed_address(talk, box.version),
        "facts": _facts(request, talk),
        "waits": _waits(talk),
        "others": [(one, change_page("messaging.conversation", one.pk)) for one in others_of(talk)],
        "colleagues": list(people_of(talk.account_id, HANDLE)),
        "is_mine": talk.assignee_id == request.user.pk,
        "is_open": talk.state == ConversationState.OPEN,
        "list_address": reverse("admin:messaging_conversation_changelist"),
        "media": admin.media,
    }
    return TemplateResponse(request, "admin/messaging/conversation/page.html", context)


def feed_page(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """What was said, alone, for the page that keeps it fresh. `?version=` is what the answer box
    knows: it is told when somebody has answered since."""
    talk: Conversation = object_or_404(admin, request, object_id, "view")
    version = request.GET.get("version", "")
    context = _feed(request, talk, before=None)
    if version.isascii() and version.isdecimal() and int(version) < talk.version:
        last = last_answer(talk.pk)
        context["answered_by"] = last.by.get_username() if last and last.by else _("Somebody")
    response = TemplateResponse(request, "admin/messaging/conversation/feed.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _feed(request: HttpRequest, talk: Conversation, *, before: Mark | None) -> dict[str, Any]:
    entries = timeline(talk, before=before, limit=_SHOWN_ENTRIES + 1)
    shown = entries[:_SHOWN_ENTRIES]
    earlier = ""
    if len(entries) > _SHOWN_ENTRIES:
        earlier = f"{change_page('messaging.conversation', talk.pk)}?" + urlencode(
            {"before": str(shown[-1].mark)}
        )
    lines: list[Line] = lines_of(shown, may=lambda name: request.user.has_perm(name, talk.account))
    return {
        "talk": talk,
        "lines": lines,
        "earlier": earlier,
        "is_past": before is not None,
        "waiting": waiting_label(talk),
        "due": _due(talk),
        "state": label(talk.get_state_display(), "" if talk.closed_at else "info"),
    }


def _due(talk: Conversation) -> str:
    if talk.due_at is None:
        return ""
    return _("To be answered by %(time)s") % {"time": moment(talk.due_at)}


def _feed_address(talk: Conversation, version: int) -> str:
    address = reverse("admin:messaging_conversation_feed", args=[talk.pk])
    return f"{address}?version={version}"


def _mark(text: str) -> Mark | None:
    """The newest page for what is no mark of a timeline."""
    try:
        mark = Mark.parse(text)
        is_number = mark.key.isascii() and mark.key.isdecimal() and int(mark.key) < 2**63
        return mark if is_number or UUID(mark.key) else None
    except ValueError:
        return None


def _facts(request: HttpRequest, talk: Conversation) -> list[tuple[str, str, str]]:
    """Name, value, and the address of the value's page ("" for none)."""
    user, account, contact = request.user, talk.account, contact_of(talk)
    may_look = user.has_perm("messaging.view_message", account)
    number = number_address(talk.msisdn, talk.account_id) if may_look else ""
    facts = [(_("Number"), to_display(talk.msisdn), number)]
    if contact is not None:
        may_see = user.has_perm("campaigns.view_contact", account)
        address = change_page(contact.label, contact.pk) if may_see else ""
        facts.append((_("Contact"), contact.name or "–", address))
        facts.append((_("Lists"), ", ".join(contact.lists) or "–", ""))
    return [
        *facts,
        (_("Advertiser"), talk.advertiser.name, ""),
        (_("Answers leave from"), talk.sender.address, ""),
        (_("Open since"), moment(talk.opened_at), ""),
        (_("Last heard of"), ago(talk.last_at), ""),
    ]


def _waits(talk: Conversation) -> list[Mapping[str, Any]]:
    """How soon the person was answered, each time."""
    return [
        {
            "since": wait.started_at,
            "took": duration(wait.took),
            "how": _how(wait.end, wait.by, wait.ended_at),
            "is_escalated": wait.is_escalated,
        }
        for wait in waits_of(talk)
    ]


def _how(end: str, by: str, ended_at: datetime | None) -> str:
    if ended_at is None:
        return _("still waiting")
    if end == WaitEnd.ANSWERED and by:
        return _("answered by %(person)s") % {"person": by}
    return str(WaitEnd(end).label).lower() if end in WaitEnd.values else end
