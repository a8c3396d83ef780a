"""Sending what the answer box holds, or showing what it would be."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from config.common.console.actors import actor_of
from config.common.console.confirmation import object_or_404
from config.common.errors import DomainError
from messaging.admin.conversation_box import Box, box_of, given_in, look, request_of
from messaging.admin.conversation_page import talk_response
from messaging.admin.labels import change_page
from messaging.models import Conversation
from messaging.services.conversations import conversation_reply


def answer_page(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """`do=send` sends and goes back to the conversation; anything else shows what it would be,
    as a part of the page (`do=part`) or with all of it."""
    talk: Conversation = object_or_404(admin, request, object_id, "reply")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    box = box_of(talk, given_in(request.POST))
    if request.POST.get("do") == "part":
        return TemplateResponse(
            request, "admin/messaging/conversation/preview.html", {"looked": look(talk, box)}
        )
    if request.POST.get("do") == "send" and _sent(request, talk, box):
        return HttpResponseRedirect(change_page("messaging.conversation", talk.pk))
    talk.refresh_from_db()
    # What was seen on this page is seen: the next attempt is about the conversation as it is now.
    box.version = talk.version
    box.looked = look(talk, box)
    return talk_response(admin, request, talk, box)


def _sent(request: HttpRequest, talk: Conversation, box: Box) -> bool:
    wanted = request_of(box)
    if wanted is None or (box.is_free and not box.text.strip()):
        messages.error(request, _("Nothing was sent: choose a template or write something."))
        return False
    try:
        done = conversation_reply(
            conversation=talk,
            request=wanted,
            version=box.version,
            actor=actor_of(request),
            token=box.token,
        )
    except DomainError as error:
        messages.error(request, _("Nothing was sent. %(why)s") % {"why": error})
        return False
    if done.is_repeated:
        messages.info(request, _("This answer was sent before: it was not sent twice."))
    else:
        messages.success(request, _("The answer is on its way."))
    return True
