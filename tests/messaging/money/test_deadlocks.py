"""Two workers answer at the cost of the same accounts in opposite order: each answer leaves once.

The balance of an account with a limit stays locked until the commit, so that whoever takes from
two accounts may wait for somebody who waits for them: the database then ends one of the two.
"""

import logging
import threading

import pytest

from messaging.models import Dispatch, InboundMessage, InboundPart, KeywordHit, Message
from messaging.selectors.snapshot import snapshots
from messaging.services import submissions
from messaging.services.inbound import inbound_receive
from tests.messaging.hot import events
from tests.messaging.money.paying import PRICE, balance, differences, make_payer, stored
from tests.messaging.test_inbound import received
from tests.messaging.test_keyword_rules import make_rule, make_template, sent
from tests.messaging.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)

THANKS = {"do": "reply", "template": "thanks"}
MAI, LAN = "84981000001", "84981000002"


@pytest.fixture
def payers():
    """Two accounts with credit for ten messages, which answer whatever comes."""
    found = [make_payer(10), make_payer(10)]
    for line in found:
        make_template(line, "thanks", "Thanks!")
        make_rule(line, kind="any", actions=(THANKS,))
    snapshots.current()
    return found


@pytest.fixture
def takings(monkeypatch):
    """The accounts that each worker took from, in order; after its first taking each waits until
    the others have taken too, so that all hold what the others want."""
    met, taken = threading.Barrier(2), {}
    take = submissions.credit_take

    def credit_take(drafts, now):
        take(drafts, now)
        mine = taken.setdefault(threading.get_ident(), [])
        mine.append(drafts[0].account_id)
        if len(mine) == 1:
            met.wait(10)

    monkeypatch.setattr(submissions, "credit_take", credit_take)
    return taken


def hello(line, sender):
    return received(line, "Xin chào".encode("utf-16-be"), data_coding=8, sender=sender)


def test_worker_that_the_database_ends_takes_its_replies_again_from_the_beginning(
    payers, takings, caplog
):
    """One person writes to one account and then to the other, another person the other way."""
    one, other = payers
    batches = [
        [hello(one, MAI), hello(other, MAI)],
        [hello(other, LAN), hello(one, LAN)],
    ]
    with caplog.at_level(logging.WARNING):
        results = in_threads(2, lambda worker: len(inbound_receive(batches[worker])))
    assert results == [2, 2]
    assert "ended by a deadlock, taken again" in caplog.messages
    assert sorted(len(each) for each in takings.values()) == [2, 3]
    assert (InboundMessage.objects.count(), InboundPart.objects.count()) == (4, 4)
    assert set(KeywordHit.objects.values_list("outcome", "answers")) == {("acted", 1)}
    for line in payers:
        assert sent(line) == ["Thanks!", "Thanks!"]
        assert events(line.account).count("inbound.received") == 2
        assert (stored(line), balance(line).taken_micros) == (2, 2 * PRICE)
    assert Dispatch.objects.count() == Message.objects.count() == 4
    assert differences() == []


def test_replies_of_different_people_take_money_in_one_order_of_accounts(payers, monkeypatch):
    taken = []
    take = submissions.credit_take
    monkeypatch.setattr(
        submissions,
        "credit_take",
        lambda drafts, now: (taken.append(drafts[0].account_id), take(drafts, now)),
    )
    one, other = payers
    inbound_receive([hello(other, MAI), hello(one, LAN), hello(other, "84981000003")])
    assert taken == sorted([one.account.pk, other.account.pk, other.account.pk])
