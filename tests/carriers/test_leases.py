"""Invariant 8: two workers never hold one bind. Each taking is a compare-and-swap."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from carriers.meters import Measured
from carriers.models import BindLease, CarrierWorker
from carriers.services.leases import (
    LEASE_SECONDS,
    lease_release,
    lease_take,
    leases_renew,
    leases_seen,
    worker_beat,
    worker_leave,
)
from carriers.services.sessions import session_health_record
from config.common import clock
from tests.factories import make_bind, make_carrier


@pytest.fixture
def bind(db):
    return make_bind()


def seen(bind):
    return next(lease for lease in leases_seen() if lease.bind_id == bind.pk)


def take(bind, holder="worker one", of=None):
    return lease_take(seen=of or seen(bind), holder=holder, host="here")


def run_out(bind):
    BindLease.objects.filter(pk=bind.pk).update(expires_at=clock.now() - timedelta(minutes=1))


def test_bind_that_nobody_holds_is_free_and_taken_once(bind):
    free = seen(bind)
    assert (free.epoch, free.expires_at, free.is_wanted) == (0, None, True)
    assert take(bind).epoch == 1
    assert take(bind, "worker two", of=free) is None


def test_holder_that_renews_at_the_last_moment_keeps_its_lease(bind):
    held = take(bind)
    run_out(bind)
    overdue = seen(bind)
    leases_renew({bind.pk: held.epoch})
    assert take(bind, "worker two", of=overdue) is None


def test_each_taking_raises_the_epoch_and_names_the_former_holder(bind):
    take(bind)
    run_out(bind)
    second = take(bind, "worker two")
    assert (second.epoch, second.former_epoch, second.former_host) == (2, 1, "here")
    lease = BindLease.objects.get(pk=bind.pk)
    assert (lease.holder, lease.state) == ("worker two", "starting")


def test_holder_stops_before_the_database_says_so(bind):
    """The deadline is counted from before the statement was sent, and shorter than the lease."""
    began = time.monotonic()
    lease = take(bind)
    assert began < lease.deadline < time.monotonic() + LEASE_SECONDS - 0.5
    (deadline,) = leases_renew({bind.pk: lease.epoch}).values()
    assert lease.deadline <= deadline < time.monotonic() + LEASE_SECONDS - 0.5


def test_renewal_keeps_what_is_held_and_nothing_else(bind):
    mine, theirs = make_bind(), make_bind()
    held = {one.pk: take(one).epoch for one in (bind, mine, theirs)}
    lease_release(bind_id=mine.pk, epoch=held[mine.pk])
    run_out(theirs)
    take(theirs, "worker two")
    assert leases_renew(held).keys() == {bind.pk}


def test_renewal_writes_what_the_holder_measured(bind):
    lease = take(bind)
    leases_renew({bind.pk: lease.epoch}, {bind.pk: Measured(12, 80.5, 90.0)})
    row = BindLease.objects.get(pk=bind.pk)
    assert (row.in_flight, row.per_second, row.pace) == (12, 80.5, 90.0)
    lease_release(bind_id=bind.pk, epoch=lease.epoch)
    take(bind, "worker two")
    row.refresh_from_db()
    assert (row.in_flight, row.per_second, row.pace) == (0, 0.0, None)


def test_lease_outlives_a_leap_of_the_databases_clock(bind):
    """Nobody follows on the word of a clock that jumped; the holder's renewal sets it right."""
    lease = take(bind)
    run_out(bind)
    assert leases_renew({bind.pk: lease.epoch}).keys() == {bind.pk}
    assert seen(bind).expires_at > clock.now()


def test_released_bind_is_free_at_once(bind):
    lease = take(bind)
    lease_release(bind_id=bind.pk, epoch=lease.epoch)
    assert seen(bind).expires_at is None
    assert take(bind, "worker two").former_epoch == lease.epoch


def test_former_holder_cannot_release_its_successors_lease(bind):
    former = take(bind)
    run_out(bind)
    take(bind, "worker two")
    lease_release(bind_id=bind.pk, epoch=former.epoch)
    assert seen(bind).holder == "worker two"


@pytest.mark.parametrize("off", ["bind", "carrier"])
def test_switched_off_bind_is_not_wanted(bind, off):
    if off == "bind":
        bind.is_enabled = False
        bind.save()
    else:
        bind.carrier.is_active = False
        bind.carrier.save()
    assert not seen(bind).is_wanted


def test_workers_see_each_other_while_they_live(db):
    assert worker_beat(holder="one") == {}
    assert worker_beat(holder="two") == {"one": False}, "too young to be given a bind"
    CarrierWorker.objects.filter(pk="one").update(started_at=clock.now() - timedelta(minutes=1))
    assert worker_beat(holder="two") == {"one": True}
    worker_leave(holder="two")
    assert worker_beat(holder="one") == {}


def test_worker_that_was_not_seen_for_long_counts_no_more(db):
    worker_beat(holder="one")
    CarrierWorker.objects.update(seen_at=clock.now() - timedelta(seconds=5))
    assert worker_beat(holder="two") == {}


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_exactly_one_takes_a_bind():
    bind = make_bind(make_carrier())
    free = seen(bind)
    barrier, taken = threading.Barrier(6), []

    def work(name: str) -> None:
        barrier.wait(60)
        taken.append(take(bind, name, of=free))
        connection.close()

    threads = [threading.Thread(target=work, args=(f"worker {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(one is not None for one in taken) == [False] * 5 + [True]


def test_health_of_a_session_is_noted_when_it_changes(bind):
    epoch = take(bind).epoch
    note = {"bind_id": bind.pk, "epoch": epoch, "state": "bound", "detail": "SMSC"}
    assert [session_health_record(**note), session_health_record(**note)] == [True, False]
    assert bind.sessionevent_set.get().worker == "worker one"


def test_health_told_under_a_former_lease_is_ignored(bind):
    epoch = take(bind).epoch
    run_out(bind)
    take(bind, "worker two")
    told = session_health_record(bind_id=bind.pk, epoch=epoch, state="bound", detail="")
    assert (told, BindLease.objects.get(pk=bind.pk).state) == (False, "starting")
