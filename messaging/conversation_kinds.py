"""Kinds of entries in a conversation's timeline, as data: a kind that another app brings is one
more word here by `register`, and every page and answer shows it."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

ANSWER: Final = "answer"
ASSIGNED: Final = "assigned"
CLOSED: Final = "closed"
ESCALATED: Final = "escalated"
NOTE: Final = "note"
REOPENED: Final = "reopened"
MESSAGE: Final = "message"
REPLY: Final = "reply"
CONSENT: Final = "consent"
REFUSAL: Final = "refusal"
REFUSAL_LIFTED: Final = "refusal_lifted"
REVIEW: Final = "review"


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind is called and shown: `icon` is a Material symbol, `colour` a label's."""

    title: Any  # a sentence, translated when it is shown
    icon: str
    colour: str = ""


_KINDS: dict[str, Kind] = {
    ASSIGNED: Kind(_("Assigned"), "person_add"),
    CLOSED: Kind(_("Closed"), "check_circle"),
    ESCALATED: Kind(_("Escalated: nobody answered in time"), "priority_high", "danger"),
    NOTE: Kind(_("Note"), "sticky_note_2", "warning"),
    REOPENED: Kind(_("Opened again"), "undo"),
    MESSAGE: Kind(_("Message"), "sms"),
    REPLY: Kind(_("Reply"), "reply"),
    CONSENT: Kind(_("Consent"), "verified_user", "success"),
    REFUSAL: Kind(_("Refusal"), "do_not_disturb_on", "danger"),
    REFUSAL_LIFTED: Kind(_("Refusal lifted"), "do_not_disturb_off"),
    REVIEW: Kind(_("Possible refusal"), "mark_chat_unread", "warning"),
}


def register(name: str, kind: Kind) -> None:
    """Called by an app that brings entries of its own, when it is ready."""
    _KINDS[name] = kind


def kind_of(name: str) -> Kind:
    """How the kind is shown; one that nobody registered by its own name."""
    return _KINDS.get(name) or Kind(name, "circle")


def kind_names() -> list[str]:
    """Every kind that timelines show."""
    return sorted(_KINDS)
