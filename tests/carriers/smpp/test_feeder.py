import math

import pytest

from carriers.smpp import feeder as feeder_module
from carriers.smpp.feeder import Feeder
from carriers.smpp.journal import Journal
from carriers.smpp.window import Pending
from tests.carriers.smpp.support import ListSource, SessionDriver, make_submission


class Fed:
    """A feeder between a list and a bound session."""

    def __init__(self, journal, source, **config):
        self.driver = SessionDriver(**config)
        self.driver.bind()
        self.journal, self.source = journal, source
        self.feeder = Feeder(source, journal, self.driver.pacer)

    def feed(self, after=0.0):
        self.driver.now += after
        self.feeder.feed(self.driver.session, self.driver.now)
        return [frame[16:] for frame in self.driver.outgoing()]

    def next_in(self):
        return self.feeder.next_at(self.driver.session, self.driver.now) - self.driver.now


@pytest.fixture
def fed(tmp_path):
    journals = []

    def make(source, slots=1000, **config):
        journals.append(Journal.open(tmp_path / "7.journal", 7, 1, slots))
        return Fed(journals[-1], source, **config)

    yield make
    for each in journals:
        each.close()


def bodies(submissions):
    return [each.body for each in submissions]


def many(n, **values):
    return [make_submission(**values) for _ in range(n)]


def test_express_goes_before_bulk(fed):
    bulk, express = many(2), many(1, lane=0)
    assert fed(ListSource(*bulk, express=tuple(express))).feed() == bodies(express + bulk)


def test_bulk_leaves_the_reserved_slots_to_express(fed):
    source = ListSource(*many(60))
    one = fed(source, window=50)
    assert len(one.feed()) == 45
    source.express.extend(many(3, lane=0))
    assert len(one.feed()) == 3


def test_segments_leave_in_order(fed):
    message = b"m" * 16
    segments = [make_submission(message_id=message, segment=n, segments=3) for n in (1, 2, 3)]
    assert fed(ListSource(*segments)).feed() == bodies(segments)


def test_every_submission_is_asked_for_right_before_it_is_written(fed):
    bulk = many(4)
    source = ListSource(*bulk)
    source.may = lambda submission: submission is not bulk[1]
    assert fed(source).feed() == bodies([bulk[0], *bulk[2:]])
    assert source.returned == []


def test_each_written_submission_is_in_the_journal(fed):
    bulk = many(3)
    source = ListSource(*bulk)
    source.may = lambda submission: submission is not bulk[0]
    one = fed(source, slots=5)
    one.feed()
    assert one.journal.free == 3


def test_full_journal_stops_the_taking_until_slots_are_free(fed):
    one = fed(ListSource(*many(5)), slots=2)
    assert len(one.feed()) == 2
    assert one.feed() == []
    assert one.next_in() == math.inf
    one.journal.release([0])
    assert one.next_in() == 0.0
    assert len(one.feed()) == 1


def test_pace_of_the_bind_is_kept_and_the_next_time_known(fed):
    one = fed(ListSource(*many(5)), throughput=10.0)
    assert len(one.feed()) == 1
    sent, waited = 0, 0.0
    while not sent:
        wait = one.next_in()
        assert wait > 0.0
        sent, waited = len(one.feed(after=wait)), waited + wait
    assert sent == 1
    assert 0.05 < waited < 0.11


def test_nothing_is_asked_while_the_source_is_empty(fed):
    one = fed(ListSource())
    one.feed()
    assert one.next_in() == math.inf


def test_express_that_was_not_asked_for_is_asked_as_soon_as_the_pace_allows(fed):
    source = ListSource(*many(1))
    one = fed(source, throughput=10.0)
    one.feed()
    source.express.extend(many(1, lane=0))
    assert one.feed() == []
    assert len(one.feed(after=one.next_in())) == 1


def test_sender_over_its_contract_waits_while_others_pass(fed):
    slow, fast = many(3, sender_id=1, sender_rate=1.0), many(2, sender_id=2)
    one = fed(ListSource(*slow, *fast))
    assert one.feed() == bodies([slow[0], *fast])
    assert one.feed() == []
    assert one.feed(after=one.next_in()) == bodies([slow[1]])
    assert one.feed(after=one.next_in()) == bodies([slow[2]])


def test_parked_submission_is_asked_for_again_when_it_leaves(fed):
    slow = many(2, sender_id=1, sender_rate=1.0)
    source = ListSource(*slow)
    one = fed(source)
    one.feed()
    source.may = lambda _: False
    assert one.feed(after=5.0) == []
    assert one.next_in() == math.inf


def test_otp_of_a_sender_passes_its_own_campaign(fed):
    source = ListSource(*many(5, sender_id=1, sender_rate=1.0))
    one = fed(source)
    one.feed()
    otp = make_submission(sender_id=1, sender_rate=1.0, lane=0)
    source.express.append(otp)
    assert one.feed() == []
    assert one.feed(after=1.1) == [otp.body]


def test_one_slow_sender_does_not_draw_in_the_whole_source(fed, monkeypatch):
    monkeypatch.setattr(feeder_module, "MAX_PARKED", 3)
    source = ListSource(*many(10, sender_id=1, sender_rate=1.0))
    one = fed(source, window=50)
    for _ in range(5):
        one.feed()
    assert len(source.bulk) == 10 - 1 - 3


def test_parked_submissions_go_back_in_order(fed):
    slow = many(4, sender_id=1, sender_rate=1.0)
    source = ListSource(*slow)
    one = fed(source)
    one.feed()
    one.feeder.return_parked()
    assert source.returned == slow[1:]
    assert one.next_in() == math.inf


def test_unsent_go_back_and_free_their_slots(fed):
    source = ListSource()
    one = fed(source, slots=2)
    submission = make_submission()
    slot = one.journal.mark(submission.message_id, 1)
    one.feeder.return_unsent((Pending(submission, 0.0, 0.0, slot, 0),))
    assert source.returned == [submission]
    assert one.journal.free == 2


def test_a_pass_takes_at_most_a_batch(fed):
    source = ListSource(*many(600))
    one = fed(source, window=1000, slots=2000)
    assert len(one.feed()) == 500
    assert one.next_in() == 0.0
    assert len(one.feed()) == 100
    assert one.next_in() == math.inf
