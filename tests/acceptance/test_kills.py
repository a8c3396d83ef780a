"""Processes die in the middle of a campaign of 2,000; the operators' books are the judge.

Proves invariants 1 (nothing disappears, whatever dies), 2 (nothing is handed over twice), and
8 (two workers never write to one bind).
"""

import time

import pytest

from tests.acceptance.running import SECOND_CARRIERS, Platform, bound_binds
from tests.acceptance.scene import (
    Scene,
    end_connections,
    judge,
    left,
    make_scene,
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
