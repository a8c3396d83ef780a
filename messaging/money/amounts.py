"""Millionths in writing, and back."""

from decimal import Decimal, InvalidOperation
from typing import Final

MICROS: Final = 1_000_000
_LARGEST: Final = 10**9 * MICROS * 1_000


def amount_text(micros: int) -> str:
    """A decimal string without idle zeros: `350`, `0.0075`, `-1.5`."""
    whole, rest = divmod(abs(micros), MICROS)
    sign = "-" if micros < 0 else ""
    return f"{sign}{whole}.{rest:06d}".rstrip("0").rstrip(".")


def money_text(micros: int, currency: str) -> str:
    """An amount with its currency."""
    return f"{amount_text(micros)} {currency}"


def micros_exact(amount: Decimal | str) -> int:
    """An amount in millionths. Raises ValueError where it is finer than that, or no amount."""
    try:
        micros = Decimal(amount) * MICROS
    except InvalidOperation:
        raise ValueError("not an amount") from None
    if not micros.is_finite() or micros != micros.to_integral_value():
        raise ValueError("finer than millionths")
    if abs(micros) > _LARGEST:
        raise ValueError("too large")
    return int(micros)
