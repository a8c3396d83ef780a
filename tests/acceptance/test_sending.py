"""What leaves, what does not, and how fast: by the operators' books."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPConnection

import pytest
from django.db import connection, transaction

from campaigns.models import Campaign
from campaigns.services.campaigns import campaign_pause, campaign_resume
from campaigns.services.release import campaign_release
from campaigns.services.triggers.mappings import draft_activate, mapping_create
from campaigns.services.triggers.sources import source_create
from campaigns.triggers.signatures import signature_make
from carriers.models import Bind
from carriers.simulator.behaviours import BY_SUFFIX
from carriers.simulator.operators import KNOWN_OPERATORS, SANDBOX
from compliance.constants import Purpose, Role, Scope, SuppressionSource
from compliance.models import Suppression
from compliance.services.access import role_grant
from compliance.services.api_keys import api_key_create
from compliance.services.consent import opt_out
from config.common import clock
from messaging.constants import Origin
from messaging.models import InboundMessage, Message
from messaging.sandbox import magic_numbers
from messaging.selectors.snapshot import snapshots
from messaging.services.releases import Recipient, Release, recipients_release
from messaging.services.sweeps import receipts_expire
from tests.acceptance.running import Platform
from tests.acceptance.scene import (
    Scene,
    finished,
    left,
    make_scene,
    numbers,
    progress,
    route,
    special,
)
from tests.factories import make_member, make_sender, make_template, make_template_version

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(900, func_only=True)]

# Prefixes that lead over one bind each, and one over several.
SLOW, STEADY, SPREAD = "85293", "85294", "85296"
SLOW_RATE, STEADY_RATE, SENDER_RATE = 5, 50, 80
BINDS = ("viettel-1", "vinaphone-1", "mobifone-1", "intl-1")
TWO_SEGMENTS = "Your code is 4711, and we are glad to have you with us. " * 4

EXPECTED = {
    "": "delivered",
    "901": "undelivered undeliverable",
    "902": "undelivered receipt_expired",
    "903": "failed invalid_destination",
    "904": "delivered",
    "905": "unknown no_answer",
    "906": "unknown no_receipt",
    "907": "delivered",
    "908": "delivered",
    "909": "delivered",
    "910": "delivered",
    "911": "delivered",
    "912": "undelivered partial",
    "913": "delivered",
    "915": "undelivered receipt_rejected",
    "916": "undelivered deleted",
    "920": "delivered",
}
LATE = "914"


@pytest.fixture(scope="module")
def _scene(platform: Platform) -> Scene:
    # Above the slowest answer and below what the tests wait for.
    Bind.objects.update(response_timer_seconds=5, receipt_grace_seconds=5)
    route("viettel")
    route("intl", SLOW, throughput=SLOW_RATE)
    route("mobifone", STEADY, throughput=STEADY_RATE)
    for code in ("viettel", "vinaphone", "mobifone"):
        route(code, SPREAD)
    return make_scene(platform)


@pytest.fixture
def scene(_scene: Scene, platform: Platform) -> Scene:
    platform.start("valkey", "simulator", "carriers")
    platform.wait_bound(*BINDS)
    return _scene


@pytest.fixture(scope="module")
def late(_scene: Scene, platform: Platform) -> uuid.UUID:
    """A message whose receipt takes 45 seconds; sent as early as possible."""
    platform.start("valkey", "simulator", "carriers")
    platform.wait_bound(*BINDS)
    (message_id,) = _scene.submit(special(LATE), message_class="care")
    return uuid.UUID(str(message_id))


@pytest.fixture(autouse=True)
def _sent_early(late: uuid.UUID) -> None:
    """Whatever test comes first."""


def test_each_behaviour_of_an_operator_has_an_expectation() -> None:
    assert set(EXPECTED) | {LATE} == {"", *BY_SUFFIX}


def test_each_behaviour_of_an_operator_reaches_its_state(scene: Scene, platform: Platform) -> None:
    """Invariants 1 and 4: early, double and lost receipts find their message."""
    ids = {
        suffix: scene.submit(
            special(suffix) if suffix else numbers(1)[0],
            message_class="care",
            text=TWO_SEGMENTS if suffix == "912" else "On its way.",
        )[0]
        for suffix in EXPECTED
    }

    def found() -> dict[str, str]:
        receipts_expire()
        return {suffix: scene.status(message_id) for suffix, message_id in ids.items()}

    def differences() -> str:
        return str({s: state for s, state in found().items() if state != EXPECTED[s]})

    platform.wait_until(lambda: found() == EXPECTED, 40, differences)


def test_magic_numbers_of_the_sandbox_end_as_listed(scene: Scene, platform: Platform) -> None:
    """Of a test key: over SMPP to the sandbox, and nothing of it to another operator."""
    platform.wait_bound("sandbox-1")
    began = time.time()
    listed = {
        one.msisdn[-3:]: f"{one.status} {one.reason}".strip()
        for one in magic_numbers()
        if not one.code and not one.msisdn.endswith(LATE)
    }
    sent = {suffix: special(suffix) for suffix in listed}
    ids = {
        suffix: scene.submit(
            msisdn,
            message_class="care",
            text=TWO_SEGMENTS if suffix == "912" else "On its way.",
            is_test=True,
        )[0]
        for suffix, msisdn in sent.items()
    }

    def found() -> dict[str, str]:
        receipts_expire()
        return {suffix: scene.status(message_id) for suffix, message_id in ids.items()}

    platform.wait_until(lambda: found() == listed, 40, lambda: f"{found()}, wanted {listed}")
    replied = InboundMessage.objects.filter(msisdn=sent["920"], is_test=True)
    platform.wait_until(replied.exists, 10, "the handset replies")
    others = [name for name in KNOWN_OPERATORS if name != SANDBOX]
    taken = platform.report(*others, since=began).taken
    assert not taken.keys() & set(sent.values())


@pytest.mark.last  # begun with the module, it takes 45 seconds
def test_receipt_after_the_grace_settles_what_was_called_unknown(
    scene: Scene, platform: Platform, late: uuid.UUID
) -> None:
    def state() -> str:
        receipts_expire()
        return scene.status(late)

    platform.wait_until(lambda: state() in {"unknown no_receipt", "delivered"}, 30, state)
    platform.wait_until(lambda: state() == "delivered", 60, state)


@pytest.fixture
def api(scene: Scene, platform: Platform) -> Iterator[HTTPConnection]:
    """The web process."""
    platform.start("web")

    def answers() -> bool:
        web = HTTPConnection("127.0.0.1", platform.web_port, timeout=10)
        try:
            web.request("GET", "/healthz")
            return web.getresponse().status == 200
        except OSError:
            return False
        finally:
            web.close()

    platform.wait_until(answers, 40, "the web process answers")
    web = HTTPConnection("127.0.0.1", platform.web_port, timeout=20)
    yield web
    web.close()
    platform.stop("web")


def test_simultaneous_repetitions_make_one_message_and_one_answer(
    scene: Scene, platform: Platform, api: HTTPConnection
) -> None:
    """Invariant 11, over real connections to several processes; Valkey has no part in it."""
    _key, token = api_key_create(
        account=scene.account, name="repeats", scopes=[Scope.MESSAGES_SEND], actor=None
    )
    (msisdn,) = numbers(1)
    body = json.dumps(
        {"to": f"+{msisdn}", "from": scene.sender.address, "class": "otp", "text": "4711"}
    )
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
    }
    answers: list[tuple[int, bytes, str | None]] = []
    together = threading.Barrier(8)

    def post() -> None:
        web = HTTPConnection("127.0.0.1", platform.web_port, timeout=30)
        together.wait(30)
        web.request("POST", "/api/v1/messages", body, headers)
        response = web.getresponse()
        answers.append((response.status, response.read(), response.headers["Idempotent-Replayed"]))
        web.close()

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {status for status, _body, _replayed in answers} <= {201, 409}
    done = [(said, replayed) for status, said, replayed in answers if status == 201]
    assert len({said for said, _replayed in done}) == 1
    assert sum(replayed is None for _said, replayed in done) == 1
    platform.kill("valkey")  # and with it whatever it knew
    platform.start("valkey")
    api.request("POST", "/api/v1/messages", body, headers)
    again = api.getresponse()
    assert (again.status, again.read()) == (201, done[0][0])
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Message.objects.filter(msisdn=msisdn).count() == 1


def test_event_of_a_shop_becomes_one_message_at_the_operator(
    scene: Scene, platform: Platform, api: HTTPConnection
) -> None:
    """Without code: a source, a mapping of it, an approved text. The shop tells it twice."""
    actor = make_member(Role.INTEGRATOR, scene.account, f"shop-{uuid.uuid4().hex[:8]}")
    role_grant(user=actor, role=Role.MARKETER, account=scene.account, actor=None)
    template = make_template(
        scene.account, advertiser=scene.sender.advertiser, message_class="transactional"
    )
    make_template_version(
        template=template,
        body="Acme: order {order} is on its way.",
        slots=[{"name": "order", "max_length": 20, "example": "A-1"}],
    )
    snapshots.forget()
    place = {"name_at": "$.type", "key_from": "path", "key_at": "$.id"}
    source = source_create(
        account=scene.account, values={"name": "Shop"} | place, actor=actor
    ).source
    spec = {
        "events": ["order.shipped"],
        "number": "$.order.phone",
        "from": scene.sender.address,
        "template": template.slug,
        "slots": {"order": "$.order.number"},
    }
    mapping = mapping_create(source=source, name="Order shipped", spec=spec, actor=actor)
    draft_activate(mapping=mapping, actor=actor)
    (msisdn,) = numbers(1)
    told = {
        "id": "evt-1",
        "type": "order.shipped",
        "order": {"number": "DH-1", "phone": f"+{msisdn}"},
    }
    body = json.dumps(told).encode()
    for _time in range(2):
        signed = signature_make(
            source.scheme, source.secret, body, at=clock.now(), message_id=uuid.uuid4().hex
        )
        api.request("POST", source.address, body, {"Content-Type": "application/json"} | signed)
        answer = api.getresponse()
        assert answer.status in {200, 202}, answer.read()
        answer.read()
    platform.wait_until(
        lambda: platform.report().taken[msisdn] == 1, 20, "an operator has the message"
    )
    message = Message.objects.get(msisdn=msisdn)
    assert message.text == "Acme: order DH-1 is on its way."
    platform.wait_until(lambda: scene.status(message.pk) == "delivered", 20)


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_otp_leaves_while_valkey_is_stopped(
    scene: Scene, platform: Platform, api: HTTPConnection, how: str
) -> None:
    """Invariant 1: traffic goes on without the broker and the cache."""
    _key, token = api_key_create(
        account=scene.account, name=how, scopes=[Scope.MESSAGES_SEND], actor=None
    )
    (msisdn,) = numbers(1)
    values = {"to": f"+{msisdn}", "from": scene.sender.address, "class": "otp", "text": "4711"}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    (platform.kill if how == "killed" else platform.freeze)("valkey")
    try:
        api.request("POST", "/api/v1/messages", json.dumps(values), headers)
        answer = api.getresponse()
        assert answer.status == 201, answer.read()
        platform.wait_until(
            lambda: platform.report().taken[msisdn] == 1, 20, "an operator has the code"
        )
    finally:
        if how == "frozen":
            platform.thaw("valkey")
    platform.start("valkey")


def test_slow_bind_honours_a_pause_within_two_seconds(scene: Scene, platform: Platform) -> None:
    """Invariant 5, for a pause; and after it everybody gets exactly one."""
    people = numbers(40, SLOW)
    campaign = scene.campaign(people)
    campaign_release(campaign.pk)
    platform.wait_until(lambda: left(platform, campaign) >= 8, 30, lambda: progress(campaign))
    campaign_pause(campaign=_again(campaign), actor=None)
    paused_at = time.time()
    platform.wait_until(lambda: time.time() > paused_at + 4, 10)
    assert _latest(platform, people) < paused_at + 2
    assert left(platform, campaign) < len(people)
    campaign_resume(campaign=_again(campaign), actor=None)
    platform.wait_until(lambda: finished(campaign), 40, lambda: progress(campaign))
    taken = platform.report().taken
    assert {msisdn: taken[msisdn] for msisdn in people} == dict.fromkeys(people, 1)


def test_stop_by_reply_holds_at_once_for_what_is_queued_and_what_comes(
    scene: Scene, platform: Platform
) -> None:
    """Invariant 5: no message is written once the reply that says stop is acknowledged, but the
    one confirmation of it, which goes back from the sender that was answered."""
    people = numbers(200, STEADY)
    stopper = people[-1]
    campaign = scene.campaign(people)
    campaign_release(campaign.pk)
    platform.wait_until(lambda: left(platform, campaign) >= 10, 30, lambda: progress(campaign))
    platform.reply("viettel", stopper, scene.sender.address, "STOP")
    suppressed = Suppression.objects.filter(msisdn=stopper, lifted_at=None)
    platform.wait_until(suppressed.exists, 10, "the number is suppressed")
    (later,) = scene.submit(stopper, message_class="care")
    platform.wait_until(lambda: finished(campaign), 30, lambda: progress(campaign))
    platform.wait_until(lambda: scene.status(later) != "accepted", 10)
    own = Message.objects.get(campaign_id=campaign.pk, msisdn=stopper)
    assert scene.status(own.pk) == scene.status(later) == "blocked suppressed"
    confirmation = Message.objects.get(msisdn=stopper, origin=Origin.SYSTEM)
    platform.wait_until(lambda: scene.status(confirmation.pk) == "delivered", 20)
    # Said twice, it is confirmed once.
    platform.reply("viettel", stopper, scene.sender.address, "Stop please")
    again = InboundMessage.objects.filter(msisdn=stopper)
    platform.wait_until(lambda: again.count() == 2, 10, "the second reply is stored")
    assert Message.objects.filter(msisdn=stopper, origin=Origin.SYSTEM).count() == 1
    refused_at = suppressed.get().created_at.timestamp()
    late = [
        record
        for record in platform.records()
        if record.destination == stopper and record.time > refused_at + 1
    ]
    assert len(late) <= 1
    taken = platform.report().taken
    assert {msisdn: taken[msisdn] for msisdn in people} == dict.fromkeys(people, 1)


def test_opt_out_between_check_and_commit_of_a_release_holds(
    scene: Scene, platform: Platform
) -> None:
    """Invariant 5: the release decided before, and committed after the opt-out did."""
    msisdns = numbers(20)
    contacts = scene.people(msisdns)
    release = Release(scene.account.pk, None, scene.version.pk, scene.sender.pk)
    recipients = [
        Recipient(contact.pk, contact.msisdn, contact.country, {"name": "Mai"})
        for contact in contacts
    ]
    snapshots.forget()
    with transaction.atomic():
        made = recipients_release(snapshots.current(), release, recipients, now=clock.now())
        assert {one.outcome for one in made} == {"released"}
        _elsewhere(lambda: _opt_out(scene, msisdns[0]))
    states = {one.msisdn: one.message_id for one in made}
    platform.wait_until(
        lambda: all(scene.status(one) not in {"queued", "sent"} for one in states.values()), 20
    )
    assert scene.status(states[msisdns[0]]) == "blocked suppressed"
    taken = platform.report().taken
    assert {msisdn for msisdn in msisdns if taken[msisdn]} == set(msisdns[1:])


def test_no_second_sees_more_than_the_contract_of_a_bind(scene: Scene, platform: Platform) -> None:
    """Invariant 7, as the SMSC sees it."""
    _keeps_contract(scene, platform, STEADY, 200, STEADY_RATE, scene.sender.address)


def test_no_second_sees_more_than_the_contract_of_a_sender_over_several_binds(
    scene: Scene, platform: Platform
) -> None:
    """Invariant 7, across all sessions."""
    shared = make_sender(
        scene.account,
        advertiser=scene.sender.advertiser,
        address="78601",
        country=scene.sender.country,
        throughput=SENDER_RATE,
    )
    records = _keeps_contract(scene, platform, SPREAD, 240, SENDER_RATE, shared.address)
    assert len(records) == 3, "the messages went over three binds"


def _keeps_contract(
    scene: Scene, platform: Platform, prefix: str, count: int, rate: int, address: str
) -> set[str]:
    """Who carried the messages. An operator that the machine held up for a moment reads two
    moments at once: of three rounds one must be clean, which an excess of ours never is."""
    peaks = []
    for _ in range(3):
        began, msisdns = time.time(), numbers(count, prefix)
        scene.submit(*msisdns, message_class="care", sender=address)
        platform.wait_until(partial(_have_left, platform, set(msisdns)), 40)
        peaks.append(platform.report(source=address, since=began).peak_per_second)
        if peaks[-1] <= rate:
            break
    assert min(peaks) <= rate, peaks
    return {
        name
        for name in ("viettel", "vinaphone", "mobifone")
        if platform.report(name).taken.keys() & set(msisdns)
    }


def _have_left(platform: Platform, msisdns: set[str]) -> bool:
    return msisdns <= platform.report().taken.keys()


def _latest(platform: Platform, msisdns: list[str]) -> float:
    wanted = set(msisdns)
    return max(one.time for one in platform.records() if one.destination in wanted)


def _again(campaign: Campaign) -> Campaign:
    return Campaign.objects.get(pk=campaign.pk)


def _opt_out(scene: Scene, msisdn: str) -> None:
    opt_out(
        account=scene.account,
        advertiser=scene.sender.advertiser,
        msisdn=msisdn,
        purpose=Purpose.ALL,
        source=SuppressionSource.API,
        evidence={},
    )


def _elsewhere(act: Callable[[], None]) -> None:
    """Runs on another connection, and commits there."""

    def run() -> None:
        act()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
