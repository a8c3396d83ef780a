"""Verifications by keys for tests: the whole API with codes that are known, and no trace of them
where real ones count."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from carriers.models import Carrier
from carriers.services.sandbox import sandbox_ensure
from compliance.models import VerifiedNumber
from config.common import clock
from config.common.limits import Window
from messaging.models import (
    Event,
    Message,
    Verification,
    VerificationHold,
    VerificationStat,
)
from messaging.sandbox import VERIFICATION_REFUSALS
from messaging.selectors.snapshot import snapshots
from messaging.services.routing import unrouted_route
from messaging.services.verification import windows
from messaging.services.verification.watching import ANSWER_TIME, shield_watch
from messaging.verification import codes
from messaging.verification.codes import sandbox_code
from routing.models import ObservationDelta
from tests.factories import make_carrier
from tests.messaging.api.conftest import Caller
from tests.messaging.api.test_api_sandbox import Rehearser, code
from tests.messaging.verification_scene import Scene, code_of, make_scene
from tests.world import World

pytestmark = pytest.mark.django_db
TO = "+84981234567"
CODE, SECOND = "123456", "234567"


@pytest.fixture
def sandbox() -> Carrier:
    return sandbox_ensure()


@pytest.fixture
def scene(world: World, sandbox: Carrier) -> Scene:
    return make_scene(world.account, world.advertiser)


@pytest.fixture
def tester(world: World, scene: Scene) -> Rehearser:
    return Rehearser(world.account)


@pytest.fixture
def live(api: Caller, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Codes of live keys are drawn, and here never that of the sandbox."""
    monkeypatch.setattr(codes, "new_code", lambda _length: "240389")
    return api


def start(caller: Caller, to: str = TO, **more: Any) -> Any:
    made = caller.post("/verifications", {"to": to} | more)
    assert made.status_code == 201, made.content
    return made.json()


def check(caller: Caller, verification: Any, typed: str) -> Any:
    return caller.post(f"/verifications/{verification['id']}/check", {"code": typed})


def told(world: World) -> list[tuple[str, bool]]:
    rows = Event.objects.filter(account=world.account, message_id=None).order_by("sequence")
    bodies = [json.loads(one.body) for one in rows]
    return [(one["type"], one["data"]["livemode"]) for one in bodies]


@pytest.mark.parametrize(
    ("length", "send", "expected"),
    [(6, 1, "123456"), (6, 2, "234567"), (4, 1, "1234"), (10, 1, "1234567890"), (4, 9, "9012")],
)
def test_code_of_the_sandbox_is_known(length: int, send: int, expected: str) -> None:
    assert sandbox_code(length, send) == expected


def test_each_send_has_a_code_of_its_own() -> None:
    assert len({sandbox_code(4, send) for send in range(1, 11)}) == 10


def test_start_check_and_events(tester: Rehearser, world: World, sandbox: Carrier) -> None:
    body = start(tester, client_reference="login-1")
    assert (body["status"], body["livemode"]) == ("pending", False)
    assert body == tester.get(f"/verifications/{body['id']}").json()
    assert [one["id"] for one in tester.get("/verifications").json()["data"]] == [body["id"]]
    wrong = check(tester, body, "654321").json()
    assert (wrong["approved"], wrong["checks_left"]) == (False, 4)
    right = tester.post("/verifications/check", {"to": TO, "code": "123 456"}).json()
    assert (right["approved"], right["verification"]["livemode"]) == (True, False)
    assert code(check(tester, body, CODE)) == (409, "verification_approved")
    assert told(world) == [("verification.started", False), ("verification.approved", False)]


def test_message_goes_to_the_sandbox_with_the_code_sealed(
    tester: Rehearser, sandbox: Carrier
) -> None:
    sent = start(tester)["sends"][0]["message_id"]
    assert code_of(sent) == CODE
    assert tester.get(f"/messages/{sent}").json()["text"] == "Your code is ******. Never share it."
    snapshots.forget()
    unrouted_route(limit=10)
    message = Message.objects.get(pk=sent)
    assert (message.is_test, message.carrier_id) == (True, sandbox.pk)


