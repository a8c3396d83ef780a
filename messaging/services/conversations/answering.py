"""An answer of a person: within policy, by the service that accepts every message, once."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.constants import MessageClass
from compliance.models import User
from config.common import clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from messaging import conversation_kinds as kinds
from messaging.constants import Origin, WaitEnd
from messaging.models import Conversation, ConversationEntry
from messaging.selectors.snapshot import snapshots
from messaging.services.conversations.records import (
    REPLY,
    WAITING_COLUMNS,
    conversation_lock,
    entry_add,
    last_answer,
    permission_required,
    wait_end,
)
from messaging.services.previews import message_preview
from messaging.services.previews.values import Preview, PreviewRequest
from messaging.services.requests import MessageRequest
from messaging.services.submissions import Rejected, messages_submit

# What a free answer is sent as where nobody says it: the first that the account may write freely.
_FREELY = (MessageClass.CARE, MessageClass.TRANSACTIONAL)


@dataclass(frozen=True, slots=True)
class ReplyRequest:
    """What somebody answers: an approved template with the values of its slots, or a text."""

    text: str | None = None
    template: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    message_class: str | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The message that an answer became; `is_repeated`: the same one was sent before."""

    message_id: uuid.UUID
    conversation: Conversation
    is_repeated: bool = False


@transaction.atomic
def conversation_reply(
    *,
    conversation: Conversation,
    request: ReplyRequest,
    version: int,
    actor: User,
    token: str = "",
    origin: str = Origin.CONSOLE,
) -> Answered:
    """Answers from the sender that the person wrote to. `version`: that of the conversation as
    the actor saw it; `token` names the form or request, and the same one never sends twice.

    Raises NotAllowedError where rules refuse (with the findings), ConflictError where somebody
    else has answered meanwhile, and whatever sending refuses.
    """
    permission_required(actor, REPLY, conversation)
    found = conversation_lock(conversation)
    if (before := _same(found, token)) is not None:
        return Answered(before, found, is_repeated=True)
    if version != found.version:
        raise _answered_meanwhile(found)
    policy_required(reply_preview(found, request))
    now = clock.now()
    result = messages_submit(
        account=found.account, requests=[_message(found, request)], origin=str(origin)
    )[0]
    if isinstance(result, Rejected):
        raise result.error
    if found.waiting_since is not None:
        wait_end(found, WaitEnd.ANSWERED, now, actor)
    found.version += 1
    found.unread_count = 0
    found.last_at = now
    found.save(update_fields=["version", "unread_count", "last_at", *WAITING_COLUMNS])
    entry_add(found, kinds.ANSWER, actor, at=now, message_id=result.message_id, token=token)
    return Answered(result.message_id, found)


def reply_preview(conversation: Conversation, request: ReplyRequest) -> Preview:
    """What sending would make of the answer, decided by the code that sends. Raises DomainError
    for what cannot be read."""
    return message_preview(
        account=conversation.account,
        request=PreviewRequest(
            text=request.text,
            template=request.template,
            parameters=dict(request.parameters) if request.template else None,
            language=request.language or None,
            to=_to(conversation),
            sender=conversation.sender.address,
            message_class=_class(conversation, request),
        ),
    )


def policy_required(preview: Preview) -> None:
    """Raises what sending would refuse, and NotAllowedError for what rules would block later:
    who answers a person is told at once, not by a message that never leaves."""
    if preview.refusal is not None:
        raise preview.refusal
    ruling = preview.ruling
    if ruling is None or ruling.compliance.decision != "blocked":
        return
    findings = [one for one in ruling.compliance.findings if one.is_blocking]
    words = " ".join(_words(one.message, one.fix, one.citation) for one in findings)
    raise NotAllowedError(
        "reply_blocked",
        words or _("Rules do not allow this message to the person now."),
        findings=[one.rule_id for one in findings],
    )


def _words(message: str, fix: str, citation: str) -> str:
    source = f" ({citation})" if citation else ""
    return f"{message}{source} {fix}".strip()


def free_class(conversation: Conversation) -> str | None:
    """The class of a free answer where nobody names one; None where the account may write none."""
    card = snapshots.current().accounts.get(conversation.account_id)
    granted = card.free_text_classes if card else frozenset()
    return next((str(one) for one in _FREELY if one.value in granted), None)


def _class(conversation: Conversation, request: ReplyRequest) -> str | None:
    if request.message_class or request.template is not None:
        return request.message_class
    return free_class(conversation)


def _message(conversation: Conversation, request: ReplyRequest) -> MessageRequest:
    return MessageRequest(
        to=_to(conversation),
        sender=conversation.sender.address,
        message_class=_class(conversation, request),
        text=request.text,
        template=request.template,
        parameters=request.parameters,
        language=request.language,
    )


def _to(conversation: Conversation) -> str:
    if not conversation.msisdn.isdigit():
        raise InvalidError(
            "no_number",
            _("%(address)s is no telephone number: nobody can be answered there.")
            % {"address": conversation.msisdn},
        )
    return f"+{conversation.msisdn}"


def _same(conversation: Conversation, token: str) -> uuid.UUID | None:
    """The message that this form or request has sent already."""
    if not token:
        return None
    found = ConversationEntry.objects.filter(conversation=conversation, token=token)
    return found.values_list("message_id", flat=True).first()


def _answered_meanwhile(conversation: Conversation) -> ConflictError:
    last = last_answer(conversation.pk)
    who = last.by.get_username() if last and last.by else _("Somebody")
    return ConflictError(
        "answered_meanwhile",
        _("%(person)s has answered meanwhile: read that, and send yours again if it still fits.")
        % {"person": who},
        field="version",
        version=conversation.version,
    )
