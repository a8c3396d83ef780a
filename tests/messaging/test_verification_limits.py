"""Limits of sends: by number, block, address, device, service, and over the account's services."""

from datetime import timedelta
from typing import Any

import pytest

from compliance.models import Account
from config.common import clock
from config.common.errors import NotAllowedError
from messaging.models import Verification, VerificationOverride
from messaging.selectors.snapshot import snapshots
from messaging.services.verification import windows
from messaging.services.verification.changes import verification_resend
from messaging.services.verification.windows import LimitedError
from routing.models import Rate
from tests.factories import make_rate
from tests.messaging.verification_scene import Scene, make_scene
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counter")]


@pytest.fixture
def scene(world: World) -> Scene:
    return make_scene(world.account, world.advertiser)


def limited(scene: Scene, **limits: str) -> None:
    for name, value in limits.items():
        setattr(scene.service, name, value)
    scene.service.save()


def account_limited(account: Account, limit: str) -> None:
    account.verification_limit = limit
    account.save()
    snapshots.latest()


def refusal(scene: Scene, **start: Any) -> str:
    with pytest.raises(LimitedError) as refused:
        scene.start(**start)
    assert int(str(refused.value.context["retry_after"])) >= 1
    return refused.value.code


@pytest.mark.parametrize(
    ("kind", "same", "other"),
    [
        ("number", {"to": "+84981234567"}, {"to": "+84981234568"}),
        ("prefix", {"to": "+84981239999"}, {"to": "+84981240000"}),
        ("ip", {"ip": "203.0.113.7"}, {"ip": "203.0.113.8"}),
        ("device", {"device": "a"}, {"device": "b"}),
    ],
)
def test_each_subject_has_its_own(
    scene: Scene, kind: str, same: dict[str, str], other: dict[str, str]
) -> None:
    limited(scene, **{f"limit_{kind}": "2 per 1h"})
    for _ in range(2):
        scene.start(**same)
    assert refusal(scene, **same) == f"verification_limit_{kind}"
    scene.start(**other)
    assert Verification.objects.count() == 3


def test_service_has_one_and_another_service_too(scene: Scene, world: World) -> None:
    limited(scene, limit_service="1 per 1h")
    second = make_scene(world.account, world.advertiser, slug="second", name="Second")
    scene.start(service="sign-in")
    second.start(service="second")
    assert refusal(scene, service="sign-in") == "verification_limit_service"


def test_account_has_one_over_all_its_services(scene: Scene, world: World) -> None:
    second = make_scene(world.account, world.advertiser, slug="second", name="Second")
    others = make_scene(world.other_account, world.other_advertiser)
    account_limited(world.account, "2 per 1h")
    scene.start(service="sign-in")
    second.start("+84991234567", service="second")
    for service in ("sign-in", "second"):
        assert refusal(scene, to="+84381234567", service=service) == "verification_limit_account"
    for _ in range(3):
        others.start()
    with clock.freeze(clock.now() + timedelta(hours=1, seconds=1)):
        scene.start(service="sign-in")
    account_limited(world.account, "")
    scene.start(service="sign-in")


def test_resends_count_for_the_account(scene: Scene, world: World) -> None:
    account_limited(world.account, "1 per 1h")
    verification = scene.start()
    with clock.freeze(verification.next_send_at), pytest.raises(LimitedError) as refused:
        verification_resend(account=world.account, verification_id=verification.pk)
    assert refused.value.code == "verification_limit_account"


def test_override_passes_the_limit_of_a_number_but_not_of_the_account(
    scene: Scene, world: World
) -> None:
    limited(scene, limit_number="1 per 1h")
    account_limited(world.account, "2 per 1h")
    now = clock.now()
    VerificationOverride.objects.create(
        account=world.account,
        prefix="84981234567",
        reason="They called",
        created_at=now,
        until=now + timedelta(hours=1),
    )
    for _ in range(2):
        scene.start()
    assert refusal(scene) == "verification_limit_account"


def test_what_is_refused_elsewhere_is_given_back(scene: Scene, world: World) -> None:
    account_limited(world.account, "1 per 1h")
    Rate.objects.all().delete()
    snapshots.forget()
    with pytest.raises(NotAllowedError):
        scene.start()
    make_rate(amount_micros=350_000_000)
    snapshots.forget()
    scene.start()


def test_losing_valkey_opens_no_door(scene: Scene, world: World, settings: Any) -> None:
    """PostgreSQL counts what was sent before."""
    account_limited(world.account, "1 per 1h")
    scene.start()
    settings.CACHE_URL = "redis://127.0.0.1:1/1"
    assert refusal(scene, to="+84991234567") == "verification_limit_account"
    windows.rest.end()
