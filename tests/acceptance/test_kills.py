"""Processes die in the middle of a campaign of 2,000; the operators' books are the judge.

Proves invariants 1 (nothing disappears, whatever dies), 2 (nothing is handed over twice),
3 (a reply is acknowledged only after its commit), and 8 (two workers never write to one bind).
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from messaging.models import Event, InboundMessage, InboundPart
from tests.acceptance.running import SECOND_CARRIERS, Platform, bound_binds
from tests.acceptance.scene import (
    Scene,
    end_connections,
    judge,
    left,
    make_scene,
    numbers,
    progress,
    route,
    settled,
)

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(900)]

COUNT = 2000
WINDOWS = 2 * 50  # of the two binds that Hong Kong is reached by
PROCESSES = ("valkey", "simulator", "worker", "campaigns", "carriers", "beat")
BINDS = {"viettel-1", "vinaphone-1"}
OPERATORS = ("viettel", "vinaphone")
# Octets that a frozen process had handed to its kernel are read by the operator a little later.
IN_THE_KERNEL_SECONDS = 0.5


@pytest.fixture(scope="module")
def _scene(platform: Platform) -> Scene:
    # Slow enough that a busy machine, too, kills in the middle.
    route("viettel", throughput=160)
    route("vinaphone", throughput=160)
    return make_scene(platform)


@pytest.fixture
def scene(_scene: Scene, platform: Platform) -> Scene:
    """Everything runs; what an earlier test left dead is started again."""
    platform.start(*PROCESSES)
    platform.wait_bound(*BINDS)
    return _scene


@pytest.mark.parametrize(
    ("victim", "most_unknown"),
    [("carriers", WINDOWS), ("campaigns", 0), ("valkey", 0), ("simulator", WINDOWS)],
)
def test_killed_in_the_middle_of_a_campaign(
    scene: Scene, platform: Platform, victim: str, most_unknown: int
) -> None:
    campaign = scene.campaign(COUNT)
    platform.wait_until(lambda: left(platform, campaign) > 400, 30, "400 left")
    platform.kill(victim)
    assert left(platform, campaign) < COUNT
    platform.start(victim)
    platform.wait_until(lambda: settled(campaign), 60, lambda: progress(campaign))
    by_status = judge(platform, campaign, most_unknown=most_unknown)
    assert by_status["delivered"] >= COUNT - most_unknown


def test_database_ends_every_connection_in_the_middle_of_a_campaign(
    scene: Scene, platform: Platform
) -> None:
    """As a restart of the server or a broken network does."""
    campaign = scene.campaign(COUNT)
    platform.wait_until(lambda: left(platform, campaign) > 400, 30, "400 left")
    assert end_connections() > len(PROCESSES)
    platform.wait_until(lambda: settled(campaign), 60, lambda: progress(campaign))
    assert judge(platform, campaign, most_unknown=0) == {"delivered": COUNT}


def test_carrier_worker_that_is_asked_to_end_leaves_nothing_unknown(
    scene: Scene, platform: Platform
) -> None:
    campaign = scene.campaign(COUNT)
    platform.wait_until(lambda: left(platform, campaign) > 400, 30, "400 left")
    platform.stop("carriers")
    assert left(platform, campaign) < COUNT
    platform.start("carriers")
    platform.wait_until(lambda: settled(campaign), 60, lambda: progress(campaign))
    assert judge(platform, campaign, most_unknown=0) == {"delivered": COUNT}


def test_binds_of_a_frozen_worker_move_and_it_never_writes_again(
    scene: Scene, platform: Platform
) -> None:
    began = time.time()
    campaign = scene.campaign(COUNT)
    platform.start(SECOND_CARRIERS)
    platform.wait_until(lambda: left(platform, campaign) > 400, 30, "400 left")
    held = {name for name, holder in bound_binds().items() if holder.startswith("carriers@")}
    platform.freeze("carriers")
    frozen_at = time.time()
    operators = {name.rsplit("-", 1)[0] for name in held}
    frozen_sessions = _present_sessions(platform, operators, since=began)
    platform.wait_until(
        lambda: all(bound_binds().get(name, "").startswith("carriers2@") for name in held),
        45,
        lambda: f"bound are {bound_binds()}",
    )
    platform.thaw("carriers")
    platform.wait_until(lambda: settled(campaign), 60, lambda: progress(campaign))
    assert _last_write(platform, frozen_sessions) < frozen_at + IN_THE_KERNEL_SECONDS
    judge(platform, campaign, most_unknown=WINDOWS)
    platform.stop(SECOND_CARRIERS)


def _present_sessions(
    platform: Platform, operators: set[str], *, since: float
) -> set[tuple[str, int]]:
    """The youngest session at each of these operators; one that started anew counts from 1."""
    books = {
        name: [one.session for one in platform.records(name) if one.time >= since]
        for name in operators
    }
    return {(name, max(sessions)) for name, sessions in books.items() if sessions}


def _last_write(platform: Platform, sessions: set[tuple[str, int]]) -> float:
    return max(
        record.time
        for name in OPERATORS
        for record in platform.records(name)
        if (name, record.session) in sessions
    )


# Replies.

SAYS = "Xin chào"
LONG = "Cho tôi hỏi đơn hàng của tôi khi nào thì đến nơi, tôi cần trước thứ sáu. " * 2
HELD = 7_319_011
_HOLD = f"""
CREATE FUNCTION hold_commit() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared({HELD}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER hold_commit AFTER INSERT ON messaging_inboundpart
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold_commit();
SELECT pg_advisory_lock({HELD})
"""
_RELEASE = f"""
SELECT pg_advisory_unlock({HELD});
DROP TRIGGER hold_commit ON messaging_inboundpart;
DROP FUNCTION hold_commit()
"""


def test_replies_are_stored_once_wherever_their_taker_is_killed(
    scene: Scene, platform: Platform
) -> None:
    """Between commit and acknowledgement the operator sends again what is stored; before the
    commit, what is not. Its book says what phones wrote, and that all was acknowledged."""
    people = numbers(60)
    stored = InboundPart.objects.filter(msisdn__in=people)
    _write(platform, scene, people[:20])
    platform.wait_until(lambda: stored.count() >= 20, 20, "the first replies are stored")
    with _commits_held():
        _write(platform, scene, people[20:40])
        platform.wait_until(_commits, 20, "replies are committed")
        platform.kill("carriers")
        before = stored.count()
    platform.wait_until(lambda: stored.count() > before, 20, "committed, and nobody acknowledges")
    platform.start("carriers")
    with _commits_held():
        _write(platform, scene, people[40:])
        platform.wait_until(_commits, 40, "replies are committed again")
        platform.kill("carriers")
        _end(_commits())
    platform.start("carriers")
    platform.wait_until(lambda: not _owed(platform, people), 60, "the operator owes replies")
    said = dict(InboundMessage.objects.filter(msisdn__in=people).values_list("msisdn", "text"))
    assert said == {msisdn: _words(msisdn) for msisdn in people}
    assert InboundMessage.objects.filter(msisdn__in=people).count() == len(people)
    assert stored.count() == len(_parts(platform, people))
    assert sum(stored.values_list("repeats", flat=True)) > 0
    numbers_told = Counter(
        body.partition('"from": "+')[2].partition('"')[0]
        for body in Event.objects.filter(type="inbound.received").values_list("body", flat=True)
    )
    assert {msisdn: numbers_told[msisdn] for msisdn in people} == dict.fromkeys(people, 1)


def _words(msisdn: str) -> str:
    """Every fifth comes in parts."""
    return f"{LONG if int(msisdn) % 5 == 0 else SAYS} {msisdn}"


def _write(platform: Platform, scene: Scene, people: list[str]) -> None:
    for msisdn in people:
        platform.reply("viettel", msisdn, scene.sender.address, _words(msisdn))


def _parts(platform: Platform, people: list[str]) -> set[tuple[str, int]]:
    """What phones wrote, by the operator's book."""
    written = platform.records("viettel", event="mo")
    return {(one.message_id, one.index) for one in written if one.source in people}


def _owed(platform: Platform, people: list[str]) -> set[tuple[str, int]]:
    answers = platform.records("viettel", event="mo_ack")
    taken = {(one.message_id, one.index) for one in answers if one.status == 0}
    return _parts(platform, people) - taken


@contextmanager
def _commits_held() -> Iterator[None]:
    """Whoever stores replies stands in its commit until the end."""
    _execute(_HOLD)
    try:
        yield
    finally:
        _execute(_RELEASE)


def _commits() -> list[int]:
    """Connections that stand in a commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted",
            [HELD],
        )
        return [pid for (pid,) in cursor.fetchall()]


def _end(connections: list[int]) -> None:
    """As the database ends them when it notices that their process is dead."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s) pid", [connections])


def _execute(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)
