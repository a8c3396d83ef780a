"""Single messages that come at the same time are stored by one transaction, each with its own
answer: real requests in parallel, on one account's money."""

import threading

import pytest
from django.db import OperationalError

from messaging.api import sending
from messaging.models import Balance, ClientReference, Dispatch, IdempotencyKey, Message
from messaging.services.money import BillingTerms, billing_set, deltas_fold, ledger_top_up
from tests.messaging.threads import in_threads
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = 10


@pytest.fixture
def groups(monkeypatch):
    """The texts of each group. The first waits until all the others of `expected` wait for it."""

    class Groups(list):
        expected = 1
        began = threading.Event()

    found, submit = Groups(), sending.singles_submit

    def singles_submit(*, account, requests, origin):
        found.append([request.text for request in requests])
        if len(found) == 1 and found.expected > 1:
            found.began.set()
            until(lambda: _waiting() >= found.expected - 1, WAIT)
        return submit(account=account, requests=requests, origin=origin)

    monkeypatch.setattr(sending, "singles_submit", singles_submit)
    return found


def _waiting():
    return sum(map(len, sending._SINGLES._waiting.values()))


def all_at_once(groups, calls):
    """The answers of calls, the first of which comes first."""
    groups.expected = len(calls)

    def one(worker):
        if worker:
            assert groups.began.wait(WAIT)
        return calls[worker]()

    return in_threads(len(calls), one)


def posts(api, text, changes):
    def of(number, change):
        headers = change.pop("headers", {})
        wanted = text | {"text": f"Order {number}"} | change
        return lambda: api.post("/messages", wanted, headers=headers)

    return [of(number, dict(change)) for number, change in enumerate(changes)]


def test_each_gets_its_own_answer_and_its_own_refusal(api, text, groups):
    answers = all_at_once(
        groups,
        posts(
            api,
            text,
            [{}, {"client_reference": "A-1"}, {"to": "+8412"}, {"from": "NOBODY"}, {}],
        ),
    )
    assert [answer.status_code for answer in answers] == [201, 201, 422, 422, 201]
    assert [len(group) for group in groups] == [1, 4]
    good = [answer.json() for answer in answers if answer.status_code == 201]
    assert [one["text"] for one in good] == ["Order 0", "Order 1", "Order 4"]
    assert {str(pk) for pk in Message.objects.values_list("pk", flat=True)} == {
        one["id"] for one in good
    }
    assert Dispatch.objects.count() == 3
    assert answers[3].json()["errors"][0]["pointer"] == "#/from"


def test_of_two_with_one_reference_the_second_is_refused(api, text, groups):
    same = {"client_reference": "A-1"}
    answers = all_at_once(groups, posts(api, text, [{}, same, same]))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409]
    assert ClientReference.objects.count() == 1
    assert Message.objects.count() == 2


def test_money_that_does_not_suffice_for_all_goes_to_those_who_came_first(api, text, groups):
    price = api.post("/messages", text).json()["price"]  # counts too
    billing_set(account=api.account, terms=BillingTerms("prepaid"), actor=None)
    micros = round(float(price["amount"]) * 1_000_000)
    ledger_top_up(account=api.account, amount_micros=4 * micros, actor=None)
    groups.clear()
    answers = all_at_once(groups, posts(api, text, [{}] * 5))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 402, 402]
    assert [len(group) for group in groups] == [1, 4, 1, 1, 1, 1]  # the four each alone
    deltas_fold()
    assert Balance.objects.get(pk=api.account.pk).taken_micros == 4 * micros
    assert Message.objects.count() == 4


def test_refusals_speak_each_the_language_of_its_request(api, text, groups):
    bad = {"from": "NOBODY"}
    answers = all_at_once(
        groups,
        posts(
            api,
            text,
            [{}, bad | {"headers": {"Accept-Language": "en"}}, bad],
        ),
    )
    groups.clear()
    groups.expected = 1
    vietnamese = api.post("/messages", text | bad, headers={"Accept-Language": "vi"}).json()
    assert answers[1].json()["errors"] == answers[2].json()["errors"]
    assert vietnamese["errors"][0]["detail"] != answers[1].json()["errors"][0]["detail"]


def test_stranger_is_in_nobodys_group(api, stranger, text, groups):
    groups.expected = 2
    calls = posts(api, text, [{}, {}])
    answers = in_threads(
        3,
        lambda worker: (
            calls[worker]()
            if worker == 0 or (groups.began.wait(WAIT) and worker == 1)
            else stranger.post("/messages", text | {"text": "Mine"})
        ),
    )
    assert [answer.status_code for answer in answers] == [201, 201, 422]
    assert ["Mine"] in groups


def test_keys_are_settled_with_their_messages(api, text, groups):
    def key(value):
        return {"headers": {"Idempotency-Key": value}}

    wishes = [key("k0"), key("k1"), key("k2") | {"to": "+8412"}, key("k3")]
    answers = all_at_once(groups, posts(api, text, wishes))
    assert [answer.status_code for answer in answers] == [201, 201, 422, 201]
    # A refusal did nothing: its key is free again.
    settled = IdempotencyKey.objects.values_list("key", "status")
    assert sorted(settled) == [("k0", 201), ("k1", 201), ("k3", 201)]
    again = [post() for post in posts(api, text, wishes)]
    assert [answer.headers.get("Idempotent-Replayed") for answer in again] == [
        "true",
        "true",
        None,
        "true",
    ]
    assert [again[index].content for index in (0, 1, 3)] == [
        answers[index].content for index in (0, 1, 3)
    ]
    assert Message.objects.count() == 3


def test_answer_that_cannot_be_settled_undoes_its_own_message_alone(api, text, groups, monkeypatch):
    """Somebody has taken the key over in the meantime."""
    settle = sending._accept

    def accept(singles):
        for single in singles:
            if single.wanted.text == "Order 2":
                IdempotencyKey.objects.filter(key="k2").update(created_at="2020-01-01T00:00Z")
        return settle(singles)

    monkeypatch.setattr(sending._SINGLES, "_work", accept)
    wishes = [{"headers": {"Idempotency-Key": f"k{number}"}} for number in range(4)]
    answers = all_at_once(groups, posts(api, text, wishes))
    assert [answer.status_code for answer in answers] == [201, 201, 409, 201]
    assert set(Message.objects.values_list("text", flat=True)) == {"Order 0", "Order 1", "Order 3"}


def test_commit_whose_answer_was_lost_is_not_done_again(api, text, groups, monkeypatch):
    """The database has the messages; their senders are told that nobody knows."""
    accept = sending._SINGLES._work

    def lost_afterwards(singles):
        answers = accept(singles)
        if len(singles) > 1:
            raise OperationalError("server closed the connection unexpectedly")
        return answers

    monkeypatch.setattr(sending._SINGLES, "_work", lost_afterwards)
    answers = all_at_once(groups, posts(api, text, [{}] * 4))
    assert [answer.status_code for answer in answers] == [201, 503, 503, 503]
    assert sorted(Message.objects.values_list("text", flat=True)) == [
        f"Order {number}" for number in range(4)
    ]
