"""A pump with its threads, on a link that does what the test says."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from carriers.models import BindLease
from carriers.ports import NO_STATUS, SessionHealth, Submission, SubmitResult
from carriers.smpp.statuses import StatusClass
from config.common import clock, versions
from messaging.models import Dispatch, Segment
from messaging.pump import pump as pumps
from messaging.pump.monitor import Monitor
from messaging.pump.pump import BindPump
from messaging.selectors.snapshot import snapshots
from messaging.services.holds import hold_lift, hold_place
from tests.messaging.hot import Line, make_line, place, state, suppress
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

CAMPAIGN = 7001
SECONDS = 60


class FakeLink:
    """What a link does with its pump, by hand."""

    def __init__(self, pump: BindPump, monitor: Monitor) -> None:
        self.pump, self.monitor = pump, monitor
        self.released: list[int] = []

    def wake(self) -> None: ...

    def pace(self) -> float | None:
        return self.pump._bind.throughput

    def acknowledge(self, session_id, answers) -> None: ...

    def release(self, slots) -> None:
        self.released += slots

    def bind(self) -> None:
        self.pump.health(SessionHealth("bound"))

    def lose(self) -> None:
        self.pump.health(SessionHealth("connection_lost"))

    def take(self, count: int = 1, *, express: bool = False) -> list[Submission]:
        """As many as the source has ready within a while."""
        taken: list[Submission] = []
        until(lambda: bool(taken.extend(self.pump.source.take(count, express)) or taken))
        return taken

    def answer(self, submission: Submission, outcome: str = "accepted") -> None:
        assert self.pump.source.may_write(submission)
        at = clock.now().timestamp()
        is_ok = outcome == "accepted"
        smsc_id = f"{submission.message_id.hex()[:10]}-{submission.segment}" if is_ok else ""
        status = 0 if is_ok else NO_STATUS
        kind = StatusClass.OK if is_ok else StatusClass.AMBIGUOUS
        self.pump.results(
            [SubmitResult(submission, outcome, status, smsc_id, submission.segment, at, at, kind)]
        )


@pytest.fixture
def line(monkeypatch) -> Line:
    snapshots.forget()
    monkeypatch.setattr(pumps, "_REWIND_SECONDS", 0.1)
    monkeypatch.setattr(pumps, "_FAULT_SECONDS", 0.05)
    return make_line()


@pytest.fixture
def link(line) -> Iterator[FakeLink]:
    """A link whose pump runs."""
    monitor = Monitor()
    pump = BindPump(line.bind, line.epoch, monitor)
    link = FakeLink(pump, monitor)
    pump.start(link)
    yield link
    pump.stop(SECONDS)


def test_queued_message_goes_out_and_its_answer_is_committed(line, link):
    message = line.queued()
    link.bind()
    (submission,) = link.take()
    assert submission.message_id == message.pk.bytes
    link.answer(submission)
    until(lambda: state(message) == "sent")
    assert place(message) == "nowhere"
    until(lambda: link.released == [1])


def test_nothing_is_claimed_before_the_session_is_bound(line, link):
    message = line.queued()
    link.pump.express_wanted.set()
    link.lose()
    until(lambda: BindLease.objects.get(pk=line.bind.pk).state == "connection_lost")
    assert place(message) == "queued"


def test_code_takes_the_express_way_past_the_bulk(line, link):
    line.queued()
    code = line.queued("otp")
    link.bind()
    link.pump.express_wanted.set()
    (submission,) = link.take(express=True)
    assert submission.message_id == code.pk.bytes


def test_segments_come_in_order_with_one_reference(line, link):
    text = "x" * 400
    line.queued(text=text, segment_count=3, segment_reference=77)
    link.bind()
    parts = link.take(3)
    assert [part.segment for part in parts] == [1, 2, 3]
    headers = {part.body[part.body.index(b"\x05\x00\x03") :][3:5] for part in parts}
    assert headers == {bytes([77, 3])}


def test_answers_in_two_batches_count_though_the_second_commit_fails_first(line, link, monkeypatch):
    message = line.queued(text="x" * 300, segment_count=2, segment_reference=77)
    commit, failures = pumps.work_commit, []

    def fails_once(cursor, work, **where):
        commit(cursor, work, **where)
        if work.settled and not failures:
            failures.append(1)
            raise psycopg.OperationalError("the connection is lost")

    monkeypatch.setattr(pumps, "work_commit", fails_once)
    link.bind()
    first, second = link.take(2)
    link.answer(first)
    until(lambda: Segment.objects.filter(message_id=message.pk).count() == 1)
    link.answer(second)
    until(lambda: state(message) == "sent")
    assert failures
    assert Segment.objects.filter(message_id=message.pk).count() == 2


def test_opt_out_after_queueing_holds(line, link):
    """Invariant 5."""
    message = line.queued()
    suppress(line, message.msisdn)
    link.bind()
    until(lambda: state(message) == "blocked suppressed")
    assert link.pump.source.ready == 0


def test_pause_brings_claimed_messages_back_and_resume_sends_them(line, link):
    message = line.queued(campaign_id=CAMPAIGN)
    link.bind()
    (submission,) = link.take()
    hold_place(account=line.account, campaign_id=CAMPAIGN)
    until(lambda: CAMPAIGN in link.monitor.held)
    assert not link.pump.source.may_write(submission)
    until(lambda: place(message) == "queued")
    hold_lift(campaign_id=CAMPAIGN)
    (again,) = link.take()
    assert again.message_id == message.pk.bytes


def test_stopping_returns_what_was_not_written(line, link):
    made = [line.queued() for _ in range(3)]
    link.bind()
    (first, *_rest) = link.take(3)
    link.answer(first)
    link.pump.source.put_back(_rest)
    link.pump.stop(SECONDS)
    assert sorted(place(one) for one in made) == ["nowhere", "queued", "queued"]


def test_message_that_stopping_cuts_in_two_goes_on_with_the_missing_segment(line, link):
    """All of it, and none of it twice."""
    message = line.queued(text="x" * 300, segment_count=2, segment_reference=1)
    link.bind()
    first, second = link.take(2)
    link.answer(first)
    link.pump.source.put_back([second])
    link.pump.stop(SECONDS)
    assert (state(message), place(message)) == ("queued", "queued")
    message.refresh_from_db()
    assert message.segments_sent == 1
    assert Segment.objects.get(message_id=message.pk).number == 1


def test_answers_wait_for_the_database_to_come_back(line, link, monkeypatch):
    """Invariant 1, whatever dies: the database connection."""
    message = line.queued()
    link.bind()
    (submission,) = link.take()
    failures = iter([psycopg.OperationalError("gone"), RuntimeError("odd")])
    original = pumps.work_commit

    def sometimes(*args, **values):
        error = next(failures, None)
        if error is not None:
            raise error
        original(*args, **values)

    monkeypatch.setattr(pumps, "work_commit", sometimes)
    link.answer(submission)
    until(lambda: state(message) == "sent")
    assert Segment.objects.filter(message_id=message.pk).count() == 1


def test_message_that_no_pdu_can_hold_ends_alone(line, link):
    line.sender.address = "Thương hiệu"
    line.sender.save()
    until(lambda: link.monitor.snapshot.version == versions.current())
    message = line.queued()
    link.bind()
    until(lambda: state(message) == "failed rejected")


def test_lost_lease_claims_nothing_more_and_still_commits(line, link):
    """Invariant 8: results of an old lease epoch are stored but claim nothing."""
    message, later = line.queued(), line.queued()
    link.bind()
    taken = link.take(2)
    run_out = clock.now() - timedelta(minutes=1)
    BindLease.objects.filter(pk=line.bind.pk).update(epoch=line.epoch + 1, expires_at=run_out)
    Dispatch.objects.filter(id=later.pk).update(lease_epoch=line.epoch + 1)
    third = line.queued()
    link.answer(taken[0])
    until(lambda: state(message) == "sent")
    link.pump.stop(SECONDS)
    assert (place(later), place(third)) == ("claimed", "queued")
