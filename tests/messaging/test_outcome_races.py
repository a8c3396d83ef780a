"""Two writers of the same messages at once, on PostgreSQL."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from config.common import clock
from config.common.database import connect
from messaging.services.outcomes import Outcome, outcomes_apply
from tests.messaging.hot import make_line, state

pytestmark = pytest.mark.django_db(transaction=True)


# Only where a day has many rows does the planner look each of a batch up by itself.
_MANY = """
INSERT INTO messaging_message
SELECT (jsonb_populate_record(m, jsonb_build_object('status', 'delivered', 'id',
    (left(m.id::text, 24) || lpad(to_hex(n), 12, '0'))::uuid))).*
FROM messaging_message m, generate_series(1, 100000) n WHERE m.id = %s
"""


def other_days() -> None:
    """So that the day's partition is one of several and not the first."""
    today = clock.now().date()
    days = [today - timedelta(days=3), today + timedelta(days=3)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT create_day_partitions(%s, %s)", days)


def waits(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return bool(cursor.fetchone()[0])


def test_batch_that_waits_for_another_moves_all_that_is_left_to_move():
    """A row that somebody else has just settled is checked again; the rows after it count."""
    other_days()
    line, now = make_line(), clock.now()
    messages = sorted((line.message(status="sent") for _ in range(12)), key=lambda one: one.pk.int)
    with connection.cursor() as cursor:
        cursor.execute(_MANY, [messages[0].pk])
        cursor.execute("ANALYZE messaging_message")
    outcomes = [Outcome(one.pk, "delivered", now) for one in messages]
    moved: list[int] = []
    with (
        connect("first", pinned_plans=True) as first,
        connect("second", pinned_plans=True) as second,
    ):

        def settle_all() -> None:
            with second.transaction(), second.cursor() as cursor:
                moved.append(len(outcomes_apply(cursor, outcomes)))

        waiting = threading.Thread(target=settle_all)
        with first.transaction(), first.cursor() as cursor:
            outcomes_apply(cursor, outcomes[2:4])
            waiting.start()
            while not waits(second.info.backend_pid):
                pass
        waiting.join()
    assert moved == [10]
    assert {state(one) for one in messages} == {"delivered"}
