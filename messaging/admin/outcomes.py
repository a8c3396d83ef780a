"""What a reply did, in words: for whom, how far, and what was answered."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from messaging.admin.labels import change_page
from messaging.admin.sight import Sight
from messaging.constants import ReplyDeed
from messaging.models import InboundMessage, ReplyOutcome

DEED_COLOURS = {
    ReplyDeed.REFUSED: "danger",
    ReplyDeed.REFUSED_AGAIN: "",
    ReplyDeed.HELD: "warning",
    ReplyDeed.GRANTED: "success",
    ReplyDeed.TAKEN_BACK: "success",
    ReplyDeed.HELPED: "info",
    ReplyDeed.NOTHING: "",
}


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One line of the page; `answer` links to our message, else `unanswered` says why not."""

    brand: str
    deed: str
    colour: str
    about: str
    answer: str
    unanswered: str


def outcome_rows(reply: InboundMessage, sight: Sight) -> list[OutcomeRow]:
    """What the reply did for the accounts that the person sees."""
    rows = reply.outcomes.select_related("advertiser", "program").order_by("id")
    if sight.accounts is not None:
        rows = rows.filter(account_id__in=sight.accounts)
    return [_row(one) for one in rows]


def _row(one: ReplyOutcome) -> OutcomeRow:
    about = [one.get_purpose_display(), one.program.name if one.program else ""]
    about.append(str(one.get_reach_display()) if one.reach else "")
    return OutcomeRow(
        brand=one.advertiser.name,
        deed=one.get_deed_display(),
        colour=DEED_COLOURS[ReplyDeed(one.deed)],
        about=" · ".join(part for part in about if part),
        answer=change_page("messaging.message", one.answer_id) if one.answer_id else "",
        unanswered=str(_reasons().get(one.unanswered, one.unanswered)),
    )


def _reasons() -> dict[str, Any]:
    """Why nothing was answered, in the reader's words."""
    return {
        "": "",
        "account_suspended": _("the account is suspended"),
        "no_class": _("the sender may not carry service messages"),
        "no_contact": _("the advertiser has no contact: add one on its page"),
        "no_price": _("there is no price for this destination"),
        "no_text": _("the country's rules have no text for it"),
        "sender_not_active": _("the sender is not active"),
        "sender_out_of_lease": _("the sender is out of lease"),
        "sender_unknown": _("the sender is gone"),
        "too_late": _("it came too late for a confirmation"),
        "too_many": _("the number got too many answers on one day"),
    }
