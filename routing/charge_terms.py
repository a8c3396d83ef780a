"""Which ends of a message are charged: a small set kept with each rate and each message. Pure.

The usual (0): what a carrier took is charged, delivered or not; what never left is not. Each bit
is a departure from that, so that a message priced by no special terms keeps a zero.
"""

from typing import Final

USUAL: Final = 0
CHARGES_REJECTED: Final = 1  # refused by the SMSC: charged all the same
SPARES_UNDELIVERED: Final = 2  # a receipt said no: given back
SPARES_UNKNOWN: Final = 4  # the outcome was lost: given back


def charge_terms(*, rejected: bool, undelivered: bool, unknown: bool) -> int:
    """The set, from what a rate says is charged."""
    return (
        (CHARGES_REJECTED if rejected else 0)
        | (0 if undelivered else SPARES_UNDELIVERED)
        | (0 if unknown else SPARES_UNKNOWN)
    )


def charged_words(terms: int) -> tuple[str, ...]:
    """The ends that are charged beside delivery, as the API names them."""
    words = {
        "undelivered": not terms & SPARES_UNDELIVERED,
        "unknown": not terms & SPARES_UNKNOWN,
        "rejected": bool(terms & CHARGES_REJECTED),
    }
    return tuple(word for word, is_charged in words.items() if is_charged)
