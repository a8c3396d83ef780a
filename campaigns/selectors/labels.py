"""Words for what became of an audience, in the reader's language."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.constants import DeliveryProof, FailureReason, MessageStatus
from messaging.constants import reason_label as message_reason_label
from messaging.wording.sentences import REFUSALS

_MICROS = Decimal(1_000_000)
ENCODINGS = {"gsm7": "GSM-7", "ucs2": "UCS-2", "latin1": "Latin-1"}
EXCLUDED = "excluded"

REFUSED_VALUES = ("value_not_allowed", "value_refused")  # their detail is "slot:code"

# Reasons that only a release has; the others are those of messages.
_OWN_REASONS: dict[str, Promise] = {
    "missing_value": gettext_lazy("A value for the text is missing"),
    "value_not_allowed": gettext_lazy("A value has a character that cannot be sent"),
    "value_refused": gettext_lazy("A value is not one that its slot takes"),
    "too_long": gettext_lazy("The text becomes longer than 10 segments"),
    "number_absent": gettext_lazy("The number is not in use, a lookup says"),
    "no_price": gettext_lazy("There is no price for this country"),
    "too_long_there": gettext_lazy("The text becomes longer than the network carries"),
    "characters_refused": gettext_lazy("The text has a character that the network refuses"),
}


def reason_label(reason: str) -> str:
    """A reason as a sentence; unknown ones as they are."""
    if reason in _OWN_REASONS:
        return str(_OWN_REASONS[reason])
    if reason in FailureReason.values or reason in DeliveryProof.values:
        return message_reason_label(reason)
    return reason


def detail_label(reason: str, detail: str) -> str:
    """What stands beside a reason: of a refused value a sentence, else the detail as it is."""
    if reason not in REFUSED_VALUES:
        return detail
    slot, _separator, code = detail.partition(":")
    return _(REFUSALS[code]) % {"slot": slot} if code in REFUSALS else detail


def status_label(status: str) -> str:
    """A message's state, or that the contact was excluded."""
    if status == EXCLUDED:
        return _("Excluded")
    return str(MessageStatus(status).label) if status in MessageStatus.values else status


def money(micros: int, currency: str) -> str:
    """An amount with its currency, as many decimals as it has."""
    whole, rest = divmod(micros, 1_000_000)
    decimals = len(f"{rest:06d}".rstrip("0")) if rest else 0
    amount = Decimal(micros) / _MICROS if rest else Decimal(whole)
    return f"{number_format(amount, decimal_pos=decimals, force_grouping=True)} {currency}"


def plain_amount(micros: int) -> str:
    """An amount as a decimal number with a point, for files."""
    whole, rest = divmod(micros, 1_000_000)
    return f"{whole}.{f'{rest:06d}'.rstrip('0')}" if rest else str(whole)


def grouped(number: int) -> str:
    """A number as people read it."""
    return str(number_format(number, force_grouping=True))
