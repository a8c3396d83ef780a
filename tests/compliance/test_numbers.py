"""Numbers as people write them in the console."""

import pytest

from compliance.numbers import search_prefixes, to_display, to_msisdn


@pytest.mark.parametrize(
    ("text", "country", "msisdn"),
    [
        ("0912 345 678", "VN", "84912345678"),
        ("+84 912 345 678", "US", "84912345678"),
        ("(212) 555-0123", "US", "12125550123"),
        ("12", "VN", None),
        ("hello", "VN", None),
        ("", "VN", None),
    ],
)
def test_written_number_is_read_in_the_countrys_way(
    text: str, country: str, msisdn: str | None
) -> None:
    assert to_msisdn(text, country) == msisdn


@pytest.mark.parametrize(
    ("text", "country", "prefixes"),
    [
        ("0912", "VN", ("84912",)),
        ("0912 345", "VN", ("84912345",)),
        ("+84912", "VN", ("84912",)),
        ("0084912", "VN", ("84912",)),
        ("84912", "VN", ("84912", "8484912")),
        ("912 345", "VN", ("912345", "84912345")),
        ("(212) 555", "US", ("212555", "1212555")),
        ("091", "VN", ()),
        ("Nguyễn", "VN", ()),
        ("٠٩١٢", "VN", ()),
        ("", "VN", ()),
    ],
)
def test_search_by_the_beginning(text: str, country: str, prefixes: tuple[str, ...]) -> None:
    assert search_prefixes(text, country) == prefixes


def test_shown_with_plus() -> None:
    assert to_display("84912345678") == "+84912345678"
    assert to_display("SAO MAI") == "SAO MAI"
