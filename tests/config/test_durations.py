from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from config.common.durations import since

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "ago", "words"),
    [
        ("en", timedelta(seconds=59), "0 minutes"),
        ("en", timedelta(minutes=1), "1 minute"),
        ("en", timedelta(days=1, hours=5), "1 day"),
        ("vi", timedelta(minutes=12), "12 phút"),
        ("vi", timedelta(hours=3), "3 giờ"),
        ("vi", timedelta(days=800), "2 năm"),
    ],
)
def test_largest_unit_in_the_readers_language(language, ago, words):
    with override(language):
        assert since(NOW - ago, NOW).replace("\xa0", " ") == words
