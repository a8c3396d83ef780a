"""Whatever happens in whatever order, the books are the sum of the messages."""

from datetime import timedelta

from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from config.common import clock
from messaging.constants import OPEN, FailureReason, MessageStatus
from messaging.models import Balance, Charge, LedgerEntry, Message
from messaging.money.charging import Billed, charged_micros, reserved_micros
from messaging.selectors.money.positions import positions_of
from messaging.selectors.money.reconciling import reconciled
from messaging.services.money import deltas_fold, ledger_adjust, ledger_top_up
from messaging.services.outcomes import Outcome, outcomes_apply
from tests.messaging.hot import Line
from tests.messaging.money.paying import PRICE, make_payer, submit

_ENDS = sorted(set(MessageStatus.values) - OPEN)
_STEPS = st.one_of(
    st.tuples(st.just("accept"), st.integers(1, 4)),
    st.tuples(
        st.just("settle"),
        st.integers(0, 30),
        st.sampled_from(_ENDS),
        st.sampled_from(FailureReason.values),
        st.integers(0, 1),
    ),
    st.tuples(st.just("fold")),
    st.tuples(st.just("top_up"), st.integers(1, 3)),
    st.tuples(st.just("take_off"), st.integers(1, 2)),
    st.tuples(st.just("tomorrow")),
)


class Life:
    """An account of which things happen."""

    def __init__(self, line: Line, terms: int) -> None:
        self.line, self.terms, self.accepted = line, terms, 0

    def accept(self, count: int) -> None:
        submit(self.line, count, first=self.accepted * 10)
        self.accepted += count
        Message.objects.update(charge_terms=self.terms)

    def settle(self, index: int, status: str, reason: str, segments: int) -> None:
        ids = list(Message.objects.order_by("id").values_list("pk", flat=True))
        if ids:
            outcome = Outcome(
                ids[index % len(ids)], status, clock.now(), reason, segments_sent=segments or None
            )
            with connection.cursor() as cursor:
                outcomes_apply(cursor, [outcome])

    def fold(self) -> None:
        deltas_fold()

    def top_up(self, count: int) -> None:
        ledger_top_up(account=self.line.account, amount_micros=count * PRICE, actor=None)

    def take_off(self, count: int) -> None:
        ledger_adjust(
            account=self.line.account, amount_micros=-count * PRICE, actor=None, reason="Fee"
        )


class AnyOrder(TestCase):
    """Accepting, ends, folding, money in and out, and nights."""

    @settings(max_examples=20, deadline=None)
    @given(terms=st.integers(0, 7), steps=st.lists(_STEPS, max_size=14))
    def test_books_are_the_sum_of_messages(self, terms, steps):
        line, other = make_payer(4), make_payer(2)
        life, now = Life(line, terms), clock.now()
        for name, *values in steps:
            if name == "tomorrow":
                now += timedelta(days=1)
                continue
            with clock.freeze(now):
                getattr(life, name)(*values)
        with clock.freeze(now):
            check(line, now)
        assert Balance.objects.get(pk=other.account.pk).taken_micros == 0


def check(line: Line, now) -> None:
    rows = [
        Billed(
            one.status,
            one.failure_reason,
            one.price_micros,
            one.billed_segments or one.segment_count,
            one.segments_sent,
            one.charge_terms,
        )
        for one in Message.objects.filter(account=line.account)
    ]
    reserved, charged = sum(map(reserved_micros, rows)), sum(map(charged_micros, rows))
    before = positions_of([line.account.pk], now)[line.account.pk]
    assert (before.reserved_micros, before.charged_micros) == (reserved, charged)
    with connection.cursor() as cursor:
        assert reconciled(cursor).differences == ()
        deltas_fold()
        assert reconciled(cursor).differences == ()
    row = Balance.objects.get(pk=line.account.pk)
    assert (row.reserved_micros, row.charged_micros, row.taken_micros) == (
        reserved,
        charged,
        reserved + charged,
    )
    lines = Charge.objects.filter(account=line.account)
    assert (
        sum(one.reserved_micros - one.charged_micros - one.given_back_micros for one in lines)
        == reserved
    )
    entries = LedgerEntry.objects.filter(account=line.account).order_by("id")
    total = 0
    for entry in entries:
        total += entry.amount_micros
        assert entry.balance_micros == total
