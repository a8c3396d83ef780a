"""Concatenation references that two texts in assembly at one phone never share."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from django.db import connection

from messaging.models import SegmentReference
from messaging.selectors.snapshot import SenderCard
from messaging.services.drafts import Draft
from messaging.services.references import ASSEMBLY_TIME, references_take

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SENDER = SenderCard(
    1, 1, 1, "53849", "short_code", "VN", None, "active", START.date(), None, True, frozenset()
)
NUMBER = "84981234567"


def draft(msisdn: str = NUMBER) -> Draft:
    return Draft(
        id=uuid.uuid4(),
        account_id=1,
        advertiser_id=1,
        sender=SENDER,
        message_class="care",
        msisdn=msisdn,
        country="VN",
        text="long",
        encoding="gsm7",
        segment_count=2,
        currency="VND",
        origin="api",
    )


def take(count: int, *, minutes: float = 0, msisdn: str = NUMBER) -> list[int]:
    """References of so many texts to one number, given so long after the start."""
    drafts = [draft(msisdn) for _ in range(count)]
    references_take(drafts, START + timedelta(minutes=minutes))
    return [one.segment_reference or 0 for one in drafts]


def on_air(reference: int) -> tuple[int, int]:
    """Size and value as an 8-bit bind sends them."""
    return (8, reference & 0xFF) if reference >= 0 else (16, reference & 0xFFFF)


def test_texts_to_one_number_are_counted_and_others_apart():
    first = take(1)[0]
    assert 0 <= first < 32768
    assert take(2) == [(first + 1) % 32768, (first + 2) % 32768]
    take(5, msisdn="84981234568")
    assert take(1) == [(first + 3) % 32768]


def test_a_slice_takes_one_statement_however_its_numbers_repeat(django_assert_num_queries):
    drafts = [draft(NUMBER if at % 2 else f"8498765432{at}") for at in range(8)]
    with django_assert_num_queries(1):
        references_take(drafts, START)
    assert all(one.segment_reference is not None for one in drafts)
    with django_assert_num_queries(0):
        references_take([], START)


def test_the_257th_text_within_the_assembly_time_takes_sixteen_bits():
    references = take(200) + take(58, minutes=29)
    assert [reference < 0 for reference in references] == [False] * 256 + [True] * 2
    assert len({on_air(reference) for reference in references}) == 258
    assert all(value >= 0x8000 for bits, value in map(on_air, references) if bits == 16)


def test_eight_bits_serve_again_once_the_first_texts_are_out_of_assembly():
    take(300)
    assert take(1, minutes=29)[0] < 0
    assert take(1, minutes=95)[0] >= 0


def test_no_two_texts_within_the_assembly_time_share_a_reference():
    """Bursts on both sides of the windows' borders."""
    times = [(0, 200), (10, 100), (29, 10), (31, 200), (50, 100), (61, 10), (130, 256), (131, 3)]
    given = [
        (minutes, on_air(reference))
        for minutes, count in times
        for reference in take(count, minutes=minutes)
    ]
    for (one, first), (other, second) in combinations(given, 2):
        if timedelta(minutes=other - one) < ASSEMBLY_TIME:
            assert first != second


def test_steady_texts_never_need_sixteen_bits():
    found = [take(3, minutes=20 * step) for step in range(100)]
    assert min(reference for references in found for reference in references) >= 0


def test_count_starts_over_after_fifteen_bits():
    take(1)
    SegmentReference.objects.update(last=32766, window_first=32000, previous_first=32000)
    found = take(3, minutes=1)
    assert [one if one >= 0 else ~one for one in found] == [32767, 0, 1]


def test_row_from_before_the_windows_is_taken_over():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_segmentreference (sender_id, msisdn, last) VALUES (1, %s, 255)",
            [NUMBER],
        )
    assert take(2) == [256, 257]
    row = SegmentReference.objects.get()
    assert (row.window_first, row.previous_first, row.window_at) == (256, 256, START)
