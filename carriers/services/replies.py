"""A reply from an imagined handset, through the running simulator."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from carriers.simulator.client import InjectedReply, inject_reply
from config.common import audit
from config.common.errors import InvalidError

MAX_CHARACTERS = 1000


def reply_simulate(
    *,
    from_: str,
    to: str,
    text: str,
    operator: str = "",
    account_id: int | None = None,
    actor: Any,
) -> InjectedReply:
    """Lets `from_` (digits) send `text` to the sender `to`; "" is the first operator that somebody
    is bound to.

    Raises UnavailableError when no simulator answers, InvalidError with the field when it or this
    refuses an input. The audit log gets who did it, not the text.
    """
    if not text.strip():
        raise InvalidError("empty_text", _("The text is empty: write one."), field="text")
    if len(text) > MAX_CHARACTERS:
        raise InvalidError(
            "text_too_long",
            _("The text has %(count)d characters; at most %(limit)d are allowed: shorten it.")
            % {"count": len(text), "limit": MAX_CHARACTERS},
            field="text",
        )
    reply = inject_reply(settings.SIMULATOR_CONTROL_URL, operator or None, from_, to, text)
    audit.record(
        action="reply.simulated",
        actor=actor,
        account_id=account_id,
        subject=f"simulator:{reply.operator}",
        detail={"from": from_, "to": to, "parts": reply.parts},
    )
    return reply
