"""Pause, resume and cancel: what has not left stays here, and is never forgotten."""

import threading

import pytest
from django.db import connection

from config.common.errors import ConflictError, NotFoundError
from messaging.models import Dispatch, Hold, Message, Waiting
from messaging.services.holds import (
    campaign_messages_cancel,
    hold_lift,
    hold_place,
    message_cancel,
)
from messaging.services.routing import waiting_route
from tests.messaging.hot import Line, events, make_line, place, state, suppress, tallies

CAMPAIGN = 7001


@pytest.fixture
def line(db) -> Line:
    return make_line()


def pause(line: Line) -> int:
    return hold_place(account=line.account, campaign_id=CAMPAIGN)


def queued(line: Line, **values) -> Message:
    return line.queued(campaign_id=CAMPAIGN, **values)


def test_pause_pulls_back_what_is_not_claimed(line):
    message, claimed = queued(line), queued(line, bind_id=line.bind.pk)
    other = line.queued(campaign_id=CAMPAIGN + 1)
    assert pause(line) == 1
    assert (place(message), place(claimed), place(other)) == (
        "waiting paused",
        "claimed",
        "queued",
    )
    assert Hold.objects.get().campaign_id == CAMPAIGN


def test_pausing_twice_is_pausing_once(line):
    queued(line)
    assert (pause(line), pause(line), Hold.objects.count()) == (1, 0, 1)


def test_paused_messages_are_not_routed(line):
    message = queued(line)
    pause(line)
    assert (waiting_route(), place(message)) == (0, "waiting paused")


def test_resume_sends_on_what_the_pause_stopped_and_decides_it_again(line):
    message, refused = queued(line), queued(line)
    pause(line)
    suppress(line, refused.msisdn)
    assert hold_lift(campaign_id=CAMPAIGN) == 2
    waiting_route()
    assert (place(message), state(refused)) == ("queued", "blocked suppressed")


def test_resume_leaves_what_waits_for_its_hour_alone(line):
    message = line.waiting(campaign_id=CAMPAIGN, reason="window")
    due = Waiting.objects.get(id=message.pk).due_at
    pause(line)
    assert hold_lift(campaign_id=CAMPAIGN) == 0
    assert Waiting.objects.get(id=message.pk).due_at == due


def test_what_a_bind_gives_back_during_a_pause_goes_on_with_the_resume(line):
    """It stands in the queue, where nobody claims it while the campaign is held."""
    claim = line.claimed(campaign_id=CAMPAIGN)
    pause(line)
    with connection.cursor() as cursor:
        line.holder.release(cursor, [claim])
    line.claimer.rewind()
    assert line.claim(held=[CAMPAIGN]) == []
    hold_lift(campaign_id=CAMPAIGN)
    line.claimer.rewind()
    assert [one.id for one in line.claim()] == [claim.id]


def test_cancel_ends_what_waits_and_what_is_queued(line):
    made = [queued(line), line.waiting(campaign_id=CAMPAIGN)]
    other = line.queued(campaign_id=CAMPAIGN + 1)
    assert campaign_messages_cancel(campaign_id=CAMPAIGN) == 2
    assert [state(one) for one in made] == ["canceled canceled"] * 2
    assert (place(made[0]), place(made[1]), place(other)) == ("nowhere", "nowhere", "queued")
    assert tallies(CAMPAIGN) == {("canceled", "canceled"): 2}


def test_cancel_leaves_what_a_bind_holds_until_it_gives_it_back(line):
    claim = line.claimed(campaign_id=CAMPAIGN)
    assert campaign_messages_cancel(campaign_id=CAMPAIGN) == 0
    with connection.cursor() as cursor:
        line.holder.release(cursor, [claim])
    assert campaign_messages_cancel(campaign_id=CAMPAIGN) == 1
    assert state(claim) == "canceled canceled"


def test_single_message_is_canceled_wherever_it_waits(line):
    for message in (
        line.queued("otp", carrier=None),
        line.queued(),
        line.waiting(reason="send_at"),
    ):
        ends = message_cancel(account=line.account, message_id=message.pk, actor=None)
        assert (ends, state(message), place(message)) == (
            "canceled",
            "canceled canceled",
            "nowhere",
        )
    assert events(line.account) == ["message.canceled"] * 3


def test_message_that_left_cannot_be_canceled(line):
    sent, claimed = line.message(status="sent"), line.claimed()
    for key in (sent.pk, claimed.id):
        with pytest.raises(ConflictError) as error:
            message_cancel(account=line.account, message_id=key, actor=None)
        assert error.value.code == "not_cancelable"
    assert (state(sent), state(claimed)) == ("sent", "queued")


def test_message_of_another_account_does_not_exist(line):
    """Invariant 9."""
    message = line.queued()
    with pytest.raises(NotFoundError):
        message_cancel(account=make_line().account, message_id=message.pk, actor=None)
    assert place(message) == "queued"


@pytest.mark.django_db(transaction=True)
def test_of_a_claim_and_a_cancel_at_once_exactly_one_wins():
    line = make_line()
    made = [queued(line) for _ in range(40)]
    claimed: list = []

    def claim() -> None:
        for _ in range(10):
            claimed.extend(line.claim(limit=4))
        connection.close()

    thread = threading.Thread(target=claim)
    thread.start()
    campaign_messages_cancel(campaign_id=CAMPAIGN)
    thread.join(60)
    kept = {one.id for one in claimed}
    for message in made:
        expected = ("queued", "claimed") if message.pk in kept else ("canceled canceled", "nowhere")
        assert (state(message), place(message)) == expected
    assert Dispatch.objects.count() == len(kept)
