"""Numbers as SMSCs write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.addresses import digits_of, kind_of, writer
from carriers.constants import AddressForm

NUMBERS = st.from_regex(r"\A(84|91|1)[2-9][0-9]{8}\Z")


@given(NUMBERS, st.sampled_from(AddressForm.values))
def test_written_numbers_come_back(digits, form):
    if form == AddressForm.BARE and not digits.startswith("84"):
        return  # written with 00
    write = writer(form, "84")
    assert digits_of(write(digits) if write else digits, form, "84") == digits


@pytest.mark.parametrize(
    ("written", "form", "digits"),
    [
        ("+84981234567", "national", "84981234567"),
        ("84981234567", "national", "84981234567"),  # it answers with the whole number
        ("0981234567", "national", "84981234567"),
        ("53849", "national", "53849"),
        ("0084981234567", "bare", "84981234567"),
        ("0981234567", "digits", "0981234567"),
    ],
)
def test_smscs_are_not_strict_about_their_forms(written, form, digits):
    assert digits_of(written, form, "84") == digits


@pytest.mark.parametrize(
    ("address", "kind"),
    [("SHOP", "alphanumeric"), ("53849", "short_code"), ("+84901234567", "long_code")],
)
def test_kind_of_sender_by_its_letters(address, kind):
    assert kind_of(address) == kind
