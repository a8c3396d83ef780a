"""A poller of the event log beside writers: it misses none and gets none twice."""

import json
import threading

import pytest
from django.db import connection, transaction

from config.common import clock
from messaging.services import events
from messaging.services.events import event_append
from tests.messaging.api.conftest import Caller
from tests.messaging.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, EACH = 4, 12


def append(account, name):
    with connection.cursor() as cursor:
        return event_append(
            cursor,
            account_id=account.pk,
            event_type="inbound.received",
            at=clock.now(),
            data={"name": name},
        )


class Poller:
    """Goes on after the last cursor, as an integrator does."""

    def __init__(self, account):
        self.caller = Caller(account)
        self.after = "0"
        self.names = []
        self.sequences = []

    def poll(self, more=""):
        page = json.loads(self.caller.get(f"/events?after={self.after}{more}").content)
        self.after = page["next_cursor"]
        self.names += [event["data"]["name"] for event in page["data"]]
        self.sequences += [event["sequence"] for event in page["data"]]
        return page["data"]


def late_early_and_poll(account, poller, more=""):
    """An early transaction is held open with its number taken; a later one tries to commit; the
    poller asks before and after."""
    is_held, may_commit = threading.Event(), threading.Event()
    seen = []

    def early():
        with transaction.atomic():
            append(account, "early")
            is_held.set()
            may_commit.wait(20)

    def late():
        is_held.wait(20)
        append(account, "late")

    def polling():
        is_held.wait(20)
        threading.Event().wait(0.3)  # long enough for the late one to have committed, if it could
        seen.append([event["data"]["name"] for event in poller.poll(more)])
        may_commit.set()

    in_threads(3, lambda number: (early, late, polling)[number]())
    poller.poll(more)
    return seen[0]


@pytest.mark.parametrize("more", ["", "&types=inbound.received"])
def test_late_commit_waits_for_the_early_one_and_nothing_is_missed(world, more):
    poller = Poller(world.account)
    assert late_early_and_poll(world.account, poller, more) == []
    assert poller.names == ["early", "late"]
    assert poller.sequences == [1, 2]


def test_numbers_from_a_sequence_would_lose_the_early_event(world, monkeypatch):
    """What the counter's lock holds: the same scene, numbered without it, loses an event."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE numbers_without_lock")
    unlocked = events._STATEMENT.replace(
        """UPDATE messaging_eventcounter SET last = last + 1 WHERE account_id = %(account)s::bigint
    RETURNING last""",
        "SELECT nextval('numbers_without_lock') AS last",
    )
    assert unlocked != events._STATEMENT
    monkeypatch.setattr(events, "_STATEMENT", unlocked)
    poller = Poller(world.account)
    try:
        assert late_early_and_poll(world.account, poller) == ["late"]
        assert poller.names == ["late"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SEQUENCE numbers_without_lock")


def test_poller_beside_many_writers_gets_each_event_once_in_order(world):
    poller, is_over = Poller(world.account), threading.Event()

    def write(number):
        for turn in range(EACH):
            with transaction.atomic():
                append(world.account, f"{number}-{turn}")
                threading.Event().wait(0.001 * number)

    def read():
        while not is_over.is_set():
            poller.poll("&limit=3")

    reader = threading.Thread(target=lambda: (read(), connection.close()))
    reader.start()
    in_threads(WRITERS, write)
    is_over.set()
    reader.join()
    while poller.poll():
        pass
    assert poller.sequences == list(range(1, WRITERS * EACH + 1))
    assert len(set(poller.names)) == WRITERS * EACH
