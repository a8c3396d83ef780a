"""Reserved at acceptance, settled with the outcome: the books follow the messages to the micro."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from config.common import clock
from messaging.constants import OPEN, FailureReason, MessageStatus
from messaging.models import Balance, Charge, LedgerEntry, Message, MoneyDelta
from messaging.money.charging import Billed, charged_micros, reserved_micros
from messaging.selectors.money.reconciling import reconciled
from messaging.services.money import deltas_fold, ledger_adjust, ledger_top_up
from messaging.services.outcomes import Outcome, outcomes_apply
from messaging.services.submissions import Accepted, MessageRequest, messages_submit
from tests.factories import make_account, make_rate
from tests.messaging.hot import Line, make_line

S, R = MessageStatus, FailureReason
PRICE = 300_000_000


def accept(line: Line, count: int = 1, **values) -> list[Message]:
    wanted = {
        "sender": line.sender.address,
        "message_class": "care",
        "text": "Your order is on its way.",
    } | values
    requests = [MessageRequest(to=f"+84980001{number:03d}", **wanted) for number in range(count)]
    results = messages_submit(account=line.account, requests=requests, origin="api")
    assert all(isinstance(one, Accepted) for one in results), results
    return [Message.objects.get(pk=one.message_id) for one in results]


def settle(message: Message, status: str, reason: str = "", segments: int | None = None) -> None:
    with connection.cursor() as cursor:
        outcomes_apply(
            cursor,
            [Outcome(message.pk, str(status), clock.now(), str(reason), segments_sent=segments)],
        )


def differences() -> list[str]:
    with connection.cursor() as cursor:
        return [str(one) for one in reconciled(cursor).differences]


def books(account) -> tuple[int, int]:
    deltas_fold()
    row = Balance.objects.get(pk=account.pk)
    assert row.taken_micros == row.reserved_micros + row.charged_micros
    return row.reserved_micros, row.charged_micros


@pytest.fixture
def line(db) -> Line:
    account = make_account(free_text_classes=["care"])
    return make_line(account)


def test_an_accepted_message_is_reserved_and_a_sent_one_charged(line):
    (message,) = accept(line)
    assert (message.price_micros, message.charge_terms) == (PRICE, 0)
    assert books(line.account) == (PRICE, 0)
    settle(message, S.SENT, segments=1)
    assert books(line.account) == (0, PRICE)
    before = MoneyDelta.objects.count()
    settle(message, S.DELIVERED)
    assert MoneyDelta.objects.count() == before  # a receipt for what is paid writes nothing
    (charge,) = Charge.objects.filter(account=line.account)
    assert (charge.messages, charge.segments, charge.charged_micros) == (1, 1, PRICE)
    assert (charge.accepted, charge.reserved_micros, charge.given_back_micros) == (1, PRICE, 0)
    assert differences() == []


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (S.BLOCKED, R.SUPPRESSED),
        (S.CANCELED, R.CANCELED),
        (S.EXPIRED, R.DEADLINE),
        (S.FAILED, R.NO_ROUTE),
        (S.FAILED, R.REJECTED),
    ],
)
def test_what_never_left_is_given_back(line, status, reason):
    (message,) = accept(line)
    settle(message, status, reason)
    assert books(line.account) == (0, 0)
    (charge,) = Charge.objects.all()
    assert (charge.accepted, charge.reserved_micros, charge.given_back_micros) == (1, PRICE, PRICE)
    assert (charge.messages, charge.segments, charge.charged_micros) == (0, 0, 0)
    assert differences() == []


def test_a_rate_may_charge_what_the_carrier_refused(line):
    make_rate(amount_micros=PRICE, charges_rejected=True, effective_from=clock.now())
    (message,) = accept(line)
    settle(message, S.FAILED, R.REJECTED)
    assert books(line.account) == (0, PRICE)
    assert differences() == []


def test_a_rate_may_give_back_what_did_not_arrive(line):
    make_rate(
        amount_micros=PRICE,
        charges_undelivered=False,
        charges_unknown=False,
        effective_from=clock.now(),
    )
    gone, lost, found = accept(line, 3)
    for message in (gone, lost, found):
        settle(message, S.SENT, segments=1)
    assert books(line.account) == (0, 3 * PRICE)
    settle(gone, S.UNDELIVERED, R.UNDELIVERABLE)
    settle(lost, S.UNKNOWN, R.NO_RECEIPT)
    settle(found, S.UNKNOWN, R.NO_RECEIPT)
    assert books(line.account) == (0, 0)
    settle(found, S.DELIVERED)  # a late receipt: it did arrive
    assert books(line.account) == (0, PRICE)
    (charge,) = Charge.objects.all()
    assert (charge.reserved_micros, charge.given_back_micros) == (3 * PRICE, 2 * PRICE)
    assert differences() == []


def test_of_a_message_that_left_in_part_the_segments_taken_are_charged(line):
    (message,) = accept(line, text="x" * 400)
    assert message.segment_count == 3
    settle(message, S.UNDELIVERED, R.PARTIAL, segments=2)
    message.refresh_from_db()
    assert (message.status, message.failure_reason) == (S.UNDELIVERED, R.PARTIAL)
    assert books(line.account) == (0, 2 * PRICE)
    assert differences() == []


def test_the_price_is_the_one_of_acceptance(line):
    (message,) = accept(line)
    make_rate(amount_micros=9 * PRICE, effective_from=clock.now())
    settle(message, S.SENT, segments=1)
    assert books(line.account) == (0, PRICE)


def test_messages_from_before_are_not_billed(line):
    message = line.message(price_micros=PRICE)
    settle(message, S.SENT, segments=1)
    assert books(line.account) == (0, 0)
    assert differences() == []


def test_a_difference_is_named(line):
    (message,) = accept(line)
    Message.objects.filter(pk=message.pk).update(price_micros=PRICE + 1)
    (told,) = differences()
    assert f"account {line.account.pk}: reserved" in told
    assert "300 in the books, 300.000001 counted" in told


def test_a_day_is_posted_once_and_a_later_change_is_of_the_next(line, monkeypatch):
    first, second = accept(line, 2)
    settle(first, S.SENT, segments=1)
    deltas_fold()
    now = clock.now()
    settle(second, S.SENT, segments=1)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=1))
    deltas_fold()
    deltas_fold()
    entries = list(LedgerEntry.objects.filter(account=line.account, kind="charges"))
    assert [(one.amount_micros, one.balance_micros) for one in entries] == [
        (-2 * PRICE, -2 * PRICE)
    ]
    assert differences() == []


def test_the_ledger_refuses_every_change(line):
    entry = ledger_top_up(account=line.account, amount_micros=5, actor=None)
    for change in (
        lambda: LedgerEntry.objects.filter(pk=entry.pk).update(amount_micros=6),
        lambda: LedgerEntry.objects.filter(pk=entry.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_balance_is_top_ups_and_adjustments_less_charges(line):
    ledger_top_up(account=line.account, amount_micros=10 * PRICE, actor=None, reference="INV-1")
    ledger_adjust(account=line.account, amount_micros=-PRICE, actor=None, reason="Fee")
    for message in accept(line, 2):
        settle(message, S.SENT, segments=1)
    accept(line)
    assert books(line.account) == (PRICE, 2 * PRICE)
    row = Balance.objects.get(pk=line.account.pk)
    assert row.funds_micros - row.charged_micros == 7 * PRICE
    assert [one.balance_micros for one in LedgerEntry.objects.order_by("id")] == [
        10 * PRICE,
        9 * PRICE,
    ]
    assert differences() == []


def test_money_that_has_moved_keeps_its_currency(line):
    accept(line)
    line.account.currency = "USD"
    with pytest.raises(DatabaseError), transaction.atomic():
        line.account.save()


_STEPS = [str(one) for one in MessageStatus.values]


class AnyLife(TestCase):
    """Whatever becomes of messages, the books are what the pure rule says of each."""

    @settings(max_examples=25, deadline=None)
    @given(
        terms=st.integers(0, 7),
        lives=st.lists(
            st.lists(
                st.tuples(st.sampled_from(_STEPS), st.sampled_from(R.values), st.integers(0, 3)),
                max_size=4,
            ),
            min_size=1,
            max_size=3,
        ),
    )
    def test_books_follow_the_rule(self, terms, lives):
        account = make_account(free_text_classes=["care"])
        line = make_line(account)
        messages = accept(line, len(lives), text="x" * 400)
        Message.objects.update(charge_terms=terms)
        for message, life in zip(messages, lives, strict=True):
            for status, reason, segments in life:
                if status not in OPEN:
                    settle(message, status, reason, segments or None)
        rows = [
            Billed(
                one.status,
                one.failure_reason,
                one.price_micros,
                one.billed_segments or one.segment_count,
                one.segments_sent,
                one.charge_terms,
            )
            for one in Message.objects.filter(account=account)
        ]
        assert books(account) == (
            sum(map(reserved_micros, rows)),
            sum(map(charged_micros, rows)),
        )
        assert differences() == []
