"""An operator answers, and still something is wrong: traffic leaves it in time and comes back.

One of two carriers refuses, slows down, forgets its receipts or disappears in the middle of a
campaign. Nothing is lost and nothing leaves twice (invariants 1 and 2), whichever of them has it.
"""

import os
import time
from collections.abc import Iterator, Sequence
from threading import Event

import pytest

from campaigns.models import Campaign
from campaigns.services.campaigns import campaign_cancel
from carriers.models import Bind, Carrier
from carriers.services.traces import trace_start
from carriers.simulator.client import turn_to_scenario
from carriers.smpp import pdu
from config.common import clock, redaction
from messaging.models import Message
from messaging.selectors.snapshot import snapshots
from routing.models import (
    Network,
    NumberOverride,
    PlatformEvent,
    Route,
    RouteQuality,
    Temperature,
    TemperatureChange,
)
from tests.acceptance.running import Platform
from tests.acceptance.scene import (
    COUNTRY,
    Scene,
    finished,
    judge,
    left,
    make_scene,
    numbers,
    progress,
    route,
)
from tests.factories import make_network

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(600)]

COUNT = 1500
# Each of these takes more than a minute: `make faults` runs all of them.
IS_THOROUGH = os.environ.get("FAULTS") == "all"
TROUBLES = ["refuse", "slow"] if IS_THOROUGH else ["refuse"]
PROCESSES = ("valkey", "simulator", "worker", "campaigns", "carriers", "beat")
BINDS = {"viettel-1", "vinaphone-1"}
MOVING = "85296"


