import unicodedata
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.imports.columns import columns
from campaigns.imports.errors import ROW_MESSAGES, RowError
from campaigns.imports.rows import Row, RowParser, RowSettings
from campaigns.imports.values import Consent
from routing.numbers import MESSAGES

MAPPING = {
    0: "name",
    1: "number",
    2: "attribute:order",
    3: "consent",
    4: "consent_date",
    5: "consent_source",
    6: "language",
    7: "timezone",
}
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def parser(mapping=MAPPING, country="VN", width=8):
    settings = RowSettings(country, ZoneInfo("Asia/Ho_Chi_Minh"), NOW, width)
    return RowParser(columns(mapping, width), settings)


def row(**cells):
    names = ["name", "number", "order", "consent", "date", "source", "language", "zone"]
    values = {"name": "An", "number": "0912345678"} | cells
    return [values.get(name, "") for name in names]


def test_a_full_row():
    found = parser()(
        [
            unicodedata.normalize("NFD", " Nguyễn  Văn An"),
            "0912 345 678",
            "DH-1",
            "Có",
            "01/03/2026",
            "web form",
            "vn",
            "asia/ho chi minh",
        ]
    )
    assert found == Row(
        msisdn="84912345678",
        country="VN",
        name="Nguyễn Văn An",
        language="vi",
        timezone="Asia/Ho_Chi_Minh",
        attributes={"order": "DH-1"},
        consent=Consent.GRANTED,
        consent_at=datetime(2026, 3, 1, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
        consent_source="web form",
    )


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        (row(number=""), "number", "empty"),
        (row(number="8.49E+10"), "number", "damaged_scientific"),
        (row(number="02438251234"), "number", "fixed_line"),
        (row(number="0912345678 ext 12"), "number", "extension"),
        (row(number="09123456"), "number", "too_short"),
        (row(name="x" * 201), "name", "text_too_long"),
        (row(name="Tr\udce2n"), "name", "damaged_text"),
        (row(order="x" * 1001), "attribute:order", "text_too_long"),
        (row(consent="maybe"), "consent", "consent_unclear"),
        (row(consent="Có", date="32/01/2026"), "consent_date", "date_unreadable"),
        (row(consent="Có", date="01/01/2027"), "consent_date", "date_in_future"),
        (row(source="x" * 121), "consent_source", "text_too_long"),
        (row(language="Klingonisch"), "language", "language_unknown"),
        (row(zone="Hanoi"), "timezone", "time_zone_unknown"),
        (row(zone="+07:00"), "timezone", "time_zone_unknown"),
        ([*row(), "left over"], "", "too_many_columns"),
    ],
)
def test_a_bad_row_names_field_and_rule(cells, field, code):
    with pytest.raises(RowError) as refusal:
        parser()(cells)
    error = refusal.value
    assert (error.field, error.code) == (field, code)
    sentence = (ROW_MESSAGES.get(code) or MESSAGES[code]) % error.params
    assert "%(" not in sentence
    sentence.encode()


def test_empty_cells_behind_the_last_column_are_no_error():
    assert parser()([*row(), "", ""]).msisdn == "84912345678"


def test_missing_cells_are_empty():
    assert parser()(["An", "0912345678"]).attributes == {}


def test_names_in_several_columns_are_joined():
    found = parser({0: "name", 1: "name", 2: "number"}, width=3)(["Nguyễn Văn", "An", "0912345678"])
    assert found.name == "Nguyễn Văn An"


def test_a_date_of_consent_alone_is_consent():
    mapping = {0: "number", 1: "consent_date"}
    given = parser(mapping, width=2)
    assert given(["0912345678", "2026-03-01"]).consent == Consent.GRANTED
    assert given(["0912345678", ""]).consent is None


def test_the_country_reads_bare_numbers_and_dates():
    found = parser({0: "number", 1: "consent_date"}, country="US", width=2)(
        ["(201) 555-0123", "03/04/2026"]
    )
    assert (found.msisdn, found.country, found.consent_at.month) == ("12015550123", "US", 3)


def test_later_rows_win_where_they_say_something():
    first = Row("84912345678", "VN", name="An", attributes={"a": "1", "b": "2"})
    first.merge(Row("84912345678", "VN", name="", language="vi", attributes={"b": "3"}))
    assert (first.name, first.language, first.attributes) == ("An", "vi", {"a": "1", "b": "3"})


def test_of_two_consents_the_newer_counts_whatever_the_order():
    newer = Row("1", "VN", consent=Consent.REFUSED, consent_at=datetime(2026, 5, 1, tzinfo=UTC))
    older = Row("1", "VN", consent=Consent.GRANTED, consent_at=datetime(2026, 1, 1, tzinfo=UTC))
    newer.merge(older)
    assert newer.consent == Consent.REFUSED


@given(st.lists(st.text(max_size=30), max_size=9))
def test_any_cells_are_a_row_or_a_row_error(cells):
    with suppress(RowError):
        found = parser()(cells)
        assert found.msisdn.isascii()
        found.name.encode()
