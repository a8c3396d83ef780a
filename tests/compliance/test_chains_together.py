"""Many write to one account's books at the same time: nobody waits for a long import."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, connections, transaction

from compliance.models import ChainLink, ConsentRecord, Suppression
from compliance.services.chains import verify
from compliance.services.consent import opt_out
from compliance.services.consent_imports import ConsentGiven, consents_import
from config.common import audit, clock
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_SECONDS = 60


@pytest.fixture
def elsewhere() -> Iterator[Callable[[Callable[[], None]], Future[None]]]:
    """Runs a function on a thread with connections of its own."""
    with ThreadPoolExecutor(8) as pool:

        def closing(work: Callable[[], None]) -> None:
            try:
                work()
            finally:
                connections.close_all()

        yield lambda work: pool.submit(closing, work)


def give(world: World, first: int, count: int) -> None:
    now = clock.now()
    consents_import(
        account=world.account,
        advertiser=world.advertiser,
        rows=[ConsentGiven(f"849{first + i:08d}", "marketing", now) for i in range(count)],
        source="list.csv",
        actor=None,
    )


def refuse(world: World, msisdn: str) -> None:
    opt_out(
        account=world.account,
        advertiser=world.advertiser,
        msisdn=msisdn,
        purpose="marketing",
        source="mo",
        evidence={"text": "STOP"},
    )


def test_a_stop_commits_while_an_import_is_open(world: World, elsewhere: object) -> None:
    run = elsewhere
    imported, stopped = Event(), Event()

    def long_import() -> None:
        with transaction.atomic():
            give(world, 0, 3_000)
            imported.set()
            assert stopped.wait(WAIT_SECONDS)
            assert not ChainLink.objects.filter(rows=3_000).exists()

    importing = run(long_import)  # type: ignore[operator]
    assert imported.wait(WAIT_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")  # instead of a wait without end
        refuse(world, "84988888888")
        cursor.execute("RESET lock_timeout")
    assert Suppression.objects.filter(msisdn="84988888888").exists()
    stopped.set()
    importing.result(WAIT_SECONDS)
    links = ChainLink.objects.filter(account=world.account, chain="consent").order_by("number")
    assert list(links.values_list("rows", flat=True)) == [1, 3_000]
    assert links[0].first_row > links[1].last_row, "numbers run on while an import is open"
    assert verify(world.account.pk, "consent").is_whole


def test_writers_of_two_books_never_lock_each_other_out(world: World, elsewhere: object) -> None:
    run = elsewhere
    audit_entries = verify(world.account.pk, "audit").rows

    def write(first: int) -> None:
        for turn in range(10):
            with transaction.atomic():
                steps = [lambda at=first + turn: give(world, at, 1), lambda: _note(world)]
                for step in steps if first % 2 else reversed(steps):
                    step()

    for done in [run(lambda first=1_000 * n + n % 2: write(first)) for n in range(6)]:  # type: ignore[operator]
        done.result(WAIT_SECONDS)
    assert ConsentRecord.objects.count() == 60
    consent, entries = verify(world.account.pk, "consent"), verify(world.account.pk, "audit")
    assert (consent.is_whole, consent.links) == (True, 60)
    assert (entries.is_whole, entries.rows - audit_entries) == (True, 60)


def _note(world: World) -> None:
    audit.record(action="test.happened", actor=None, account_id=world.account.pk)
