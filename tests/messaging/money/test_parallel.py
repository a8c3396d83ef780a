"""Many accept at once, on connections of their own: nobody overspends, and nothing gets lost."""

import random

import pytest
from django.db import DatabaseError, connection, transaction

from config.common import clock
from messaging.models import Message
from messaging.selectors.snapshot import snapshots
from messaging.services.money import deltas_fold, ledger_top_up
from messaging.services.outcomes import Outcome, outcomes_apply
from messaging.services.submissions import Accepted
from tests.messaging.money.paying import (
    PRICE,
    balance,
    codes,
    differences,
    make_payer,
    stored,
    submit,
)
from tests.messaging.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 6


def settle_in_parallel(line) -> None:
    """Each end comes to its messages from two workers at once, in an order of its own."""
    ids = list(Message.objects.filter(account=line.account).values_list("pk", flat=True))
    ends = [("sent", ""), ("canceled", "canceled"), ("failed", "rejected"), ("expired", "deadline")]

    def settle(worker: int) -> None:
        mine = list(enumerate(ids))
        random.Random(worker).shuffle(mine)
        for start in range(0, len(mine), 4):
            with transaction.atomic(), connection.cursor() as cursor:
                outcomes_apply(
                    cursor,
                    [
                        Outcome(one, *_end(ends, place), segments_sent=int(place % 4 == 0))
                        for place, one in mine[start : start + 4]
                    ],
                )
            if worker == 0:
                deltas_fold()

    in_threads(2, settle)


def _end(ends, place):
    status, reason = ends[place % 4]
    return status, clock.now(), reason


def die_after(act) -> None:
    """Its connection is cut right before the commit."""
    with pytest.raises(DatabaseError):
        _cut(act)
    connection.close()


@transaction.atomic
def _cut(act) -> None:
    act()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_parallel_accepts_never_spend_more_than_there_is():
    line, other = make_payer(20), make_payer(5)
    snapshots.current()

    def send(worker: int) -> list[str]:
        found = []
        for turn in range(4):
            first = worker * 100 + turn * 10
            found += codes(submit(line, 1 if turn % 2 else 3, first=first))
        return found

    results = [code for found in in_threads(WORKERS, send) for code in found]
    assert (results.count(""), results.count("credit_exhausted")) == (20, 28)
    assert stored(line) == 20
    assert (balance(line).taken_micros, balance(line).reserved_micros) == (20 * PRICE, 20 * PRICE)
    assert differences() == []

    settle_in_parallel(line)
    after = balance(line)
    assert (after.reserved_micros, after.charged_micros, after.taken_micros) == (
        0,
        5 * PRICE,
        5 * PRICE,
    )
    assert differences() == []
    assert balance(other).taken_micros == 0


def test_folding_beside_accepts_and_top_ups_loses_nothing():
    line = make_payer(1)
    snapshots.current()

    def work(worker: int) -> int:
        accepted = 0
        for turn in range(5):
            if worker == 0:
                deltas_fold()
            elif worker == 1:
                ledger_top_up(
                    account=line.account, amount_micros=PRICE, actor=None, reference=f"P{turn}"
                )
            else:
                results = submit(line, 2, first=worker * 100 + turn * 10)
                accepted += sum(isinstance(one, Accepted) for one in results)
        return accepted

    accepted = sum(in_threads(WORKERS, work))
    after = balance(line)
    assert accepted == stored(line) <= 6
    assert after.taken_micros == accepted * PRICE <= after.funds_micros == 6 * PRICE
    assert differences() == []


def test_worker_that_dies_before_its_commit_has_spent_nothing():
    line = make_payer(2)
    snapshots.current()

    in_threads(1, lambda _worker: die_after(lambda: submit(line, 2)))
    assert (stored(line), balance(line).taken_micros) == (0, 0)
    assert codes(submit(line, 2)) == ["", ""]
    assert differences() == []


def test_worker_that_dies_while_folding_leaves_the_changes_to_the_next():
    line = make_payer(mode="unlimited")
    submit(line, 2)

    in_threads(1, lambda _worker: die_after(deltas_fold))
    assert differences() == []
    assert balance(line).reserved_micros == 2 * PRICE
    assert differences() == []
