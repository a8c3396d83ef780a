"""Pools of senders: who writes to whom."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from config.common import clock
from messaging.models import Message
from messaging.selectors.snapshot import snapshots
from messaging.services.pools import (
    PoolPicker,
    answers_keep,
    pool_senders_keep,
    senders_forget,
    senders_kept,
)
from messaging.services.releases import Recipient, Release, recipients_release
from messaging.services.submissions import Accepted, MessageRequest, messages_submit
from routing.models import Sender, SenderPool, SenderPoolMember, StickySender
from tests.factories import make_msisdn, make_sender, make_template_version
from tests.messaging.hot import Line, make_line


@pytest.fixture
def line(db) -> Line:
    made = make_line()
    made.account.free_text_classes = ["transactional"]
    made.account.save()
    return made


def make_pool(line: Line, count: int = 3, **overrides) -> SenderPool:
    weights = overrides.pop("weights", [1] * count)
    pool = SenderPool.objects.create(
        account=line.account, **({"name": "Shop", "country": "VN"} | overrides)
    )
    for weight in weights:
        sender = make_sender(line.account, registered=(line.network,))
        SenderPoolMember.objects.create(pool=pool, sender=sender, weight=weight)
    snapshots.forget()
    return pool


def picker(line: Line, pool: SenderPool, message_class: str = "transactional") -> PoolPicker:
    snapshot = snapshots.current()
    card = snapshot.stand_ins.pools[pool.pk]
    return PoolPicker(snapshot, card, message_class, clock.now())


def picks(line: Line, pool: SenderPool, count: int = 3000) -> Counter[int]:
    chosen = picker(line, pool)
    found = (
        chosen.pick(country="VN", network_id=line.network.pk, spread=number)
        for number in range(count)
    )
    return Counter(one.id for one in found if one is not None)


def members(pool: SenderPool) -> list[int]:
    return list(pool.members.order_by("pk").values_list("sender_id", flat=True))


def test_messages_rotate_among_the_senders(line):
    pool = make_pool(line, 3)
    shares = picks(line, pool)
    assert set(shares) == set(members(pool))
    assert all(900 < count < 1100 for count in shares.values())


def test_weights_and_contracted_throughput_share_messages(line):
    pool = make_pool(line, weights=[1, 3], spread="weight")
    first, second = members(pool)
    assert 2.5 < picks(line, pool)[second] / picks(line, pool)[first] < 3.5
    pool.spread = "throughput"
    pool.save()
    Sender.objects.filter(pk=first).update(throughput=40)
    Sender.objects.filter(pk=second).update(throughput=10)
    snapshots.forget()
    assert 3 < picks(line, pool)[first] / picks(line, pool)[second] < 5


def test_who_is_out_of_lease_or_unregistered_is_left_out(line):
    pool = make_pool(line, 3)
    out, second, third = members(pool)
    Sender.objects.filter(pk=out).update(lease_end=clock.now().date() - timedelta(days=1))
    Sender.objects.filter(pk=third).update(allowed_classes=["otp"])
    snapshots.forget()
    assert set(picks(line, pool, 100)) == {second}
    Sender.objects.update(status="suspended")
    snapshots.forget()
    assert picks(line, pool, 10) == Counter()


def test_a_person_keeps_the_sender_while_it_may_be_used(line):
    pool = make_pool(line, 3)
    kept = members(pool)[1]
    chosen = picker(line, pool)
    for number in range(20):
        card = chosen.pick(country="VN", network_id=None, spread=number, kept=kept)
        assert card is not None
        assert card.id == kept
    Sender.objects.filter(pk=kept).update(status="suspended")
    snapshots.forget()
    other = picker(line, pool).pick(country="VN", network_id=None, spread=1, kept=kept)
    assert other is not None
    assert other.id != kept


def submit(line: Line, *numbers: str, sender: str = "shop"):
    requests = [
        MessageRequest(to=f"+{one}", sender=sender, message_class="transactional", text="Hello")
        for one in numbers
    ]
    return messages_submit(account=line.account, requests=requests, origin="api")


def test_a_request_names_the_pool_and_people_keep_their_senders(line):
    pool = make_pool(line, 3)
    numbers = [make_msisdn() for _ in range(20)]
    first = submit(line, *numbers)
    assert all(isinstance(one, Accepted) for one in first)
    of = dict(Message.objects.values_list("msisdn", "sender_id"))
    assert set(of.values()) == set(members(pool))
    assert dict(StickySender.objects.values_list("msisdn", "sender_id")) == of
    Message.objects.all().delete()
    submit(line, *reversed(numbers))
    assert dict(Message.objects.values_list("msisdn", "sender_id")) == of


def test_a_batch_asks_about_kept_senders_once(line, django_assert_max_num_queries):
    make_pool(line, 2)
    numbers = [make_msisdn() for _ in range(50)]
    submit(line, *numbers)
    snapshots.current()
    with django_assert_max_num_queries(14):
        submit(line, *numbers)


def test_an_empty_pool_says_so(line):
    make_pool(line, 1)
    Sender.objects.update(status="suspended")
    snapshots.forget()
    (refused,) = submit(line, make_msisdn())
    assert not isinstance(refused, Accepted)
    assert (refused.error.code, refused.error.field) == ("pool_empty", "from")


def test_a_stranger_cannot_name_the_pool(line):
    make_pool(line, 1)
    other = make_line()
    other.account.free_text_classes = ["transactional"]
    other.account.save()
    snapshots.forget()
    (refused,) = submit(other, make_msisdn())
    assert not isinstance(refused, Accepted)
    assert refused.error.code == "unknown_sender"


def test_the_sender_that_a_person_answers_is_kept(line):
    pool = make_pool(line, 2)
    number, answered = make_msisdn(), members(pool)[1]
    today = clock.now().date()
    with connection.cursor() as cursor:
        answers_keep(cursor, [(number, answered), (number, line.sender.pk)], today)
    card = snapshots.current().stand_ins.pools[pool.pk]
    assert senders_kept(card, [number], today) == {number: answered}


def test_what_is_kept_ends(line):
    pool = make_pool(line, 1, sticky_days=30)
    card = snapshots.current().stand_ins.pools[pool.pk]
    number, today = make_msisdn(), clock.now().date()
    StickySender.objects.create(
        pool=pool, msisdn=number, sender_id=members(pool)[0], day=today.toordinal() - 719_163 - 31
    )
    assert senders_kept(card, [number], today) == {}
    assert senders_forget(today) == 1
    pool_senders_keep(snapshots.current(), [])


def test_a_campaign_writes_from_the_pool(line):
    pool = make_pool(line, 3)
    version = make_template_version(
        line.account, message_class="care", advertiser=line.sender.advertiser
    )
    snapshots.forget()
    people = [Recipient(number, make_msisdn(), "VN") for number in range(1, 31)]
    release = Release(
        account_id=line.account.pk,
        campaign_id=None,
        template_version_id=version.pk,
        sender_id=line.sender.pk,
        pool_id=pool.pk,
    )
    assessed = recipients_release(snapshots.current(), release, people, now=clock.now())
    assert {one.outcome for one in assessed} == {"released"}
    assert set(Message.objects.values_list("sender_id", flat=True)) == set(members(pool))
    assert StickySender.objects.count() == 30
