"""A country's numbers in all the ways people write them, at the pace of big files."""

import phonenumbers

from compliance.numbers import to_msisdn

_NOISE = str.maketrans("", "", " \u00a0.-()/'\"\t")


class NationalNumbers:
    """Reads numbers of one country: 0912 345 678, 912345678, 84912345678, +84 912 345 678.

    What has the length of a mobile or fixed number in one of these forms is read by hand (a
    microsecond); everything else by the library of numbering plans.
    """

    def __init__(self, country: str, *, abroad: bool = False) -> None:
        """`country` as two letters; `abroad` also takes numbers of others, written with plus.

        Raises ValueError where the country has no numbering plan.
        """
        plan = phonenumbers.PhoneMetadata.metadata_for_region(country)
        if plan is None or plan.mobile is None:
            raise ValueError(country)
        self._country, self._abroad = country, abroad
        self.calling_code = str(plan.country_code)
        self._trunk = plan.national_prefix or ""
        fixed = plan.fixed_line.possible_length if plan.fixed_line else ()
        lengths = frozenset({*plan.mobile.possible_length, *fixed})
        # A length that a number has both with and without the calling code is not guessed at.
        self._lengths = frozenset(n for n in lengths if n > 0)
        self._with_code = frozenset(
            len(self.calling_code) + n
            for n in self._lengths
            if len(self.calling_code) + n not in lengths
        )

    def read(self, text: str) -> str | None:
        """E.164 digits of the number, or None when it is none that may stand here."""
        digits = text.translate(_NOISE)
        if digits[:1] == "+":
            digits = digits[1:]
        elif digits[:2] == "00":
            digits = digits[2:]
        if not digits.isascii() or not digits.isdecimal():
            return None
        if len(digits) in self._with_code and digits.startswith(self.calling_code):
            return digits
        return self._national(digits) or self._by_plan(text.strip())

    def _national(self, digits: str) -> str | None:
        trunk = self._trunk
        if trunk and digits.startswith(trunk):
            if len(digits) - len(trunk) in self._lengths:
                return self.calling_code + digits[len(trunk) :]
            return None
        if len(digits) in self._lengths and not digits.startswith(self.calling_code):
            return self.calling_code + digits
        return None

    def _by_plan(self, text: str) -> str | None:
        found = to_msisdn(text, self._country)
        is_ours = found is not None and found.startswith(self.calling_code)
        return found if is_ours or (self._abroad and text.startswith("+")) else None
