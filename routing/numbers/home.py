"""A country's number plan made ready for repairs: what is national, old, allotted, refused."""

import re

from routing.numbers.cleaning import Cleaned
from routing.numbers.plan import NumberPlan


class HomePlan:
    """A number plan made ready for repairs: only for plans with a fixed mobile length."""

    __slots__ = (
        "_allotted",
        "_conversions",
        "_lengths",
        "_refused",
        "code",
        "country",
        "length",
        "plain",
        "trunk",
    )

    def __init__(self, plan: NumberPlan, mobile_length: int) -> None:
        self.country = plan.country
        self.code = plan.calling_code
        self.trunk = plan.trunk_prefix
        self.length = mobile_length
        cut = len(plan.calling_code)
        self._allotted = frozenset(entry.prefix[cut:] for entry in plan.entries)
        self._lengths = tuple(sorted({len(prefix) for prefix in self._allotted}))
        self._conversions = {conversion.old: conversion.new for conversion in plan.conversions}
        ranges = sorted(plan.refused, key=lambda refused: -len(refused.prefix))
        self._refused = tuple((refused.prefix[cut:], refused.reason) for refused in ranges)
        self.plain = re.compile(
            rf"(?:\+?{self.code}|{self.trunk})(\d{{{mobile_length}}})", re.ASCII
        ).fullmatch

    def is_allotted(self, national: str) -> bool:
        """Whether the plan gives this national number's prefix to a mobile network."""
        return any(national[:length] in self._allotted for length in self._lengths)

    def convert(self, national: str) -> str | None:
        """The present form of an old, one digit longer number; None if it is none."""
        if len(national) == self.length + 1:
            new = self._conversions.get(national[:3])
            if new is not None:
                return new + national[3:]
        return None

    def refusal(self, national: str) -> str | None:
        """Why the plan refuses a range (longest prefix), or None."""
        return next(
            (reason for prefix, reason in self._refused if national.startswith(prefix)), None
        )

    def national(self, cleaned: Cleaned, *, is_default: bool) -> tuple[str, tuple[str, ...]] | None:
        """National digits and repairs, or None where the number is of another country."""
        digits = cleaned.digits
        if cleaned.has_plus:
            return self._after_code(digits) if digits.startswith(self.code) else None
        if digits.startswith("00"):
            return self._after_code(digits[2:]) if digits.startswith(self.code, 2) else None
        return self._bare(digits) if is_default else None

    def _bare(self, digits: str) -> tuple[str, tuple[str, ...]] | None:
        if digits.startswith(self.trunk + self.code) and len(digits) > self.length + 2:
            national, repairs = self._after_code(digits[len(self.trunk) :])
            return national, (*repairs, "zero_before_country")
        if digits.startswith(self.trunk):
            return digits[len(self.trunk) :], ()
        if digits.startswith(self.code) and len(digits) >= len(self.code) + self.length - 1:
            return self._after_code(digits)
        if self._lacks_zero(digits):
            return digits, ("missing_zero",)
        return None

    def _lacks_zero(self, digits: str) -> bool:
        """Nine digits of a known range, or ten of an old one: a sheet dropped the zero."""
        if len(digits) == self.length:
            return self.is_allotted(digits) or self.refusal(digits) is not None
        return self.convert(digits) is not None

    def _after_code(self, digits: str) -> tuple[str, tuple[str, ...]]:
        national = digits[len(self.code) :]
        if national.startswith(self.trunk):
            return national[len(self.trunk) :], ("trunk_zero",)
        return national, ()
