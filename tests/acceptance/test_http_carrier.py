"""A campaign partly over a carrier without SMPP; its own book is the judge.

Proves for HTTP what test_kills proves for SMPP: invariants 1, 2, 3 and 4.
"""

from collections import Counter

import pytest

from carriers.models import Bind, Carrier
from carriers.simulator.http_carrier import NAME, PORT_OFFSET, TOKEN
from carriers.simulator.http_wire import CUT
from messaging.models import Message, ParkedReceipt
from tests.acceptance.running import Platform
from tests.acceptance.scene import (
    Scene,
    ever_unknown,
    make_scene,
    numbers,
    progress,
    route,
    settled,
)

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(900, func_only=True)]

COUNT = 300  # for each of the two carriers
CONNECTIONS = 8
PREFIX = "85296"  # of the numbers that go over HTTP
PROCESSES = ("valkey", "simulator", "web", "worker", "campaigns", "carriers", "beat")


@pytest.fixture(scope="module")
def scene(platform: Platform) -> Scene:
    carrier = Carrier.objects.create(name="Letters", code="letters", currency="VND")
    Bind.objects.create(
        carrier=carrier,
        name="letters-1",
        kind="http",
        window=CONNECTIONS,
        response_timer_seconds=5,
        http_url=f"http://127.0.0.1:{platform.first_port + PORT_OFFSET}/messages",
        http_body={
            "from": "{{from}}",
            "to": "{{to}}",
            "text": "{{text}}",
            "reference": "{{reference}}",
            "callback": "{{receipt_url}}",
        },
        http_secret=TOKEN,
        http_id_path="message.id",
        http_error_path="error.code",
        http_receipt_map={
            "id": "id",
            "status": "status",
            "error": "error",
            "to": "to",
            "reference": "reference",
        },
        long_messages="payload",
    )
    route("viettel", throughput=250)
    route("letters", throughput=60, prefix=PREFIX)
    made = make_scene(platform)
    platform.start(*PROCESSES)
    platform.wait_bound("letters-1", "viettel-1", seconds=60)
    return made


def book(platform):
    return platform.report(NAME)


def parked():
    """Ids of receipts that found nothing."""
    bind = Bind.objects.get(name="letters-1")
    found = ParkedReceipt.objects.filter(bind_id=bind.pk)
    return set(found.values_list("smsc_message_id", flat=True))


def posted_twice(platform):
    """Ids of receipts whose first post was committed, perhaps, and not answered.

    Where the message's own answer was lost as well, nothing knows the second one.
    """
    receipts = platform.records(NAME, event="receipt")
    return {one.message_id for one in receipts if one.status == CUT}


def test_a_campaign_over_both_wires_survives_kills(scene: Scene, platform: Platform) -> None:
    over_http = numbers(COUNT, PREFIX)
    campaign = scene.campaign([*over_http, *numbers(COUNT)])
    platform.wait_until(lambda: len(book(platform).taken) > 60, 60, lambda: progress(campaign))
    platform.kill("carriers")
    platform.kill("web")
    assert len(book(platform).taken) < COUNT
    platform.start("carriers", "web")
    platform.wait_until(lambda: settled(campaign), 120, lambda: progress(campaign))
    taken = book(platform).taken
    rows = Message.objects.filter(campaign_id=campaign.pk, msisdn__in=over_http)
    by_status = Counter(rows.values_list("status", flat=True))
    assert {number: n for number, n in taken.items() if n > 1} == {}, "marketing left twice"
    assert sum(by_status.values()) == COUNT
    assert set(by_status) <= {"delivered", "unknown"}
    assert by_status["delivered"] >= COUNT - CONNECTIONS
    assert ever_unknown(campaign) <= CONNECTIONS + 50
    delivered = set(rows.filter(status="delivered").values_list("msisdn", flat=True))
    assert delivered <= taken.keys()
    # Those whose first answer came too late are posted again, and answered now.
    platform.wait_until(
        lambda: book(platform).receipts["DELIVRD"] == len(taken),
        30,
        lambda: str(book(platform).receipts),
    )
    assert parked() <= posted_twice(platform)
