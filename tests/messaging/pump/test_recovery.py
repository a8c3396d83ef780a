"""What a dead holder left. Invariants 1 and 2: nothing is lost, nothing is handed over twice."""

import pytest
from django.db import connection

from carriers.smpp import statuses
from carriers.smpp.journal import JournalContent
from config.common import clock
from messaging.constants import MAX_ATTEMPTS
from messaging.models import Dispatch, Message, Segment, Waiting
from messaging.pump.claims import Claimer
from messaging.pump.deciding import claims_sort
from messaging.pump.recovery import leftovers_settle
from messaging.selectors.snapshot import snapshots
from tests.messaging.hot import Line, end_lease, make_line, make_segment, place, state, take_lease


@pytest.fixture
def line(db) -> Line:
    return make_line()


def journal(line: Line, *entries, answers=None, epoch=None) -> JournalContent:
    epoch = line.epoch if epoch is None else epoch
    keys = frozenset((claim.id.bytes, number) for claim, number in entries)
    told = {(claim.id.bytes, number): told for (claim, number), told in (answers or {}).items()}
    return JournalContent(epoch, keys, told)


def take_over(line: Line, content: JournalContent | None) -> Line:
    """Another worker's turn with the bind."""
    end_lease(line.bind)
    epoch = take_lease(line.bind)
    with connection.cursor() as cursor:
        leftovers_settle(cursor, line.bind, epoch, content)
    return Line(line.account, line.sender, line.network, line.carrier, line.bind, epoch)


def test_claimed_and_never_written_goes_back_to_the_queue(line):
    claim = line.claimed(attempts=2)
    take_over(line, journal(line))
    assert (state(claim), place(claim)) == ("queued", "queued")
    assert Dispatch.objects.get(id=claim.id).attempts == 2


@pytest.mark.parametrize("lane", ["marketing", "care", "transactional"])
def test_written_without_an_answer_is_unknown(line, lane):
    claim = line.claimed(lane)
    take_over(line, journal(line, (claim, 1)))
    assert (state(claim), place(claim)) == ("unknown no_answer", "nowhere")


def test_one_time_code_written_without_an_answer_is_sent_again(line):
    claim = line.claimed("otp")
    take_over(line, journal(line, (claim, 1)))
    assert (state(claim), place(claim)) == ("queued", "queued")
    assert Dispatch.objects.get(id=claim.id).attempts == 1


def test_one_time_code_is_not_sent_again_for_ever(line):
    claim = line.claimed("otp", attempts=MAX_ATTEMPTS - 1)
    take_over(line, journal(line, (claim, 1)))
    assert state(claim) == "unknown no_answer"


def test_without_a_journal_everything_claimed_may_be_at_the_smsc(line):
    claim, code = line.claimed(), line.claimed("otp")
    take_over(line, None)
    assert (state(claim), place(code)) == ("unknown no_answer", "queued")


def test_journal_speaks_for_its_own_epoch_alone(line):
    """A holder on another machine came between: its journal is there."""
    here = line.claimed()
    there = take_over(line, journal(line))
    elsewhere = there.claimed()
    Dispatch.objects.filter(id=here.id).update(bind_id=line.bind.pk, lease_epoch=line.epoch)
    take_over(there, journal(line))
    assert (state(here), place(here)) == ("queued", "queued")
    assert state(elsewhere) == "unknown no_answer"


def test_lease_that_was_taken_and_never_opened_loses_nothing(line):
    """The journal is two epochs old, and still the last one."""
    claim = line.claimed()
    end_lease(line.bind)
    take_lease(line.bind)
    take_over(line, journal(line))
    assert (state(claim), place(claim)) == ("queued", "queued")


def test_answer_that_was_not_committed_is_committed_now(line):
    claim = line.claimed()
    take_over(line, journal(line, answers={(claim, 1): (0, "77")}))
    assert (state(claim), place(claim)) == ("sent", "nowhere")
    assert Segment.objects.get(message_id=claim.id).smsc_message_id == "77"


@pytest.mark.parametrize(
    ("status", "ends", "stands"),
    [
        (statuses.ESME_RINVDSTADR, "failed invalid_destination", "nowhere"),
        (statuses.ESME_RTHROTTLED, "queued", "queued"),
        (statuses.ESME_RSYSERR, "queued", "waiting retry"),
    ],
)
def test_refusal_that_was_not_committed_counts_as_one(line, status, ends, stands):
    claim = line.claimed()
    take_over(line, journal(line, answers={(claim, 1): (status, "")}))
    assert (state(claim), place(claim)) == (ends, stands)


def test_exceptions_of_the_bind_hold_for_kept_answers_too(line):
    line.bind.status_classes = {"0x0b": "temporary"}
    line.bind.save()
    claim = line.claimed()
    take_over(line, journal(line, answers={(claim, 1): (0x0B, "")}))
    assert place(claim) == "waiting retry"


def test_committed_segment_is_not_sent_again_with_the_missing_ones(line):
    """The worker died between the answer to segment 1 and the writing of segment 2."""
    claim = line.claimed(text="x" * 200, segment_count=2)
    make_segment(Message.objects.get(pk=claim.id), line, 1)
    successor = take_over(line, journal(line, (claim, 1)))
    assert (state(claim), place(claim)) == ("queued", "queued")
    snapshots.forget()
    with connection.cursor() as cursor:
        (again,) = claims_sort(
            cursor,
            successor.claim(),
            snapshots.current(),
            successor.holder,
            line.carrier.pk,
            clock.now(),
        )
    assert set(again.results) == {1}


def test_segment_that_was_written_beside_a_committed_one_is_ambiguous(line):
    claim = line.claimed(text="x" * 200, segment_count=2)
    make_segment(Message.objects.get(pk=claim.id), line, 1)
    take_over(line, journal(line, (claim, 1), (claim, 2)))
    assert state(claim) == "unknown no_answer"


def test_first_segment_refused_and_second_not_written_is_a_refusal(line):
    claim = line.claimed(text="x" * 200, segment_count=2)
    take_over(line, journal(line, answers={(claim, 1): (statuses.ESME_RINVDSTADR, "")}))
    assert state(claim) == "failed invalid_destination"


def test_long_text_in_one_payload_is_one_segment_on_the_wire(line):
    line.bind.long_messages = "payload"
    line.bind.save()
    claim = line.claimed(text="x" * 400, segment_count=3)
    take_over(line, journal(line, answers={(claim, 1): (0, "77")}))
    assert state(claim) == "sent"


def test_rows_of_other_binds_and_of_the_present_lease_are_left_alone(line):
    other = make_line()
    theirs, ours = other.claimed(), line.claimed()
    with connection.cursor() as cursor:
        leftovers_settle(cursor, line.bind, line.epoch, None)
    assert (place(theirs), place(ours)) == ("claimed", "claimed")
    assert not Waiting.objects.exists()


def test_free_rows_are_left_alone(line):
    message = line.queued()
    take_over(line, None)
    assert (state(message), place(message)) == ("queued", "queued")
    assert isinstance(line.claimer, Claimer)
