"""What a destination's last three digits make a simulated operator do.

The table is data: the documents and the admin show it, the tests walk it.
"""

from dataclasses import dataclass
from typing import Final

ESME_RINVDSTADR: Final = 0x0B
ESME_RSYSERR: Final = 0x08
ESME_RTHROTTLED: Final = 0x58
ESME_RX_P_APPN: Final = 0x65


def gettext_noop(message: str) -> str:
    """Mark a sentence for makemessages; whoever shows it translates it."""
    return message


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One row: how an operator treats a submit_sm to such a destination.

    `refusals` counts the attempts refused with `refusal_status` before one is accepted (None:
    all are); parts before `refused_from_part` of a long message are accepted. `receipts` are the
    stat words sent, in order; `receipt_first` sends them before the response and
    `receipt_delay_seconds` adds to the operator's own delay. `reply` is what the handset writes back.
    """

    name: str
    suffix: str
    title: str
    description: str
    refusal_status: int = 0
    refusals: int | None = 0
    refused_from_part: int = 1
    responds: bool = True
    response_delay_seconds: float = 0.0
    receipts: tuple[str, ...] = ("DELIVRD",)
    receipt_first: bool = False
    receipt_delay_seconds: float = 0.0
    reply: str = ""


DELIVERED: Final = Behaviour(
    "delivered",
    "",
    gettext_noop("Delivered"),
    gettext_noop("Accepted at once; a receipt says DELIVRD."),
)

UNDELIVERABLE: Final = Behaviour(
    "undeliverable",
    "901",
    gettext_noop("Undeliverable"),
    gettext_noop("Accepted; a receipt says UNDELIV."),
    receipts=("UNDELIV",),
)

SPECIAL: Final[tuple[Behaviour, ...]] = (
    UNDELIVERABLE,
    Behaviour(
        "expired",
        "902",
        gettext_noop("Expired"),
        gettext_noop("Accepted; a receipt says EXPIRED."),
        receipts=("EXPIRED",),
    ),
    Behaviour(
        "rejected",
        "903",
        gettext_noop("Rejected at submit"),
        gettext_noop("Every submit_sm is answered with ESME_RINVDSTADR (0x0B)."),
        refusal_status=ESME_RINVDSTADR,
        refusals=None,
        receipts=(),
    ),
    Behaviour(
        "throttled",
        "904",
        gettext_noop("Throttled, then delivered"),
        gettext_noop("Three attempts are answered with ESME_RTHROTTLED (0x58), the next is taken."),
        refusal_status=ESME_RTHROTTLED,
        refusals=3,
    ),
    Behaviour(
        "no_response",
        "905",
        gettext_noop("No response, no receipt"),
        gettext_noop("Taken, but neither a response nor a receipt ever comes: outcome unknown."),
        responds=False,
        receipts=(),
    ),
    Behaviour(
        "no_receipt",
        "906",
        gettext_noop("No receipt"),
        gettext_noop("Accepted; the receipt never comes."),
        receipts=(),
    ),
    Behaviour(
        "duplicate_receipt",
        "907",
        gettext_noop("Duplicate receipt"),
        gettext_noop("Accepted; the same DELIVRD receipt comes twice."),
        receipts=("DELIVRD", "DELIVRD"),
    ),
    Behaviour(
        "receipt_first",
        "908",
        gettext_noop("Receipt before response"),
        gettext_noop("The DELIVRD receipt is sent a quarter of a second before the response."),
        response_delay_seconds=0.25,
        receipt_first=True,
    ),
    Behaviour(
        "temporary_error",
        "909",
        gettext_noop("Temporary error, then delivered"),
        gettext_noop("The first attempt is answered with ESME_RSYSERR (0x08), the next is taken."),
        refusal_status=ESME_RSYSERR,
        refusals=1,
    ),
    Behaviour(
        "slow_response",
        "910",
        gettext_noop("Slow response"),
        gettext_noop("Accepted; the response comes after three seconds."),
        response_delay_seconds=3.0,
    ),
    Behaviour(
        "lost_response",
        "911",
        gettext_noop("Lost response, but a receipt"),
        gettext_noop(
            "Taken without a response; the DELIVRD receipt carries the user_message_reference."
        ),
        responds=False,
    ),
    Behaviour(
        "partly_rejected",
        "912",
        gettext_noop("Partly rejected"),
        gettext_noop(
            "The first part of a long message is accepted, later ones get ESME_RX_P_APPN (0x65)."
        ),
        refusal_status=ESME_RX_P_APPN,
        refusals=None,
        refused_from_part=2,
    ),
    Behaviour(
        "intermediate_receipt",
        "913",
        gettext_noop("Intermediate receipt, then delivered"),
        gettext_noop("Accepted; a receipt says ENROUTE, a later one DELIVRD."),
        receipts=("ENROUTE", "DELIVRD"),
    ),
    Behaviour(
        "late_receipt",
        "914",
        gettext_noop("Late receipt"),
        gettext_noop("Accepted; the DELIVRD receipt comes 45 seconds later than usual."),
        receipt_delay_seconds=45.0,
    ),
    Behaviour(
        "rejected_later",
        "915",
        gettext_noop("Rejected after it was taken"),
        gettext_noop("Accepted; a receipt says REJECTD."),
        receipts=("REJECTD",),
    ),
    Behaviour(
        "deleted",
        "916",
        gettext_noop("Deleted"),
        gettext_noop("Accepted; a receipt says DELETED."),
        receipts=("DELETED",),
    ),
    Behaviour(
        "replies",
        "920",
        gettext_noop("Delivered, with a reply"),
        gettext_noop("Accepted; a receipt says DELIVRD, and the handset answers “Thank you”."),
        reply="Thank you",
    ),
)

BEHAVIOURS: Final[tuple[Behaviour, ...]] = (DELIVERED, *SPECIAL)
BY_SUFFIX: Final[dict[str, Behaviour]] = {item.suffix: item for item in SPECIAL}
