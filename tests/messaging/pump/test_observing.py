"""What a flush and a receipt tell about a carrier, as counts."""

from datetime import timedelta

import pytest
from django.db import connection

from carriers.ports import SubmitResult
from config.common import clock
from messaging.pump.observing import Observer
from messaging.services.outcomes import Outcome, outcomes_apply
from routing.models import ObservationDelta
from tests.messaging.hot import Line, make_line, result

pytestmark = pytest.mark.django_db
AT = 1_780_000_003.25


@pytest.fixture
def line() -> Line:
    return make_line()


def _written(line: Line, *, status: int = 0, slot: int = 1, seconds: float = 0.02) -> SubmitResult:
    """An answer to a segment that really was on the wire."""
    found = result(line.claimed(), status=status)
    return found._replace(journal_slot=slot, written_at=AT, answered_at=AT + seconds)


def _counts(line: Line, *results: SubmitResult, asks: bool = True) -> dict[tuple[str, int], int]:
    observer = Observer()
    observer.note(results, carrier_id=line.carrier.pk, bind_id=line.bind.pk, asks=asks)
    with connection.cursor() as cursor:
        observer.write(cursor)
        assert observer.write(cursor) == 0
    rows = ObservationDelta.objects.values_list("what", "bucket", "n")
    return {(what, bucket): n for what, bucket, n in rows}


def test_a_flush_counts_answers_by_time_and_tenth_of_a_second(line: Line) -> None:
    found = _counts(line, _written(line), _written(line), _written(line, seconds=3.0))
    assert found == {("accepted", 5): 2, ("accepted", 12): 1, ("tenth", 2): 3}
    delta = ObservationDelta.objects.get(what="accepted", bucket=5)
    assert (delta.carrier_id, delta.bind_id) == (line.carrier.pk, line.bind.pk)
    assert (delta.network_id, delta.message_class) == (line.network.pk, "care")
    assert delta.cohort.timestamp() == AT - AT % 10


def test_refusals_count_by_class_and_by_code(line: Line) -> None:
    found = _counts(line, _written(line, status=0x08), _written(line, status=0x0B))
    assert found["temporary", 5] == found["refused_message", 5] == 1
    assert found["status", 0x08] == found["status", 0x0B] == 1


def test_what_was_never_written_says_nothing(line: Line) -> None:
    assert _counts(line, _written(line, slot=-1)) == {}


def test_where_no_receipt_is_asked_for_none_is_missed(line: Line) -> None:
    assert ("accepted_unasked", 5) in _counts(line, _written(line), asks=False)


@pytest.mark.parametrize(
    ("status", "reason", "what"),
    [("delivered", "", "delivered"), ("undelivered", "receipt_rejected", "receipt_rejected")],
)
def test_a_receipt_counts_for_when_its_message_left(
    line: Line, status: str, reason: str, what: str
) -> None:
    sent_at = clock.now() - timedelta(seconds=30)
    message = line.message(status="sent", sent_at=sent_at)
    with connection.cursor() as cursor:
        for _ in range(2):  # a repeated receipt changes nothing
            at = sent_at + timedelta(seconds=3)
            outcomes_apply(cursor, [Outcome(message.pk, status, at, reason)])
    delta = ObservationDelta.objects.get()
    assert (delta.what, delta.bucket, delta.n) == (what, 12, 1)
    assert delta.cohort <= sent_at < delta.cohort + timedelta(seconds=10)
    assert (delta.carrier_id, delta.sender_id) == (line.carrier.pk, line.sender.pk)