@pytest.fixture(scope="module", autouse=True)
def _hurried() -> Iterator[None]:
    """Temperatures move ten times as fast, and receipts are missed after seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPERATURE_PACE", "10")
        patch.setenv("RECEIPT_PATIENCE_SECONDS", "5")
        patch.setenv("HOT_PROBES_PER_MINUTE", "600")
        patch.setenv("REROUTE_UNBOUND_SECONDS", "4")
        yield


@pytest.fixture(scope="module")
def _scene(_hurried: None, platform: Platform) -> Scene:
    route("viettel", throughput=60)
    route("vinaphone", throughput=60)
    for carrier in Carrier.objects.filter(code__in=("viettel", "vinaphone")):
        RouteQuality.objects.update_or_create(
            carrier_id=carrier.pk, network_id=0, message_class="marketing",
            defaults={"coverage": 0.99, "median_seconds": 0.5, "samples": 5000,
                      "computed_at": clock.now()},
        )  # fmt: skip
    return make_scene(platform)


@pytest.fixture
def scene(_scene: Scene, platform: Platform) -> Iterator[Scene]:
    """Everything runs, and nothing is warm from the test before."""
    platform.start(*PROCESSES)
    platform.wait_bound(*BINDS)
    _wait_cool(platform)
    yield _scene
    _turn(platform, "normal")


def _turn(platform: Platform, scenario: str) -> None:
    turn_to_scenario(platform.control_url, "viettel", scenario, 0)


def _wait_cool(platform: Platform) -> None:
    warm = Temperature.objects.filter(carrier__code="viettel").exclude(state="cool")
    platform.wait_until(lambda: not warm.exists(), 90, "viettel is cool")


def _wait_hot(platform: Platform, scene: Scene, campaign: Campaign, since: float) -> list[Campaign]:
    """Until it is; there is always something to send, however late the trouble came. Returns the
    campaigns that were under way."""
    changes = TemperatureChange.objects.filter(carrier__code="viettel", to_state="hot")
    campaigns = [campaign]

    def is_hot() -> bool:
        if any(one.at.timestamp() > since for one in changes.all()):
            return True
        if finished(campaigns[-1]):
            campaigns.append(scene.campaign(COUNT))
        return False

    platform.wait_until(is_hot, 60, _told)
    return campaigns


def _told() -> str:
    return str(list(Temperature.objects.values_list("carrier__code", "value", "reasons")))


def _taken_by(platform: Platform, operator: str, since: float) -> int:
    return sum(platform.report(operator, since=since).taken.values())


@pytest.mark.parametrize("scenario", TROUBLES)
def test_traffic_leaves_a_carrier_in_trouble_and_returns(
    scene: Scene, platform: Platform, scenario: str
) -> None:
    campaign = scene.campaign(COUNT)
    platform.wait_until(lambda: left(platform, campaign) > 200, 60, "200 left")
    began = time.time()
    _turn(platform, scenario)
    for each in _wait_hot(platform, scene, campaign, began):
        platform.wait_until(lambda each=each: finished(each), 120, lambda each=each: progress(each))
        assert judge(platform, each, most_unknown=0)["delivered"] == COUNT
    assert PlatformEvent.objects.filter(type="carrier.hot", carrier__code="viettel").exists()
    _turn(platform, "normal")
    _wait_cool(platform)
    _takes_part_again(scene, platform)


def _takes_part_again(scene: Scene, platform: Platform) -> None:
    """Of what is sent from now on the carrier gets about its share: every process has heard of
    its return by the third campaign at the latest."""
    snapshots.forget()
    shares = []
    for _ in range(3):
        returned = time.time()
        campaign = scene.campaign(300)
        platform.wait_until(
            lambda campaign=campaign: finished(campaign),
            60,
            lambda campaign=campaign: progress(campaign),
        )
        shares.append(_taken_by(platform, "viettel", returned))
        if shares[-1] > 60:
            return
    raise AssertionError(f"viettel's share of 300 stays too small: {shares}")


@pytest.mark.skipif(not IS_THOROUGH, reason="takes more than a minute: make faults")
def test_a_carrier_that_forgets_its_receipts_loses_its_traffic(
    scene: Scene, platform: Platform
) -> None:
    """It takes messages as ever: only what does not come back tells."""
    campaign = scene.campaign(3 * COUNT)
    platform.wait_until(lambda: left(platform, campaign) > 200, 60, "200 left")
    began = time.time()
    _turn(platform, "no_receipts")
    (campaign,) = _wait_hot(platform, scene, campaign, began)
    reasons = TemperatureChange.objects.filter(to_state="hot").order_by("-id")[0].reasons
    assert "silent" in reasons
    hot = time.time()
    for since in (hot, hot + 5):  # what was claimed before still leaves
        platform.wait_until(
            lambda since=since: _taken_by(platform, "vinaphone", since) > 300,
            60,
            lambda: progress(campaign),
        )
    assert _taken_by(platform, "viettel", hot + 5) < 100
    began_at = campaign.launched_at.timestamp() if campaign.launched_at else 0.0
    taken = platform.report(since=began_at).taken
    ours = Message.objects.filter(campaign_id=campaign.pk).values_list("msisdn", flat=True)
    assert {msisdn: taken[msisdn] for msisdn in ours if taken[msisdn] > 1} == {}
    campaign_cancel(campaign=campaign, actor=None)  # what is left of it would take a minute
    _turn(platform, "normal")
    _wait_cool(platform)
    _takes_part_again(scene, platform)


def test_messages_of_an_unbound_carrier_go_to_the_other_one(
    scene: Scene, platform: Platform
) -> None:
    campaign = scene.campaign(COUNT)
    platform.wait_until(lambda: left(platform, campaign) > 200, 60, "200 left")
    _turn(platform, "drop_binds")
    platform.wait_until(lambda: finished(campaign), 120, lambda: progress(campaign))
    by_status = judge(platform, campaign, most_unknown=60)
    assert by_status["delivered"] >= COUNT - 60
    assert PlatformEvent.objects.filter(type="carrier.unbound", carrier__code="viettel").exists()
    assert PlatformEvent.objects.filter(type="messages.rerouted").exists()
    _turn(platform, "normal")
    platform.wait_bound(*BINDS)
    told = PlatformEvent.objects.filter(type="carrier.bound", carrier__code="viettel")
    platform.wait_until(told.exists, 20, "viettel is bound again")
    _wait_cool(platform)
    _takes_part_again(scene, platform)


def test_a_number_that_moved_goes_to_its_new_networks_route(
    scene: Scene, platform: Platform
) -> None:
    people = numbers(6, MOVING)
    networks = {code: _network(code) for code in ("viettel", "vinaphone")}
    for msisdn, code in zip(people, [*networks] * 3, strict=True):
        NumberOverride.objects.create(msisdn=msisdn, network=networks[code], source="test")
    began = time.time()
    scene.submit(*people)
    for code, expected in (("viettel", people[::2]), ("vinaphone", people[1::2])):
        _wait_taken(platform, code, expected, began)
    NumberOverride.objects.filter(msisdn=people[0]).update(network=networks["vinaphone"])
    moved = time.time()
    scene.submit(people[0])
    _wait_taken(platform, "vinaphone", people[:1], moved)


def _network(code: str) -> Network:
    """A network of Hong Kong with a route of its own over this carrier."""
    network = make_network(f"hk-{code}", country=COUNTRY)
    carrier = Carrier.objects.get(code=code)
    Route.objects.create(name=f"hk {code}", carrier=carrier, country=COUNTRY, network=network)
    return network


def _wait_taken(platform: Platform, operator: str, expected: Sequence[str], since: float) -> None:
    """Until the operator has exactly these of the numbers that move."""

    def taken() -> set[str]:
        found = platform.report(operator, since=since).taken
        return {msisdn for msisdn in found if msisdn.startswith(MOVING)}

    platform.wait_until(lambda: taken() == set(expected), 20, lambda: f"{operator}: {taken()}")


def test_a_trace_of_a_live_bind_shows_its_pdus_without_people(
    scene: Scene, platform: Platform
) -> None:
    bind = Bind.objects.get(name="viettel-1")
    Route.objects.create(name="traced", carrier=bind.carrier, country=COUNTRY, prefix="85295")
    trace = trace_start(bind=bind, minutes=5, most_pdus=1000, reason="acceptance", actor=None)
    (msisdn,), pause = numbers(1, "85295"), Event()

    def seen() -> list[bytes]:
        return [bytes(octets) for octets in trace.pdus.values_list("octets", flat=True)]

    def both_ways() -> bool:
        scene.submit(msisdn)
        pause.wait(0.5)  # the trace begins within two seconds
        commands = {int.from_bytes(octets[4:8], "big") for octets in seen()}
        return {pdu.SUBMIT_SM, pdu.DELIVER_SM} <= commands

    platform.wait_until(both_ways, 30, lambda: str(seen()))
    octets = b"".join(seen())
    assert redaction.msisdn(msisdn).encode() in octets
    assert msisdn.encode() not in octets
    assert b"4711" not in octets
