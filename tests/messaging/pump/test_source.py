"""What the link may take and write. Invariant 5: a claim is good for less than a second."""

import time
import uuid
from datetime import timedelta

import pytest

from carriers.ports import Submission
from config.common import clock
from messaging.pump.claims import Claim
from messaging.pump.source import MOST_CLAIM_AGE_SECONDS, Source

CAMPAIGN = 7001


class World:
    """A source with its surroundings."""

    def __init__(self) -> None:
        self.held: set[int] = set()
        self.given_up: list[Submission] = []
        self.woken = 0
        self.source = Source(
            is_held=lambda campaign: campaign in self.held,
            wake_claimer=self.wake,
            not_taken=self.given_up.extend,
        )

    def wake(self) -> None:
        self.woken += 1


@pytest.fixture
def world() -> World:
    return World()


def message(segments: int = 1, *, lane: int = 2, age: float = 0.0, **values) -> list[Submission]:
    """The submissions of a claim."""
    fields = {
        "id": uuid.uuid4(),
        "lane": lane,
        "account_id": 1,
        "advertiser_id": 1,
        "campaign_id": None,
        "msisdn": "84981234567",
        "not_after": None,
        "rules_version": 1,
        "attempts": 0,
        "text": "",
        "encoding": "gsm7",
        "segment_count": segments,
        "segment_reference": None,
        "segments_sent": 0,
        "sender_id": 1,
        "tried_carriers": [],
        "network_id": None,
        "is_test": False,
        "suppressed": False,
        "claimed_at": time.monotonic() - age,
    }
    claim = Claim(**(fields | values))
    return [
        Submission(claim, claim.id.bytes, number, segments, b"", lane, 1, None)
        for number in range(1, segments + 1)
    ]


def claim_of(submissions) -> Claim:
    return submissions[0].token


def test_express_lane_is_taken_first_and_alone_when_asked(world):
    bulk, code = message(), message(lane=0)
    world.source.put(bulk)
    world.source.put(code)
    assert world.source.take(5, True) == code
    assert world.source.take(5, False) == bulk


def test_taking_bulk_wakes_the_claimer(world):
    world.source.take(5, True)
    assert world.woken == 0
    world.source.take(5, False)
    assert world.woken == 1


def test_claim_that_waited_too_long_is_not_taken_but_returned(world):
    late = message(age=MOST_CLAIM_AGE_SECONDS + 0.1)
    world.source.put(late)
    assert world.source.take(5, False) == []
    assert list(world.source.returned) == [claim_of(late)]


def test_claim_that_grew_too_old_since_it_was_taken_is_not_written(world):
    (one,) = message(age=MOST_CLAIM_AGE_SECONDS + 0.1)
    assert not world.source.may_write(one)
    assert list(world.source.returned) == [one.token]


def test_pause_holds_what_was_taken_before(world):
    (one,) = message(campaign_id=CAMPAIGN)
    world.held.add(CAMPAIGN)
    assert not world.source.may_write(one)
    assert list(world.source.returned) == [one.token]


def test_deadline_holds_what_was_claimed_before(world):
    (one,) = message(not_after=clock.now() - timedelta(seconds=1))
    assert not world.source.may_write(one)


def test_message_is_never_left_half_written(world):
    first, second = message(2, campaign_id=CAMPAIGN)
    assert world.source.may_write(first)
    world.held.add(CAMPAIGN)
    claim_of([first]).claimed_at -= 5
    assert world.source.may_write(second)


def test_dropped_message_is_dropped_whole_and_returned_once(world):
    parts = message(3, campaign_id=CAMPAIGN)
    world.source.put(parts)
    world.held.add(CAMPAIGN)
    taken = world.source.take(1, False)
    assert not world.source.may_write(taken[0])
    assert world.source.take(5, False) == []
    assert len(world.source.returned) == 1


def test_what_was_never_written_comes_back_in_front_and_in_order(world):
    first, second = message(2), message()
    world.source.put(second)
    world.source.put_back(first)
    assert world.source.take(5, False) == first + second
    assert world.given_up == []


def test_message_whose_only_written_segment_was_not_sent_may_be_dropped_again(world):
    parts = message(2, campaign_id=CAMPAIGN)
    assert world.source.may_write(parts[0])
    world.source.put_back(parts)
    world.held.add(CAMPAIGN)
    (first, _second) = world.source.take(5, False)
    assert not world.source.may_write(first)


def test_rest_of_a_message_on_the_wire_in_part_is_given_up(world):
    """It would wait for another session, which may be hours and an opt-out away."""
    parts = message(3)
    assert all(world.source.may_write(part) for part in parts[:2])
    world.source.put_back(parts[1:])
    assert sorted(part.segment for part in world.given_up) == [2, 3]
    assert world.source.take(5, False) == []


def test_end_of_a_session_gives_up_parts_that_were_not_taken_yet(world):
    parts, whole = message(2), message(2)
    world.source.put(parts)
    world.source.put(whole)
    assert world.source.may_write(world.source.take(1, False)[0])
    world.source.end_session()
    assert world.given_up == parts[1:]
    assert world.source.take(5, False) == whole


def test_stopping_returns_whole_messages_and_gives_up_parts(world):
    parts, whole, code = message(2), message(2), message(lane=0)
    for each in (parts, whole, code):
        world.source.put(each)
    assert world.source.may_write(parts[0])
    world.source.take(1, True)
    world.source.put_back(code)
    world.source.drain()
    assert world.given_up == parts
    assert set(world.source.returned) == {claim_of(whole), claim_of(code)}
    assert world.source.ready == 0


def test_what_a_lost_session_had_before_it_goes_back_but_for_what_is_on_the_wire(world):
    """Another carrier may take it meanwhile."""
    ready, half = message(2), message(2)
    world.source.put([*ready, *half])
    claim_of(half).written = 0b10
    world.source.give_back()
    assert list(world.source.returned) == [claim_of(ready)]
    assert world.source.take(10, express_only=False) == half
