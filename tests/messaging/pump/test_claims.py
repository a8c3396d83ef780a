"""Invariant 5: nothing is claimed after an opt-out or a pause; invariant 8: nor without a lease."""

import threading

import pytest
from django.db import connection

from config.common import clock
from messaging.models import Dispatch
from messaging.pump.claims import Claimer, Holder
from tests.factories import make_advertiser, make_bind
from tests.messaging.hot import Line, end_lease, make_line, place, suppress, take_lease

CAMPAIGN = 7001


@pytest.fixture
def line(db) -> Line:
    return make_line()


def ids(claims):
    return [claim.id for claim in claims]


def test_oldest_messages_are_claimed_first(line):
    made = [line.queued().pk for _ in range(5)]
    assert ids(line.claim(limit=3)) == made[:3]
    assert ids(line.claim(limit=3)) == made[3:]


def test_upper_lanes_are_claimed_before_lower_ones(line):
    made = {name: line.queued(name).pk for name in ("marketing", "care", "transactional")}
    wanted = [made["transactional"], made["care"]]
    assert ids(line.claim(limit=2)) == wanted


def test_other_carriers_rows_and_unrouted_ones_are_left_alone(line):
    line.queued(carrier=None)
    make_line().queued()
    assert line.claim() == []


def test_claim_carries_what_sending_needs(line):
    message = line.queued(text="Xin chào", encoding="ucs2", segment_count=2, segment_reference=9)
    (claim,) = line.claim()
    found = (claim.text, claim.encoding, claim.segment_count, claim.segment_reference)
    assert found == ("Xin chào", "ucs2", 2, 9)
    assert (claim.msisdn, claim.sender_id) == (message.msisdn, line.sender.pk)


def test_claimed_row_is_not_claimed_again(line):
    message = line.queued()
    assert ids(line.claim()) == [message.pk]
    line.claimer.rewind()
    assert line.claim() == []
    assert place(message) == "claimed"


def test_held_campaign_is_not_claimed_and_others_are(line):
    held, other = line.queued(campaign_id=CAMPAIGN), line.queued(campaign_id=CAMPAIGN + 1)
    single = line.queued()
    assert ids(line.claim(held=[CAMPAIGN])) == [other.pk, single.pk]
    assert place(held) == "queued"


@pytest.mark.parametrize("purpose", ["care", "all"])
def test_number_that_opted_out_is_marked_whatever_was_decided_before(line, purpose):
    message = line.queued()
    suppress(line, message.msisdn, purpose)
    assert [claim.suppressed for claim in line.claim()] == [True]


def test_opt_out_from_another_purpose_advertiser_or_account_does_not_matter(line):
    message = line.queued()
    suppress(line, message.msisdn, "marketing")
    suppress(make_line(), message.msisdn)
    other = make_advertiser(line.account)
    suppress(line, message.msisdn)
    line.account.suppression_set.filter(purpose="all").update(advertiser=other)
    assert [claim.suppressed for claim in line.claim()] == [False]


def test_lifted_opt_out_does_not_matter(line):
    message = line.queued()
    suppress(line, message.msisdn)
    line.account.suppression_set.update(lifted_at=clock.now())
    assert [claim.suppressed for claim in line.claim()] == [False]


def test_nothing_is_claimed_once_the_lease_has_run_out(line):
    message = line.queued()
    end_lease(line.bind)
    assert line.claim() == []
    assert place(message) == "queued"


def test_nothing_is_claimed_under_the_epoch_of_a_former_lease(line):
    end_lease(line.bind)
    take_lease(line.bind)
    line.queued()
    assert line.claim() == []


def test_cursor_passes_what_it_has_seen_until_it_is_rewound(line):
    early, late = line.queued(), line.queued()
    claims = line.claim()
    assert ids(claims) == [early.pk, late.pk]
    with connection.cursor() as cursor:
        line.holder.release(cursor, claims[:1], tried=1)
    assert line.claim() == []
    line.claimer.rewind()
    assert [(claim.id, claim.attempts) for claim in line.claim()] == [(early.pk, 1)]


@pytest.mark.parametrize("change", ["release", "remove", "defer"])
def test_former_holder_changes_no_row_that_its_successor_has_claimed(line, change):
    message = line.queued()
    claims = line.claim()
    end_lease(line.bind)
    epoch = take_lease(line.bind)
    Dispatch.objects.filter(id=message.pk).update(lease_epoch=epoch)
    with connection.cursor() as cursor:
        extra = {"due": None, "reason": "retry"} if change == "defer" else {}
        getattr(line.holder, change)(cursor, claims, **extra)
    row = Dispatch.objects.get(id=message.pk)
    assert (row.bind_id, row.lease_epoch) == (line.bind.pk, epoch)


def test_deferred_message_keeps_the_customers_deadline_and_counts_the_attempt(line):
    deadline = clock.now().replace(microsecond=0)
    message = line.queued(not_after=deadline)
    Dispatch.objects.filter(id=message.pk).update(not_after=None)
    with connection.cursor() as cursor:
        line.holder.defer(cursor, line.claim(), due=clock.now(), reason="retry", tried=1)
        cursor.execute(
            "SELECT attempts, not_after FROM messaging_waiting WHERE id = %s", [message.pk]
        )
        assert cursor.fetchone() == (1, deadline)
    assert place(message) == "waiting retry"


@pytest.mark.django_db(transaction=True)
def test_two_binds_of_a_carrier_never_claim_the_same_message():
    line = make_line()
    second = make_bind(line.carrier)
    where = {"carrier_id": line.carrier.pk, "bind_id": second.pk, "epoch": take_lease(second)}
    made = {line.queued().pk for _ in range(60)}
    found: dict[int, list] = {1: [], 2: []}

    def work(name: int, claimer: Claimer) -> None:
        with connection.cursor() as cursor:
            for _ in range(12):
                found[name] += ids(claimer.claim(cursor, (2,), 7, []))
                claimer.rewind()
        connection.close()

    threads = [
        threading.Thread(target=work, args=(name, claimer))
        for name, claimer in ((1, line.claimer), (2, Claimer(**where)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert set(found[1]) | set(found[2]) == made
    assert len(found[1]) + len(found[2]) == len(made)
    assert isinstance(line.holder, Holder)
