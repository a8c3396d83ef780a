import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.number_files import NationalNumbers

VIETNAM = NationalNumbers("VN")


@pytest.mark.parametrize(
    "text",
    [
        "0912345678",
        "912345678",
        "84912345678",
        "+84912345678",
        "0084912345678",
        "0912 345 678",
        "+84 (91) 234-56.78",
        "'0912345678",
    ],
)
def test_every_way_of_writing_a_number_is_the_same_number(text: str) -> None:
    assert VIETNAM.read(text) == "84912345678"


@pytest.mark.parametrize("text", ["", "abc", "5656", "+12125551212", "09123", "٠٩١٢٣٤٥٦٧٨"])
def test_what_is_no_number_of_the_country_is_none(text: str) -> None:
    assert VIETNAM.read(text) is None


def test_numbers_of_other_countries_are_taken_where_they_may_stand_and_have_a_plus() -> None:
    numbers = NationalNumbers("VN", abroad=True)
    assert numbers.read("+12125551212") == "12125551212"
    assert numbers.read("12125551212") is None


def test_american_numbers_are_read_with_and_without_the_one() -> None:
    numbers = NationalNumbers("US")
    assert {numbers.read(text) for text in ("(212) 555-1212", "1 212 555 1212")} == {"12125551212"}


def test_a_country_without_a_plan_is_refused() -> None:
    with pytest.raises(ValueError, match="XX"):
        NationalNumbers("XX")


@given(st.sampled_from(["VN", "US", "GB", "FR", "IN", "SG"]), st.integers(0, 10**6))
def test_the_quick_way_agrees_with_the_library_of_numbering_plans(country: str, end: int) -> None:
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    national = phonenumbers.national_significant_number(example)
    number = phonenumbers.parse(national[: -len(str(end))] + str(end), country)
    forms = phonenumbers.PhoneNumberFormat
    expected = phonenumbers.format_number(number, forms.E164).lstrip("+")
    numbers = NationalNumbers(country)
    for form in (forms.E164, forms.NATIONAL, forms.INTERNATIONAL):
        assert numbers.read(phonenumbers.format_number(number, form)) == expected
