"""Conversations as they come about: a reply that is stored goes through the steps of the product."""

from datetime import datetime
from typing import Any

from messaging.models import Conversation, InboundMessage
from messaging.services.conversations import conversation_note
from routing.models import Sender
from tests.factories import make_inbound

PHONE = "84981234567"


def write_in(
    sender: Sender, text: str = "When does it come?", *, msisdn: str = PHONE, **values: Any
) -> InboundMessage:
    """A person writes to a sender; what a keyword settled is given by `action`."""
    message = make_inbound(
        sender.account,
        sender=sender,
        destination=sender.address,
        msisdn=msisdn,
        text=text,
        **values,
    )
    conversation_note(message)
    return message


def talk(
    sender: Sender, text: str = "When does it come?", *, msisdn: str = PHONE, **values: Any
) -> Conversation:
    """The conversation of a person who writes to a sender."""
    write_in(sender, text, msisdn=msisdn, **values)
    return Conversation.objects.get(msisdn=msisdn, advertiser=sender.advertiser)


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(f"{text}+00:00")
