"""Promised frequencies, as forms and people write them."""

import pytest

from compliance.frequency import FrequencyError, promised

DAY, WEEK, MONTH = 24, 168, 744


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4/month", (4, MONTH)),
        ("4 msgs/mo.", (4, MONTH)),
        ("2 per week", (2, WEEK)),
        ("up to 4 messages a month", (4, MONTH)),
        ("Max 3 times in 24 hours", (3, DAY)),
        ("5 per 2 weeks", (5, 2 * WEEK)),
        ("once a day", (1, DAY)),
        ("Twice a month", (2, MONTH)),
        ("daily", (1, DAY)),
        ("every week", (1, WEEK)),
        ("3 lần/tuần", (3, WEEK)),
        ("Tối đa 4 tin nhắn / tháng", (4, MONTH)),
        ("mỗi tháng 4 tin", (4, MONTH)),
        ("1 lần mỗi ngày", (1, DAY)),
        ("hàng tuần 2 lần", (2, WEEK)),
        ("1/năm", (1, 366 * 24)),
    ],
)
def test_frequencies_are_read(text: str, expected: tuple[int, int]) -> None:
    assert promised(text) == expected


@pytest.mark.parametrize(
    "text", ["", "  ", "Frequency varies", "recurring messages", "không cố định"]
)
def test_nothing_is_promised(text: str) -> None:
    assert promised(text) is None


@pytest.mark.parametrize(
    "text", ["4", "month", "often", "0/day", "4/fortnight", "-1/day", "1/0 days"]
)
def test_what_nobody_can_keep_to_is_refused(text: str) -> None:
    with pytest.raises(FrequencyError):
        promised(text)


def test_no_calendar_month_holds_more_than_promised() -> None:
    assert promised("1/month") == (1, 31 * 24)