def test_length_is_the_services(tester: Rehearser) -> None:
    assert check(tester, start(tester, code_length=8), "12345678").json()["approved"] is True


def test_resent_code_is_the_next_one(tester: Rehearser) -> None:
    body = start(tester)
    soon = tester.post(f"/verifications/{body['id']}/resend")
    assert code(soon) == (429, "verification_resend_too_soon")
    with clock.freeze(clock.now() + timedelta(seconds=30)):
        again = tester.post(f"/verifications/{body['id']}/resend").json()
        assert len(again["sends"]) == 2
        assert check(tester, body, CODE).json()["result"] == "older"
        assert check(tester, body, SECOND).json()["approved"] is True


def test_cancel(tester: Rehearser, world: World) -> None:
    body = start(tester)
    assert tester.post(f"/verifications/{body['id']}/cancel").json()["status"] == "canceled"
    assert code(check(tester, body, CODE)) == (409, "verification_canceled")
    assert told(world)[-1] == ("verification.canceled", False)


def test_keys_of_one_mode_see_nothing_of_the_other(
    tester: Rehearser, live: Caller, stranger: Caller
) -> None:
    test, real = start(tester, client_reference="x"), start(live, client_reference="x")
    assert real["livemode"] is True
    for caller, hidden in ((tester, real), (live, test), (stranger, test), (stranger, real)):
        path = f"/verifications/{hidden['id']}"
        assert caller.get(path).status_code == 404
        assert check(caller, hidden, CODE).status_code == 404
        assert caller.post(f"{path}/resend").status_code == 404
        assert caller.post(f"{path}/cancel").status_code == 404
    assert [one["id"] for one in live.get("/verifications").json()["data"]] == [real["id"]]
    assert [one["id"] for one in tester.get("/verifications").json()["data"]] == [test["id"]]
    assert Verification.objects.filter(status="pending").count() == 2


def test_code_of_the_sandbox_opens_nothing_that_is_live(tester: Rehearser, live: Caller) -> None:
    """By id and by number, before and after it was sent again, beside a test of the number."""
    real = start(live)
    start(tester)
    for typed in (CODE, SECOND):
        assert check(live, real, typed).json()["result"] == "wrong"
    by_number = live.post("/verifications/check", {"to": TO, "code": CODE}).json()
    assert (by_number["result"], by_number["verification"]["id"]) == ("wrong", real["id"])
    with clock.freeze(clock.now() + timedelta(seconds=30)):
        live.post(f"/verifications/{real['id']}/resend")
        assert check(live, real, SECOND).json()["approved"] is False
        assert check(live, real, "240389").json()["approved"] is True


def test_live_key_finds_no_test_by_its_number(tester: Rehearser, live: Caller) -> None:
    start(tester)
    answer = live.post("/verifications/check", {"to": TO, "code": CODE})
    assert code(answer) == (404, "verification_not_found")


def test_magic_numbers_refuse(tester: Rehearser, world: World) -> None:
    held = tester.post("/verifications", {"to": "+84980000991"})
    assert code(held) == (403, "verification_held")
    assert Verification.objects.get().is_test
    assert told(world) == [("verification.blocked", False)]
    limited = tester.post("/verifications", {"to": "+84980000992"})
    assert code(limited) == (429, "verification_limit_number")
    assert limited["Retry-After"] == "60"
    for suffix, status, name in (("981", 422, "invalid"), ("982", 402, "credit_exhausted")):
        refused = tester.post("/verifications", {"to": f"+84980000{suffix}"})
        assert code(refused) == (status, name)
    assert Verification.objects.count() == 1


