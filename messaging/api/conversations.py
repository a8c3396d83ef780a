"""Conversations: list, read, answer, hand on, close."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from compliance.models import Account, User
from compliance.selectors.access import people_of
from config.common.api.idempotency import idempotency_key
from config.common.api.pagination import Page, PageInput, cut, decode, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.throttling import Budget
from config.common.api.views import ApiView, body
from config.common.errors import InvalidError
from messaging import conversation_kinds as kinds
from messaging.api.common import (
    KEY_HEADER,
    account_of,
    actor_of,
    answer_response,
    key_of,
    msisdn,
    written,
)
from messaging.api.conversation_examples import CONVERSATION, ENTRIES, REPLIED, REPLY_REQUEST
from messaging.api.conversation_inputs import (
    ConversationAssignInput,
    ConversationNoteInput,
    ConversationReadInput,
    ConversationReplyInput,
    ConversationsQuery,
)
from messaging.api.conversation_outputs import (
    ConversationOutput,
    RepliedOutput,
    TimelineEntryOutput,
)
from messaging.api.outputs import MessageOutput
from messaging.api.template_inputs import NothingInput
from messaging.constants import Origin
from messaging.models import Conversation
from messaging.selectors.conversation_list import (
    ConversationFilter,
    conversation_get,
    conversations_page,
)
from messaging.selectors.conversation_timeline import Mark, TimelineEntry, timeline
from messaging.selectors.messages import message_get
from messaging.services.conversations import (
    ReplyRequest,
    conversation_assign,
    conversation_close,
    conversation_note_add,
    conversation_read,
    conversation_reopen,
    conversation_reply,
    conversation_unread,
)
from messaging.services.conversations.records import HANDLE
from messaging.services.idempotency import Answer, answer_once

_READ = (Scope.CONVERSATIONS_READ.value, Scope.CONVERSATIONS_WRITE.value)
_WRITE = (Scope.CONVERSATIONS_WRITE.value,)
_TAG = "conversations"
_SHOWN: Final = ConversationOutput()
_ENTRY: Final = TimelineEntryOutput()
_MESSAGE: Final = MessageOutput()
_REPLY: Final = ConversationReplyInput()
_ASSIGN: Final = ConversationAssignInput()
_NOTE: Final = ConversationNoteInput()
_NOTHING: Final = NothingInput()
_READING: Final = ConversationReadInput()
_IN_NAME = "Done in the name of the person who made the key, with that person's roles."
_EXAMPLE = OpenApiExample("Waiting", CONVERSATION, response_only=True, status_codes=["200"])


class ConversationsView(ApiView):
    """`/conversations`"""

    scopes = {"GET": _READ}

    @operation(
        "list_conversations",
        "List conversations",
        tag=_TAG,
        scope=_READ[0],
        query=ConversationsQuery,
        responses={200: page_of("Conversation", ConversationOutput)},
        description="Those last heard of first. A conversation begins with a person's first reply"
        " to one of an advertiser's senders; new ones also come as `conversation.opened` events.",
        examples=[
            OpenApiExample(
                "A page",
                {"data": [CONVERSATION], "next_cursor": None},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, ConversationsQuery())
        account = account_of(request)
        rows = conversations_page(
            account,
            _filter(account, wanted),
            before=_place(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda one: f"{one.last_at.isoformat()}|{one.pk}")
        return page_response(request, page, [_SHOWN.to_representation(row) for row in page.rows])


def _filter(account: Account, wanted: Mapping[str, Any]) -> ConversationFilter:
    number, sender = wanted.get("number"), wanted.get("sender")
    return ConversationFilter(
        state=wanted.get("state"),
        assignee=wanted.get("assignee"),
        unread=wanted.get("unread"),
        msisdn=None if number is None else msisdn(number, account, field="number"),
        sender=None if sender is None else sender.removeprefix("+"),
    )


def _place(cursor: str | None) -> tuple[datetime, UUID] | None:
    return None if cursor is None else decode(cursor, _parsed)


def _parsed(text: str) -> tuple[datetime, UUID]:
    at, key = text.split("|")
    mark = Mark.parse(f"{at}||{key}")
    return mark.at, UUID(key)


class ConversationView(ApiView):
    """`/conversations/{id}`"""

    scopes = {"GET": _READ}

    @operation(
        "get_conversation",
        "Read a conversation",
        tag=_TAG,
        scope=_READ[0],
        responses={200: ConversationOutput},
        also=(404,),
        examples=[_EXAMPLE],
    )
    def get(self, request: Request, conversation_id: UUID) -> Response:
        found = conversation_get(account_of(request), conversation_id)
        return Response(_SHOWN.to_representation(found))


class ConversationTimelineView(ApiView):
    """`/conversations/{id}/timeline`"""

    scopes = {"GET": _READ}

    @operation(
        "list_conversation_timeline",
        "Read what was said and done",
        tag=_TAG,
        scope=_READ[0],
        query=PageInput,
        responses={200: page_of("TimelineEntry", TimelineEntryOutput)},
        also=(404,),
        description="Newest first: messages with how they stand, replies with what they did,"
        " consent, refusals, notes, assignments. Kinds may be added: pass by those that you do"
        " not know.",
        examples=[
            OpenApiExample(
                "A page",
                {"data": ENTRIES, "next_cursor": None},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request, conversation_id: UUID) -> Response:
        wanted = query(request, PageInput())
        found = conversation_get(account_of(request), conversation_id)
        cursor = wanted.get("cursor")
        before = None if cursor is None else decode(cursor, _mark)
        rows = timeline(found, before=before, limit=wanted["limit"] + 1)
        page: Page[TimelineEntry] = cut(rows, wanted["limit"], lambda entry: entry.mark)
        return page_response(request, page, [_ENTRY.to_representation(row) for row in page.rows])


def _mark(text: str) -> Mark:
    """Raises ValueError also for a key that is of another kind than it says."""
    mark = Mark.parse(text)
    if mark.kind in (kinds.MESSAGE, kinds.REPLY):
        UUID(mark.key)
    elif mark.key.isdecimal() and int(mark.key) >= 2**63:
        raise ValueError(text)
    elif not mark.key.isdecimal():
        UUID(mark.key)
    return mark


class ConversationReplyView(ApiView):
    """`/conversations/{id}/reply`"""

    scopes = {"POST": _WRITE}
    budgets = {"POST": Budget.SENDS}

    @operation(
        "reply_to_conversation",
        "Answer the person",
        tag=_TAG,
        scope=_WRITE[0],
        request=ConversationReplyInput,
        responses={201: RepliedOutput},
        also=(402, 404, 409),
        parameters=[KEY_HEADER],
        description="From the sender that the person wrote to. What rules would block is refused"
        f" at once, with code `reply_blocked`. {_IN_NAME}",
        examples=[
            OpenApiExample("A template", REPLY_REQUEST, request_only=True),
            OpenApiExample("Sent", REPLIED, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request, conversation_id: UUID) -> HttpResponse:
        found = conversation_get(account_of(request), conversation_id)
        values = body(request, _REPLY)
        answer = answer_once(
            api_key=key_of(request),
            route=f"conversations/{conversation_id}/reply",
            key=idempotency_key(request),
            payload=request.data,
            work=partial(_reply, found, actor_of(request), values),
        )
        return answer_response(answer)


def _reply(conversation: Conversation, actor: User, values: dict[str, Any]) -> Answer:
    version = values.pop("version")
    given = {name: value for name, value in values.items() if value is not None}
    if given.get("parameters") and "template" not in given:
        raise InvalidError(
            "parameters_without_template",
            _("“parameters” fill a template's slots: name the “template”, or remove them."),
            field="parameters",
        )
    sent = conversation_reply(
        conversation=conversation,
        request=ReplyRequest(**given),
        version=version,
        actor=actor,
        origin=Origin.API,
    )
    message = message_get(conversation.account, sent.message_id)
    shown = {
        "message": _MESSAGE.to_representation(message),
        "conversation": _SHOWN.to_representation(sent.conversation),
    }
    return Answer(201, written(shown), location=f"/api/v1/messages/{message.id}")


class ConversationAssignView(ApiView):
    """`/conversations/{id}/assign`"""

    scopes = {"POST": _WRITE}

    @operation(
        "assign_conversation",
        "Assign a conversation",
        tag=_TAG,
        scope=_WRITE[0],
        request=ConversationAssignInput,
        responses={200: ConversationOutput},
        also=(404,),
        description=_IN_NAME,
        examples=[OpenApiExample("To somebody", {"assignee": "lan"}, request_only=True), _EXAMPLE],
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        account = account_of(request)
        found = conversation_get(account, conversation_id)
        name = body(request, _ASSIGN)["assignee"]
        to = None if name is None else _person(account, name)
        moved = conversation_assign(conversation=found, to=to, actor=actor_of(request))
        return Response(_SHOWN.to_representation(moved))


def _person(account: Account, name: str) -> User:
    people = people_of(account.pk, HANDLE)
    found = people.filter(username=name).first()
    if found is None:
        known = ", ".join(people.values_list("username", flat=True)[:20])
        raise InvalidError(
            "not_of_account",
            _("“%(person)s” takes no part in this account. Those who do: %(known)s.")
            % {"person": name, "known": known},
            field="assignee",
        )
    return found


class ConversationCloseView(ApiView):
    """`/conversations/{id}/close`"""

    scopes = {"POST": _WRITE}

    @operation(
        "close_conversation",
        "Close a conversation",
        tag=_TAG,
        scope=_WRITE[0],
        request=NothingInput,
        responses={200: ConversationOutput},
        also=(404,),
        description=f"It opens again when the person writes. {_IN_NAME}",
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        found = conversation_get(account_of(request), conversation_id)
        body(request, _NOTHING)
        closed = conversation_close(conversation=found, actor=actor_of(request))
        return Response(_SHOWN.to_representation(closed))


class ConversationReopenView(ApiView):
    """`/conversations/{id}/reopen`"""

    scopes = {"POST": _WRITE}

    @operation(
        "reopen_conversation",
        "Open a conversation again",
        tag=_TAG,
        scope=_WRITE[0],
        request=NothingInput,
        responses={200: ConversationOutput},
        also=(404,),
        description=_IN_NAME,
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        found = conversation_get(account_of(request), conversation_id)
        body(request, _NOTHING)
        opened = conversation_reopen(conversation=found, actor=actor_of(request))
        return Response(_SHOWN.to_representation(opened))


class ConversationReadView(ApiView):
    """`/conversations/{id}/read`"""

    scopes = {"POST": _WRITE}

    @operation(
        "read_conversation",
        "Mark a conversation read or unread",
        tag=_TAG,
        scope=_WRITE[0],
        request=ConversationReadInput,
        responses={200: ConversationOutput},
        also=(404,),
        description=_IN_NAME,
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        found = conversation_get(account_of(request), conversation_id)
        is_unread = body(request, _READING)["unread"]
        mark = conversation_unread if is_unread else conversation_read
        mark(conversation=found, actor=actor_of(request))
        found = conversation_get(account_of(request), conversation_id)
        return Response(_SHOWN.to_representation(found))


class ConversationNotesView(ApiView):
    """`/conversations/{id}/notes`"""

    scopes = {"POST": _WRITE}

    @operation(
        "note_conversation",
        "Write a note",
        tag=_TAG,
        scope=_WRITE[0],
        request=ConversationNoteInput,
        responses={201: TimelineEntryOutput},
        also=(404, 409),
        parameters=[KEY_HEADER],
        description=f"For colleagues; the person never sees it. {_IN_NAME}",
        examples=[OpenApiExample("A note", {"text": "Wants a call."}, request_only=True)],
    )
    def post(self, request: Request, conversation_id: UUID) -> HttpResponse:
        found = conversation_get(account_of(request), conversation_id)
        values = body(request, _NOTE)
        answer = answer_once(
            api_key=key_of(request),
            route=f"conversations/{conversation_id}/notes",
            key=idempotency_key(request),
            payload=request.data,
            work=partial(_note, found, actor_of(request), values["text"]),
        )
        return answer_response(answer)


def _note(conversation: Conversation, actor: User, text: str) -> Answer:
    made = conversation_note_add(conversation=conversation, text=text, actor=actor)
    entry = TimelineEntry(
        Mark(made.at, made.kind, str(made.pk)), str(made.pk), made.text, actor.get_username()
    )
    return Answer(201, written(_ENTRY.to_representation(entry)))
