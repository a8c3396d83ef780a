"""Invariant 1: each message ends in exactly one terminal state, and each change has its event."""

import json
import threading

import pytest
from django.db import connection

from config.common import clock
from messaging.constants import TERMINAL, TRANSITIONS, MessageStatus
from messaging.models import Event, EventCounter, Message
from messaging.services.outcomes import Outcome, outcomes_apply
from tests.factories import make_account, make_message, make_sender
from tests.messaging.hot import events, state, tallies

S = MessageStatus
CAMPAIGN = 7001


def apply(*outcomes: Outcome) -> set:
    with connection.cursor() as cursor:
        return outcomes_apply(cursor, outcomes)


def to(message: Message, status: str, **values) -> Outcome:
    return Outcome(message.pk, str(status), clock.now(), **values)


@pytest.mark.django_db
@pytest.mark.parametrize("source", MessageStatus.values)
@pytest.mark.parametrize("target", sorted({S.SENT, *TERMINAL}))
def test_state_changes_only_as_the_table_says(source, target):
    message = make_message(status=source)
    allowed = target in TRANSITIONS[S(source)]
    assert apply(to(message, target)) == ({message.pk} if allowed else set())
    assert state(message).split()[0] == (target if allowed else source)
    assert events(message.account) == ([f"message.{target}"] if allowed else [])


def test_terminal_states_are_left_by_late_receipts_of_unknown_alone():
    left = {source: targets for source, targets in TRANSITIONS.items() if source in TERMINAL}
    assert left.pop(S.UNKNOWN) == {S.DELIVERED, S.UNDELIVERED}
    assert set().union(*left.values()) == set()


@pytest.mark.django_db
def test_repeated_outcome_changes_nothing_and_says_nothing():
    message = make_message(status=S.SENT, campaign_id=CAMPAIGN)
    assert apply(to(message, S.DELIVERED)) == {message.pk}
    assert apply(to(message, S.DELIVERED)) == set()
    assert (events(message.account), tallies(CAMPAIGN)) == (
        ["message.delivered"],
        {("delivered", ""): 1},
    )


@pytest.mark.django_db
def test_first_of_two_outcomes_in_a_batch_counts():
    message = make_message(status=S.SENT)
    apply(to(message, S.UNDELIVERED, reason="undeliverable"), to(message, S.DELIVERED))
    assert state(message) == "undelivered undeliverable"
    assert events(message.account) == ["message.undelivered"]


@pytest.mark.django_db
def test_batch_of_many_states_is_numbered_without_gaps():
    account = make_account()
    sender = make_sender(account)
    targets = [S.SENT, S.FAILED, S.BLOCKED, S.EXPIRED, S.CANCELED, S.UNKNOWN, S.SENT]
    made = [make_message(account, sender=sender, status=S.QUEUED) for _ in targets]
    moved = apply(*(to(one, target) for one, target in zip(made, targets, strict=True)))
    assert moved == {one.pk for one in made}
    rows = Event.objects.filter(account=account).order_by("message_id")
    assert [row.sequence for row in rows] == list(range(1, len(targets) + 1))
    assert [row.type for row in rows] == [f"message.{target.value}" for target in targets]


@pytest.mark.django_db
def test_body_of_an_event_tells_the_message_and_its_price():
    sender = make_sender(address="53849")
    message = make_message(
        sender.account,
        sender=sender,
        status=S.QUEUED,
        price_micros=350_500_000,
        metadata={"order": "A-1"},
        client_reference="ref-1",
    )
    at = clock.now()
    apply(Outcome(message.pk, S.FAILED, at, "rejected", command_status=0x45))
    row = Event.objects.get(account=message.account)
    body = json.loads(row.body)
    assert (body["sequence"], body["type"]) == (1, "message.failed")
    assert body["data"] | {"sent_at": None, "done_at": None} == {
        "id": str(message.pk),
        "to": f"+{message.msisdn}",
        "from": "53849",
        "class": "care",
        "status": "failed",
        "failure_reason": "rejected",
        "delivery_proof": None,
        "segment_count": 1,
        "billed_segment_count": 1,
        "price": {"amount": "350.5", "currency": "VND"},
        "client_reference": "ref-1",
        "livemode": True,
        "metadata": {"order": "A-1"},
        "sent_at": None,
        "done_at": None,
    }
    assert body["data"]["done_at"] is not None
    message.refresh_from_db()
    assert (message.command_status, message.done_at) == (0x45, at)


