"""What people paste into number fields, and what becomes of it."""

import string

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.numbers import MESSAGES, NumberError, display, normalize, to_e164
from routing.numbers.plan import shipped_plans

MOBILE = "84912345678"


@pytest.mark.parametrize(
    "raw",
    [
        "0912345678",
        "84912345678",
        "+84912345678",
        "0084912345678",
        "0912 345 678",
        "0912.345.678",
        "0912-345-678",
        "0912–345–678",  # en dashes
        "(+84) 912.345.678",
        "0912\u00a0345\u00a0678",
        "\u202a+84 912 345 678\u202c",  # as address books copy it
        "\ufeff0912345678",
        "０９１２３４５６７８",
        "٠٩١٢٣٤٥٦٧٨",
        "'0912345678",
        '="0912345678"',
        "tel:+84912345678",
        " 0912345678\t",
    ],
)
def test_spellings_of_one_mobile_need_no_repair(raw: str) -> None:
    number = normalize(raw)
    assert (number.msisdn, number.country, number.repaired) == (MOBILE, "VN", False)


@pytest.mark.parametrize(
    ("raw", "repairs"),
    [
        ("084 912 345 678", ("zero_before_country",)),
        ("084912345678", ("zero_before_country",)),
        ("084 0912345678", ("trunk_zero", "zero_before_country")),
        ("+84 0912 345 678", ("trunk_zero",)),
        ("+84 (0) 912 345 678", ("trunk_zero",)),
        ("840912345678", ("trunk_zero",)),
        ("00840912345678", ("trunk_zero",)),
        ("912345678", ("missing_zero",)),
        ("84912345678.0", ("decimal_suffix",)),
        ("912345678.0", ("decimal_suffix", "missing_zero")),
    ],
)
def test_repairs_are_flagged(raw: str, repairs: tuple[str, ...]) -> None:
    number = normalize(raw)
    assert (number.msisdn, number.repairs) == (MOBILE, repairs)
    assert number.repaired
    assert number.repair == repairs[-1]


@pytest.mark.parametrize(
    "raw", ["0849 123 456", "0849123456", "+84 849 123 456", "084 849 123 456", "849 123 456"]
)
def test_the_084_range_is_not_taken_for_the_country_code(raw: str) -> None:
    assert normalize(raw).msisdn == "84849123456"


CONVERSIONS = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036",
    "0167": "037", "0168": "038", "0169": "039",
    "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), CONVERSIONS.items())
def test_eleven_digit_numbers_of_before_2018_are_converted(old: str, new: str) -> None:
    for spelling in (f"{old}3456789", f"+84{old[1:]}3456789", f"84 {old[1:]} 345 6789"):
        number = normalize(spelling)
        assert number.msisdn == f"84{new[1:]}3456789"
        assert number.repair == "old_prefix"


def test_conversion_keeps_a_dropped_zero_in_the_repairs() -> None:
    assert normalize("1623456789").repairs == ("missing_zero", "old_prefix")


@pytest.mark.parametrize(
    "raw", ["0890123456", "0895123456", "0551234567", "0521234567", "0870123456", "0775123456"]
)
def test_ranges_the_plan_knows_are_accepted(raw: str) -> None:
    assert normalize(raw).msisdn == f"84{raw[1:]}"


def test_ranges_the_library_refuses_show_why_the_plan_speaks_first() -> None:
    refused = [
        raw
        for raw in ("0890123456", "0551234567", "0521234567")
        if not phonenumbers.is_valid_number(phonenumbers.parse(raw, "VN"))
    ]
    assert refused == ["0890123456", "0551234567", "0521234567"]


