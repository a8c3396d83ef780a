"""Magic numbers of the sandbox: what their last three digits make of a message by a test key.

Those up to 979 the sandbox's carrier acts out, over SMPP and by receipts as everybody's; from 980
on it ends before a carrier would be asked, as it would end for a real number in that state.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from carriers.simulator.behaviours import BEHAVIOURS
from messaging.constants import FailureReason, MessageStatus

# A number that is read as a mobile one; nothing by a test key ever leaves for a network.
_PREFIX: Final = "84980000"
_USUAL: Final = "000"


def gettext_noop(message: str) -> str:
    """Mark a sentence for makemessages; whoever shows it translates it."""
    return message


@dataclass(frozen=True, slots=True)
class Ending:
    """How a message ends that no carrier is asked about."""

    suffix: str
    name: str
    title: str
    description: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message is not even accepted: `code` as the API answers it."""

    suffix: str
    code: str
    http_status: int
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class MagicNumber:
    """A row of the list: the number, what happens, and how the message ends ("" where it is not
    accepted); `code` of the error that it, or a verification of the number, is refused with."""

    msisdn: str
    name: str
    title: str
    description: str
    status: str = ""
    reason: str = ""
    code: str = ""


_BLOCKED = MessageStatus.BLOCKED.value
ENDINGS: Final = {
    one.suffix: one
    for one in (
        Ending(
            "983",
            "opted_out",
            gettext_noop("Opted out"),
            gettext_noop("Blocked: the recipient wrote STOP."),
            _BLOCKED,
            FailureReason.SUPPRESSED.value,
        ),
        Ending(
            "984",
            "no_consent",
            gettext_noop("No consent"),
            gettext_noop("Blocked: no consent is on record."),
            _BLOCKED,
            FailureReason.NO_CONSENT.value,
        ),
        Ending(
            "985",
            "content_rule",
            gettext_noop("Blocked by a rule"),
            gettext_noop("Blocked: the text breaks a rule."),
            _BLOCKED,
            FailureReason.CONTENT_RULE.value,
        ),
        Ending(
            "986",
            "frequency_cap",
            gettext_noop("Frequency cap"),
            gettext_noop("Blocked: the recipient had enough messages today."),
            _BLOCKED,
            FailureReason.FREQUENCY_CAP.value,
        ),
        Ending(
            "987",
            "no_route",
            gettext_noop("No route"),
            gettext_noop("Failed: no carrier reaches the network."),
            MessageStatus.FAILED.value,
            FailureReason.NO_ROUTE.value,
        ),
        Ending(
            "988",
            "deadline",
            gettext_noop("Too late"),
            gettext_noop("Expired here: its deadline passed before it could be sent."),
            MessageStatus.EXPIRED.value,
            FailureReason.DEADLINE.value,
        ),
    )
}
REFUSALS: Final = {
    one.suffix: one
    for one in (
        Refusal(
            "981",
            "invalid",
            422,
            gettext_noop("Invalid number"),
            gettext_noop("Not accepted: the number is none."),
        ),
        Refusal(
            "982",
            "credit_exhausted",
            402,
            gettext_noop("Credit used up"),
            gettext_noop("Not accepted: the credit does not cover it."),
        ),
    )
}
# A verification by a test key is refused so; a message to the number arrives.
HELD: Final = "verification_held"
LIMITED: Final = "verification_limit_number"
VERIFICATION_REFUSALS: Final = {
    one.suffix: one
    for one in (
        Refusal(
            "991",
            HELD,
            403,
            gettext_noop("Verification held"),
            gettext_noop("No verification starts: the shield holds the block of numbers."),
        ),
        Refusal(
            "992",
            LIMITED,
            429,
            gettext_noop("Verification limit"),
            gettext_noop("No verification starts: too many codes were sent to the number."),
        ),
    )
}
# How messages end that the sandbox's carrier acts out; DELIVERED where it is not said.
_OUTCOMES: Final = {
    "undeliverable": (MessageStatus.UNDELIVERED, FailureReason.UNDELIVERABLE),
    "expired": (MessageStatus.UNDELIVERED, FailureReason.RECEIPT_EXPIRED),
    "rejected": (MessageStatus.FAILED, FailureReason.INVALID_DESTINATION),
    "no_response": (MessageStatus.UNKNOWN, FailureReason.NO_ANSWER),
    "no_receipt": (MessageStatus.UNKNOWN, FailureReason.NO_RECEIPT),
    "partly_rejected": (MessageStatus.UNDELIVERED, FailureReason.PARTIAL),
    "rejected_later": (MessageStatus.UNDELIVERED, FailureReason.RECEIPT_REJECTED),
    "deleted": (MessageStatus.UNDELIVERED, FailureReason.DELETED),
}


def ending_of(msisdn: str) -> Ending | None:
    """How a test message to the number ends without a carrier, None where one is asked."""
    return ENDINGS.get(msisdn[-3:])


def refusal_of(msisdn: str) -> Refusal | None:
    """Why a test message to the number is not accepted, None where it is."""
    return REFUSALS.get(msisdn[-3:])


def verification_refusal_of(msisdn: str) -> str | None:
    """The error that a verification of the number by a test key is refused with, None where it
    starts."""
    found = VERIFICATION_REFUSALS.get(msisdn[-3:])
    return found.code if found is not None else None


def magic_numbers() -> Iterator[MagicNumber]:
    """Every outcome with a number for it, in the order of their digits."""
    for one in BEHAVIOURS:
        status, reason = _OUTCOMES.get(one.name, (MessageStatus.DELIVERED, FailureReason.NONE))
        yield MagicNumber(
            _PREFIX + (one.suffix or _USUAL),
            one.name,
            one.title,
            one.description,
            status.value,
            reason.value,
        )
    for refused in REFUSALS.values():
        yield MagicNumber(
            _PREFIX + refused.suffix,
            refused.code,
            refused.title,
            refused.description,
            code=refused.code,
        )
    for ended in ENDINGS.values():
        yield MagicNumber(
            _PREFIX + ended.suffix,
            ended.name,
            ended.title,
            ended.description,
            ended.status,
            ended.reason,
        )
    for limited in VERIFICATION_REFUSALS.values():
        yield MagicNumber(
            _PREFIX + limited.suffix,
            limited.code,
            limited.title,
            limited.description,
            MessageStatus.DELIVERED.value,
            code=limited.code,
        )