@pytest.mark.django_db
def test_body_of_an_event_takes_whatever_people_write():
    odd = 'say "yes" \\ now\n\u1ee3 ✓'
    sender = make_sender(address='A"B\\C')
    message = make_message(
        sender.account,
        sender=sender,
        status=S.QUEUED,
        client_reference=odd,
        metadata={odd: [odd, None]},
    )
    apply(to(message, S.SENT))
    data = json.loads(Event.objects.get(account=message.account).body)["data"]
    assert (data["client_reference"], data["metadata"]) == (odd, {odd: [odd, None]})
    assert data["from"] == 'A"B\\C'


@pytest.mark.django_db
def test_message_that_was_sent_keeps_the_time_of_sending():
    message = make_message(status=S.QUEUED)
    apply(to(message, S.SENT, segments_sent=1))
    message.refresh_from_db()
    sent_at = message.sent_at
    apply(to(message, S.DELIVERED, receipt_error="000"))
    message.refresh_from_db()
    assert (message.sent_at, message.segments_sent, message.receipt_error) == (sent_at, 1, "000")
    assert message.done_at >= sent_at


@pytest.mark.django_db
def test_late_receipt_takes_the_count_of_unknown_back_with_its_reason():
    lost = make_message(status=S.QUEUED, campaign_id=CAMPAIGN)
    silent = make_message(lost.account, sender=lost.sender, status=S.SENT, campaign_id=CAMPAIGN)
    apply(to(lost, S.UNKNOWN, reason="no_answer"), to(silent, S.UNKNOWN, reason="no_receipt"))
    assert tallies(CAMPAIGN) == {("unknown", "no_answer"): 1, ("unknown", "no_receipt"): 1}
    apply(to(silent, S.DELIVERED))
    assert tallies(CAMPAIGN) == {("unknown", "no_answer"): 1, ("delivered", ""): 1}


@pytest.mark.django_db
@pytest.mark.parametrize("target", [S.BLOCKED, S.CANCELED, S.EXPIRED, S.FAILED])
def test_message_that_an_smsc_has_in_part_is_never_called_unsent(target):
    message = make_message(status=S.QUEUED, segments_sent=1, segment_count=2, campaign_id=CAMPAIGN)
    apply(to(message, target, reason="suppressed"))
    assert state(message) == "undelivered partial"
    assert events(message.account) == ["message.undelivered"]
    assert tallies(CAMPAIGN) == {("undelivered", "partial"): 1}


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_and_nobody_waits_for_each_other_under_threads():
    """Accounts in one order for all writers: two batches of mixed states and accounts."""
    accounts = [make_account(), make_account()]
    senders = [make_sender(account) for account in accounts]
    batches = [
        [
            make_message(accounts[(turn + n) % 2], sender=senders[(turn + n) % 2], status=S.QUEUED)
            for n in range(12)
        ]
        for turn in range(8)
    ]
    failures: list[Exception] = []

    def work(mine: list[list[Message]], states: list[S]) -> None:
        try:
            for batch in mine:
                apply(*(to(one, states[n % 2]) for n, one in enumerate(batch)))
        except Exception as error:  # noqa: BLE001  the test looks at it
            failures.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=(batches[index::4], states))
        for index, states in enumerate(2 * [[S.SENT, S.FAILED], [S.FAILED, S.SENT]])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    for account in accounts:
        numbers = Event.objects.filter(account=account).values_list("sequence", flat=True)
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
        assert EventCounter.objects.get(account=account).last == len(numbers) == 48