@pytest.mark.parametrize("raw", ["0301234567", "0311234567", "0511234567", "0990123456"])
def test_ranges_only_the_library_knows_are_accepted(raw: str) -> None:
    assert normalize(raw).msisdn == f"84{raw[1:]}"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "empty"),
        (" \u200b'", "empty"),
        ("abc", "not_a_number"),
        ("+", "not_a_number"),
        ("O912345678", "not_a_number"),
        ("0912345678 (mẹ)", "not_a_number"),
        ("0" * 200, "not_a_number"),
        ("8.49123E+10", "damaged_scientific"),
        ("8,49123e+10", "damaged_scientific"),
        ("0912345678 ext 1", "extension"),
        ("0912345678 ext. 12", "extension"),
        ("0912345678x12", "extension"),
        ("0912345678#12", "extension"),
        ("0912345678 máy lẻ 12", "extension"),
        ("0912345678,12", "extension"),
        ("tel:0912345678;ext=12", "extension"),
        ("0912345678 / 0987654321", "several_numbers"),
        ("0912345678, 0987654321", "several_numbers"),
        ("0912345678 - 0987654321", "several_numbers"),
        ("0912345678 hoặc 0987654321", "several_numbers"),
        ("53849", "short_code"),
        ("113", "short_code"),
        ("091234567", "too_short"),
        ("8491234567", "too_short"),
        ("09123456789", "too_long"),
        ("+849123456789", "too_long"),
        ("091234567890123456789", "too_long"),
        ("0992234567", "invalid"),
        ("0951234567", "defunct_range"),
        ("0121012345", "m2m_range"),
        ("0140123456", "m2m_range"),
        ("0160123456", "m2m_range"),
        ("121012345", "m2m_range"),
        ("02438123456", "fixed_line"),
        ("0672123456", "not_mobile"),
        ("1900123456", "premium"),
        ("19001234", "premium"),
        ("18001234", "toll_free"),
        ("+84 1900 123456", "premium"),
        ("+84 1800 123456", "toll_free"),
        ("+999123456789", "country_unknown"),
        ("+442079460000", "fixed_line"),
        ("+18005551212", "toll_free"),
        ("14155552671", "ambiguous"),
    ],
)
def test_refusals_say_which_rule(raw: str, code: str) -> None:
    with pytest.raises(NumberError) as refused:
        normalize(raw)
    assert refused.value.code == code
    assert MESSAGES[code] % refused.value.params


def test_a_number_without_plus_from_abroad_is_suggested_not_guessed() -> None:
    with pytest.raises(NumberError) as refused:
        normalize("14155552671")
    assert refused.value.params == {"suggestion": "+14155552671"}


@pytest.mark.parametrize(
    ("raw", "country", "msisdn"),
    [
        ("(415) 555-2671", "US", "14155552671"),
        ("1-415-555-2671", "US", "14155552671"),
        ("+84 912 345 678", "US", MOBILE),
        ("+84912345678", None, MOBILE),
        ("+1 415 555 2671", None, "14155552671"),
        ("+447400123456", "VN", "447400123456"),
        ("00447400123456", "VN", "447400123456"),
    ],
)
def test_other_countries(raw: str, country: str | None, msisdn: str) -> None:
    assert normalize(raw, default_country=country).msisdn == msisdn


@pytest.mark.parametrize("raw", ["0912345678", "84912345678"])
def test_without_default_country_a_plus_is_demanded(raw: str) -> None:
    with pytest.raises(NumberError) as refused:
        normalize(raw, default_country=None)
    assert refused.value.code == "country_missing"


def test_canada_is_not_the_united_states() -> None:
    assert normalize("+14165552671").country == "CA"


def test_forms_for_api_and_people() -> None:
    assert to_e164(MOBILE) == "+84912345678"
    assert display(MOBILE) == "+84 912 345 678"
    assert display("14155552671") == "+1 415-555-2671"
    assert display("999") == "+999"


NATIONALS = st.builds(
    lambda prefix, rest: (prefix + rest)[:9],
    st.sampled_from(
        [e.prefix[2:] for plan in shipped_plans() for e in plan.entries if e.country == "VN"]
    ),
    st.text(string.digits, min_size=9, max_size=9),
)


@given(NATIONALS, st.sampled_from(["0", "84", "+84", "0084", "+84 0", "084 ", ""]))
def test_every_allotted_number_has_one_normal_form(national: str, before: str) -> None:
    number = normalize(before + national)
    assert number.msisdn == f"84{national}"
    assert normalize(to_e164(number.msisdn)).msisdn == number.msisdn


@given(st.text(max_size=90))
def test_any_text_is_a_number_or_a_refusal_with_a_sentence(raw: str) -> None:
    try:
        digits, sentence = normalize(raw).msisdn, ""
    except NumberError as error:
        digits, sentence = "", MESSAGES[error.code] % error.params
    assert sentence or (digits.isascii() and digits.isdecimal() and 7 <= len(digits) <= 15)


@given(st.text("0123456789+() .-", min_size=7, max_size=18))
def test_what_is_accepted_is_stable(raw: str) -> None:
    try:
        number = normalize(raw)
    except NumberError:
        return
    again = normalize(to_e164(number.msisdn), default_country=None)
    assert (again.msisdn, again.country) == (number.msisdn, number.country)
