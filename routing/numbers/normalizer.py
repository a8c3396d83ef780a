"""A raw number to E.164, or a refusal that says why.

libphonenumber alone is not enough for Vietnam: it refuses ranges in use (0890-0895, 055,
052), accepts machine ranges and closed networks, does not repair `084 912…`, and does not
know the 11-digit numbers of before September 2018. So the country's plan speaks first and
the library decides what the plan does not know.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType, ValidationResult

from routing.numbers.cleaning import Cleaned, clean
from routing.numbers.errors import NumberError
from routing.numbers.home import HomePlan
from routing.numbers.plan import NumberPlan

_E164_MAX_DIGITS = 15
_SHORT_CODE_MAX_DIGITS = 6
_REACHABLE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_TYPE_REASONS = {
    PhoneNumberType.FIXED_LINE: "fixed_line",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "premium",
    PhoneNumberType.TOLL_FREE: "toll_free",
}


@dataclass(frozen=True, slots=True)
class Number:
    """A usable mobile number: digits without plus, ISO country, and what was repaired.

    Repairs: `decimal_suffix`, `trunk_zero` (+84 0912…), `zero_before_country` (084 912…),
    `missing_zero` (912345678: a guess), `old_prefix` (11 digits of before 2018).
    """

    msisdn: str
    country: str
    repairs: tuple[str, ...] = ()

    @property
    def repaired(self) -> bool:
        """Whether the number was changed beyond its punctuation."""
        return bool(self.repairs)

    @property
    def repair(self) -> str:
        """The last and weightiest repair, or an empty string."""
        return self.repairs[-1] if self.repairs else ""


class Normalizer:
    """Normalises with the given plans first and libphonenumber behind them."""

    __slots__ = ("_homes",)

    def __init__(self, plans: Iterable[NumberPlan]) -> None:
        self._homes = {
            plan.country: HomePlan(plan, plan.mobile_length)
            for plan in plans
            if plan.mobile_length is not None
        }

    def __call__(self, raw: str, *, default_country: str | None = "VN") -> Number:
        """The number meant by `raw`. Raises NumberError; see `routing.numbers.normalize`."""
        home = self._homes.get(default_country or "")
        if home is not None and (plain := home.plain(raw)) is not None:
            national = plain[1]
            if home.is_allotted(national):
                return Number(home.code + national, home.country)
        return self._carefully(raw, default_country)

    def _carefully(self, raw: str, default_country: str | None) -> Number:
        cleaned = clean(raw)
        for home in self._homes.values():
            found = home.national(cleaned, is_default=home.country == default_country)
            if found is not None:
                national, repairs = found
                repairs = (*cleaned.repairs, *repairs)
                return _in_plan(home, national, repairs, typed=len(cleaned.digits))
        return _by_library(cleaned, default_country)


def _in_plan(home: HomePlan, national: str, repairs: tuple[str, ...], *, typed: int) -> Number:
    converted = home.convert(national)
    if converted is not None:
        national, repairs = converted, (*repairs, "old_prefix")
    reason = home.refusal(national)
    if reason is not None:
        raise NumberError(reason)
    if len(national) != home.length:
        if national and len(national) <= _SHORT_CODE_MAX_DIGITS:
            raise NumberError("short_code", found=national)
        too = "too_long" if len(national) > home.length else "too_short"
        raise NumberError(too, digits=str(typed))
    if not home.is_allotted(national):
        _check(phonenumbers.parse(f"+{home.code}{national}"), typed=typed)
    return Number(home.code + national, home.country, repairs)


def _by_library(cleaned: Cleaned, default_country: str | None) -> Number:
    digits = cleaned.digits
    if len(digits) <= _SHORT_CODE_MAX_DIGITS:
        raise NumberError("short_code", found=digits)
    if len(digits) > _E164_MAX_DIGITS + 2:
        raise NumberError("too_long", digits=str(len(digits)))
    is_international = cleaned.has_plus or digits.startswith("00")
    if not is_international and default_country is None:
        raise NumberError("country_missing")
    try:
        if is_international:
            parsed = phonenumbers.parse("+" + digits.removeprefix("00"))
        else:
            parsed = phonenumbers.parse(digits, default_country)
    except phonenumbers.NumberParseException as error:
        code = "country_unknown" if is_international else "invalid"
        raise NumberError(code) from error
    if not is_international and not phonenumbers.is_valid_number(parsed):
        _suggest_abroad(digits)
    country = _check(parsed, typed=len(digits))
    return Number(
        f"{parsed.country_code}{phonenumbers.national_significant_number(parsed)}",
        country,
        cleaned.repairs,
    )


def _suggest_abroad(digits: str) -> None:
    """E.164 digits without the plus are refused, not guessed: a typo could reach a stranger."""
    try:
        abroad = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return
    if phonenumbers.is_valid_number(abroad):
        raise NumberError("ambiguous", suggestion="+" + digits)


def _check(parsed: phonenumbers.PhoneNumber, *, typed: int) -> str:
    """The country of a number that a person may carry. Raises NumberError for any other."""
    country = phonenumbers.region_code_for_number(parsed)
    if country is None or not phonenumbers.is_valid_number(parsed):
        possible = phonenumbers.is_possible_number_with_reason(parsed)
        if possible == ValidationResult.TOO_SHORT:
            raise NumberError("too_short", digits=str(typed))
        if possible == ValidationResult.TOO_LONG:
            raise NumberError("too_long", digits=str(typed))
        raise NumberError("invalid")
    kind = phonenumbers.number_type(parsed)
    if kind not in _REACHABLE:
        raise NumberError(_TYPE_REASONS.get(kind, "not_mobile"))
    return country
