"""Columns and lines of price files."""

import pytest

from routing.price_files import (
    BAD_LINES,
    BadLine,
    KnownNetwork,
    LayoutError,
    PriceRow,
    RowReader,
    file_rows,
    layout_of,
)

NETWORKS = (
    KnownNetwork(1, "viettel", "Viettel", "VN", "452-04"),
    KnownNetwork(2, "mobifone", "MobiFone", "VN", "45201"),
    KnownNetwork(3, "itel", "iTel", "VN", "45204", is_own=False),
    KnownNetwork(4, "att", "AT&T", "US", "310410"),
)


def reader(*heads: str, currency: str = "VND") -> RowReader:
    return RowReader(
        layout_of(heads),
        NETWORKS,
        currency=currency,
        classes=("otp", "transactional", "care", "marketing"),
        is_country=lambda text: text in ("VN", "US"),
    )


@pytest.mark.parametrize(
    ("heads", "cells", "expected"),
    [
        (("Country", "Price"), ("vn", "820"), ("VN", None, "", 820_000_000)),
        (("country", "network", "rate"), ("VN", "Viettel", "0.0075"), ("VN", 1, "", 7_500)),
        (("network", "class", "cost"), ("mobifone", "OTP", "1,5"), ("VN", 2, "otp", 1_500_000)),
        (("MCC", "MNC", "Price"), ("452", "4", "1"), ("VN", 1, "", 1_000_000)),
        (("MCC-MNC", "New price"), ("45204", "1"), ("VN", 1, "", 1_000_000)),
        (("mccmnc", "price"), ("452-01", "1"), ("VN", 2, "", 1_000_000)),
        (("mcc", "mnc", "price"), ("310", "all", "1"), ("US", None, "", 1_000_000)),
        (("mccmnc", "price"), ("452", "2"), ("VN", None, "", 2_000_000)),
        (("country", "class", "price"), ("VN", "all", "2"), ("VN", None, "", 2_000_000)),
    ],
)
def test_lines_that_are_read(
    heads: tuple[str, ...], cells: tuple[str, ...], expected: tuple[object, ...]
) -> None:
    assert reader(*heads).read(2, cells) == PriceRow(2, *expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("heads", "cells", "code"),
    [
        (("country", "price"), ("VN", ""), "price_missing"),
        (("country", "price"), ("VN", "cheap"), "price_wrong"),
        (("country", "price"), ("VN", "nan"), "price_wrong"),
        (("country", "price"), ("VN", "-1"), "price_below_zero"),
        (("country", "price"), ("VN", "0.0000001"), "price_too_fine"),
        (("country", "price"), ("VN", "1e30"), "price_too_large"),
        (("country", "price"), ("Vietnam", "1"), "country_unknown"),
        (("country", "price"), ("", "1"), "place_missing"),
        (("country", "price"), ("VN",), "columns_missing"),
        (("country", "price", "currency"), ("VN", "1", "usd"), "currency_other"),
        (("network", "price"), ("vodafone", "1"), "network_unknown"),
        (("mccmnc", "price"), ("99999", "1"), "network_unknown"),
        (("country", "network", "price"), ("US", "viettel", "1"), "network_abroad"),
        (("country", "class", "price"), ("VN", "spam", "1"), "class_unknown"),
    ],
)
def test_lines_that_are_set_aside(
    heads: tuple[str, ...], cells: tuple[str, ...], code: str
) -> None:
    assert code in BAD_LINES
    assert reader(*heads).read(9, cells) == BadLine(9, code, ",".join(cells))


def test_a_rate_is_given_once() -> None:
    lines = reader("mccmnc", "network", "price")
    assert isinstance(lines.read(2, ("45204", "", "1")), PriceRow)
    assert lines.read(3, ("", "viettel", "2")) == BadLine(3, "twice", ",viettel,2")
    assert lines.read(4, ("", " ", "")) is None


@pytest.mark.parametrize(
    ("heads", "code"), [(("country", "name"), "no_price"), (("price", "name"), "no_place")]
)
def test_first_lines_that_say_too_little(heads: tuple[str, ...], code: str) -> None:
    with pytest.raises(LayoutError) as caught:
        layout_of(heads)
    assert caught.value.code == code


def test_columns_that_are_not_read_are_named() -> None:
    assert layout_of(("Country", "Price", "Comment", "")).ignored == ("Comment",)


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_first_line_shows_the_delimiter(sign: str) -> None:
    lines = [f"country{sign}price\n", f'VN{sign}"1.5"\n']
    assert list(file_rows(lines)) == [(1, ["country", "price"]), (2, ["VN", "1.5"])]
