"""What all pumps of a worker share. Invariant 1: traffic goes on without broker and beat."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection

from config.common import clock, versions
from messaging.pump import connections
from messaging.pump.monitor import Monitor
from messaging.selectors.snapshot import snapshots
from messaging.services.holds import hold_lift, hold_place
from messaging.services.submissions import UNROUTED_CHANNEL
from tests.messaging.hot import Line, make_line, place
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

CAMPAIGN = 7001


class FakePump:
    """Only what the monitor knows of one."""

    def __init__(self, carrier_id: int) -> None:
        self.express_wanted = threading.Event()
        self.carrier_id = carrier_id


@pytest.fixture
def line() -> Line:
    snapshots.forget()
    return make_line()


@pytest.fixture
def monitor(line) -> Iterator[Monitor]:
    made = Monitor()
    pump = FakePump(line.carrier.pk)
    made.attach(pump)
    yield made
    made.detach(pump)


def test_pause_and_resume_are_seen(line, monitor):
    hold_place(account=line.account, campaign_id=CAMPAIGN)
    until(lambda: monitor.held == {CAMPAIGN})
    hold_lift(campaign_id=CAMPAIGN)
    until(lambda: not monitor.held)


def test_changed_configuration_is_seen(line, monitor):
    line.sender.throughput = 7
    line.sender.save()
    until(lambda: monitor.snapshot.version == versions.current())
    assert monitor.snapshot.senders[line.sender.pk].throughput == 7


def test_single_message_is_routed_by_its_wake_up(line, monitor):
    message = line.queued("otp", carrier=None)
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {UNROUTED_CHANNEL}")
    until(lambda: place(message) == "queued" and _carrier(message) == line.carrier.pk)


def test_single_message_is_routed_although_its_wake_up_was_lost(line, monitor):
    message = line.queued("otp", carrier=None)
    until(lambda: _carrier(message) == line.carrier.pk)


def test_routed_code_wakes_the_pump_of_its_carrier(line):
    monitor, pump, other = Monitor(), FakePump(line.carrier.pk), FakePump(line.carrier.pk + 1)
    monitor.attach(pump)
    monitor.attach(other)
    line.queued("otp", carrier=None)
    assert pump.express_wanted.wait(60)
    assert not other.express_wanted.is_set()
    monitor.detach(pump)
    monitor.detach(other)


def test_overdue_message_is_routed_without_a_task(line, monitor):
    """The routing task's wake-up was lost with the broker."""
    message = line.waiting(due_at=clock.now() - timedelta(seconds=30))
    until(lambda: place(message) == "queued")


def test_threads_end_with_the_last_pump_and_begin_with_the_next(line):
    monitor, first, second = Monitor(), FakePump(1), FakePump(2)
    before = threading.active_count()
    monitor.attach(first)
    monitor.attach(second)
    monitor.detach(first)
    assert threading.active_count() > before
    monitor.detach(second)
    until(lambda: threading.active_count() == before)
    monitor.attach(first)
    message = line.queued("otp", carrier=None)
    until(lambda: _carrier(message) == line.carrier.pk)
    monitor.detach(first)


def test_faults_end_no_loop(line, monkeypatch):
    monitor, pump = Monitor(), FakePump(line.carrier.pk)
    faults = iter([RuntimeError("odd"), OSError("odd")])
    original = monitor._look

    def sometimes() -> None:
        error = next(faults, None)
        if error is not None:
            raise error
        original()

    monitor.attach(pump)
    monkeypatch.setattr(monitor, "_look", sometimes)
    hold_place(account=line.account, campaign_id=CAMPAIGN)
    until(lambda: monitor.held == {CAMPAIGN})
    monitor.detach(pump)


def test_transaction_of_a_frozen_worker_is_ended_by_the_database():
    """Before its lease has run out, so that its successor finds no locks."""
    with connections.connect("test") as opened:
        (limit,) = opened.execute("SHOW idle_in_transaction_session_timeout").fetchone()
    connection.close()
    connections.never_idle_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert (limit, *cursor.fetchone()) == ("4s", "4s")
    connection.close()


def _card(monitor: Monitor, line: Line):
    line.sender.save()
    until(lambda: monitor.snapshot.version == versions.current())
    return monitor.snapshot.senders[line.sender.pk]


def _carrier(message) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT carrier_id FROM messaging_dispatch WHERE id = %s", [message.pk])
        return int(cursor.fetchone()[0])
