from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.imports.values import Consent, consent, date_example, language, moment

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("Có", Consent.GRANTED),
        ("CÓ ", Consent.GRANTED),
        ("x", Consent.GRANTED),
        ("1", Consent.GRANTED),
        ("✓", Consent.GRANTED),
        ("Đồng ý", Consent.GRANTED),
        ("yes", Consent.GRANTED),
        ("Không", Consent.NOT_GIVEN),
        ("0", Consent.NOT_GIVEN),
        ("không đồng ý", Consent.NOT_GIVEN),
        ("Từ chối", Consent.REFUSED),
        ("STOP", Consent.REFUSED),
        ("Đã hủy", Consent.REFUSED),
        ("", None),
        ("  ", None),
    ],
)
def test_consent_as_people_write_it(cell, said):
    assert consent(cell) == said


@pytest.mark.parametrize("cell", ["maybe", "?", "co khong", "2"])
def test_unclear_consent_is_no_consent(cell):
    with pytest.raises(ValueError):
        consent(cell)


@pytest.mark.parametrize(
    ("cell", "country", "found"),
    [
        ("31/03/2026", "VN", datetime(2026, 3, 31, tzinfo=SAIGON)),
        ("3/4/2026", "VN", datetime(2026, 4, 3, tzinfo=SAIGON)),
        ("3/4/2026", "US", datetime(2026, 3, 4, tzinfo=SAIGON)),
        ("31.03.2026 08:05", "VN", datetime(2026, 3, 31, 8, 5, tzinfo=SAIGON)),
        ("31-03-2026, 20:05:30", "VN", datetime(2026, 3, 31, 20, 5, 30, tzinfo=SAIGON)),
        ("08:05 31/03/2026", "VN", datetime(2026, 3, 31, 8, 5, tzinfo=SAIGON)),
        ("3/31/2026 8:05 PM", "US", datetime(2026, 3, 31, 20, 5, tzinfo=SAIGON)),
        ("2026-03-31", "VN", datetime(2026, 3, 31, tzinfo=SAIGON)),
        ("2026-03-31 08:05:09.123", "VN", datetime(2026, 3, 31, 8, 5, 9, tzinfo=SAIGON)),
        ("2026-03-31T08:05:00Z", "VN", datetime(2026, 3, 31, 8, 5, tzinfo=UTC)),
        (
            "2026-03-31T08:05:00+09:00",
            "VN",
            datetime(2026, 3, 31, 8, 5, tzinfo=timezone(timedelta(hours=9))),
        ),
    ],
)
def test_dates_as_people_write_them(cell, country, found):
    assert moment(cell, SAIGON, country) == found


@pytest.mark.parametrize(
    "cell", ["31/02/2026", "13/13/2026", "yesterday", "46112", "1/2/26", "31/03/2026 25:00", "2026"]
)
def test_what_is_no_date_is_refused(cell):
    with pytest.raises(ValueError):
        moment(cell, SAIGON, "VN")


@pytest.mark.parametrize("country", ["VN", "US"])
def test_the_example_of_an_error_can_be_read(country):
    assert moment(date_example(country), SAIGON, country) == datetime(2026, 3, 31, tzinfo=SAIGON)


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_a_value_error(text):
    try:
        assert moment(text, SAIGON, "VN").tzinfo is not None
    except ValueError:
        return


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("vi", "vi"),
        ("VN", "vi"),
        ("Tiếng Việt", "vi"),
        ("English", "en"),
        ("en_US", "en-US"),
        ("fr", "fr"),
        ("vi-x-plain", "vi-x-plain"),
        ("Không dấu", "vi-x-plain"),
    ],
)
def test_languages_by_code_or_name(cell, code):
    assert language(cell) == code


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError):
        language("Klingonisch")