def test_magic_numbers_mean_nothing_to_live_keys(live: Caller, scene: Scene) -> None:
    for suffix in (*VERIFICATION_REFUSALS, "981", "982"):
        assert start(live, f"+84980000{suffix}")["status"] == "pending"


def test_closed_country_is_closed_to_tests_too(tester: Rehearser) -> None:
    refused = tester.post("/verifications", {"to": "+12065550100"})
    assert code(refused) == (403, "verification_country_closed")


@pytest.mark.parametrize("is_test", [True, False])
def test_approval_is_no_quality_and_no_statistic(
    tester: Rehearser, live: Caller, is_test: bool
) -> None:
    caller = tester if is_test else live
    body = start(caller)
    Message.objects.update(carrier=make_carrier(), sent_at=clock.now())
    assert check(caller, body, CODE if is_test else "240389").json()["approved"] is True
    counted = 0 if is_test else 1
    assert ObservationDelta.objects.filter(what="converted").count() == counted
    assert VerificationStat.objects.count() == counted


def test_approval_gives_a_trial_account_no_number(tester: Rehearser, world: World) -> None:
    """Else the known code would open every number to it."""
    world.account.is_trial = True
    world.account.save()
    snapshots.forget()
    assert check(tester, start(tester), CODE).json()["approved"] is True
    assert not VerifiedNumber.objects.exists()


@pytest.mark.parametrize("is_test", [True, False])
def test_shield_sees_only_what_is_real(
    tester: Rehearser, live: Caller, scene: Scene, is_test: bool
) -> None:
    scene.service.sequential_numbers = 3
    scene.service.save()
    for last in range(4):
        start(tester if is_test else live, f"+8498123456{last}", ip="203.0.113.7")
    with clock.freeze(clock.now() + ANSWER_TIME + timedelta(seconds=1)):
        assert shield_watch()["held"] == (0 if is_test else 1)


def test_holds_are_for_what_is_real(tester: Rehearser, live: Caller, scene: Scene) -> None:
    now = clock.now()
    VerificationHold.objects.create(
        account=scene.account,
        service=scene.service,
        country="VN",
        prefix="84981",
        cause="by_hand",
        placed_at=now,
        until=now + timedelta(hours=1),
    )
    assert code(live.post("/verifications", {"to": TO})) == (403, "verification_held")
    assert start(tester)["status"] == "pending"


@pytest.mark.usefixtures("counter")
def test_tests_take_nothing_of_live_limits(tester: Rehearser, live: Caller, scene: Scene) -> None:
    scene.service.limit_number = scene.service.limit_service = "1 per 1h"
    scene.service.save()
    for _ in range(3):
        start(tester)
    start(live)
    assert code(live.post("/verifications", {"to": TO}))[0] == 429
    start(tester)


@pytest.mark.usefixtures("counter")
def test_loop_of_tests_ends(
    tester: Rehearser, live: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over all services of the account, and for it alone."""
    monkeypatch.setattr(windows, "SANDBOX_LIMIT", (Window(3, 60),))
    second = make_scene(world.account, world.advertiser, slug="second", name="Second")
    others = make_scene(world.other_account, world.other_advertiser)
    for service in ("sign-in", "sign-in", second.service.slug):
        start(tester, service=service)
    over = tester.post("/verifications", {"to": TO, "service": "second"})
    assert code(over) == (429, "verification_limit_sandbox")
    assert 1 <= int(over["Retry-After"]) <= 60
    start(live, service="sign-in")
    start(Rehearser(others.account))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM messaging_verification WHERE is_test")
        assert cursor.fetchone()[0] == 4


@pytest.mark.usefixtures("sandbox")
def test_numbers_are_listed(tester: Rehearser) -> None:
    listed = {one["outcome"]: one for one in tester.get("/sandbox/numbers").json()["data"]}
    held = listed["verification_held"]
    assert (held["number"], held["status"], held["code"]) == (
        "+84980000991",
        "delivered",
        "verification_held",
    )
