"""Shares in the database: who has a say, and what becomes of a bind that nobody has."""

import pytest

from carriers.models import BindLease, ThroughputShare
from carriers.services.leases import lease_release, lease_take, leases_seen
from carriers.services.shares import shares_settle
from carriers.shares import KEEP, Key, Need
from tests.factories import make_bind, make_carrier

CONTRACT = 100.0

pytestmark = pytest.mark.django_db


@pytest.fixture
def binds():
    carrier = make_carrier(throughput=CONTRACT)
    return [make_bind(carrier), make_bind(carrier)]


def take(bind) -> int:
    (seen,) = (lease for lease in leases_seen() if lease.bind_id == bind.pk)
    return lease_take(seen=seen, holder="one", host="here").epoch


def need(bind, used=0.0, is_hungry=False, in_use=KEEP) -> Need:
    return Need(Key("carrier", bind.carrier_id), CONTRACT, used, is_hungry, in_use)


def say(bind, epoch, **values) -> int:
    key = Key("carrier", bind.carrier_id)
    return shares_settle([(bind.pk, epoch, [need(bind, **values)])])[bind.pk].get(key, 0)


def test_first_bind_has_all_and_gives_half_to_the_second(binds):
    one, two = binds
    first, second = take(one), take(two)
    assert say(one, first) == 100
    assert say(two, second) == 0, "nothing is free yet"
    assert say(one, first, in_use=100) == 50
    assert say(two, second) == 0, "the first may still be using it"
    say(one, first, in_use=50)
    assert say(two, second) == 50


def test_worker_whose_lease_moved_has_no_say(binds):
    one, _two = binds
    former = take(one)
    say(one, former)
    BindLease.objects.filter(pk=one.pk).update(expires_at=None)
    take(one)
    say(one, former, in_use=0)
    assert ThroughputShare.objects.get().in_use == 100


def test_successor_takes_the_share_of_its_bind_over(binds):
    one, two = binds
    former, other = take(one), take(two)
    say(one, former)
    say(one, former, in_use=100)
    lease_release(bind_id=one.pk, epoch=former)
    assert say(one, take(one)) > 0
    say(two, other)
    assert sum(row.in_use for row in ThroughputShare.objects.all()) <= 100


def test_bind_that_was_given_back_for_good_frees_its_share(binds):
    one, two = binds
    first, second = take(one), take(two)
    say(one, first)
    lease_release(bind_id=one.pk, epoch=first)
    assert say(two, second) == 0
    grants = shares_settle([(two.pk, second, [need(two)])], ended=[one.pk])
    assert grants[two.pk] == {Key("carrier", two.carrier_id): 100}
