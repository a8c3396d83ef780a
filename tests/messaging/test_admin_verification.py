"""Verification in the console: services, verifications, and the shield with people's words to it."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.timezone import localtime

from compliance.constants import MessageClass
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from messaging.models import (
    ShieldRule,
    Verification,
    VerificationHold,
    VerificationOverride,
    VerificationService,
    VerificationStat,
)
from messaging.selectors.shield import traffic_of
from messaging.selectors.snapshot import snapshots
from messaging.services.verification.checking import verification_check
from messaging.services.verification.gate import VerificationRefusedError
from messaging.services.verification.settings import hold_add, hold_lift
from tests.factories import make_sender
from tests.messaging.verification_scene import (
    Scene,
    code_of_newest,
    make_otp_template,
    make_scene,
)
from tests.world import World

pytestmark = pytest.mark.django_db
NUMBER = "84981234567"


def page(model: str, name: str, *args: Any) -> str:
    return reverse(f"admin:messaging_{model}_{name}", args=args)


@pytest.fixture
def scene(world: World) -> Scene:
    rule_packs_load_shipped(actor=None)
    return make_scene(world.account, world.advertiser)


def in_two_hours() -> dict[str, str]:
    at = localtime(clock.now() + timedelta(hours=2))
    return {"until_0": f"{at:%Y-%m-%d}", "until_1": f"{at:%H:%M:%S}"}


def posted(world: World, sender: Any, template: Any, **values: Any) -> dict[str, Any]:
    return {
        "account": world.account.pk,
        "name": "Shop",
        "slug": "shop",
        "sender": sender.pk,
        "is_active": "on",
        "code_length": "6",
        "lifetime_seconds": "300",
        "max_checks": "5",
        "resend_delays": "30\n60",
        "countries": "vn",
        "app_hash": "",
        "limit_number": "5 per 10m",
        "limit_ip": "",
        "limit_device": "",
        "limit_prefix": "",
        "limit_service": "",
        "mode": "filter",
        "least_sends": "20",
        "least_conversion_percent": "20",
        "sequential_numbers": "6",
        "country_times": "2",
        "countries_per_ip": "5",
        "hold_minutes": "60",
        "texts-TOTAL_FORMS": "1",
        "texts-INITIAL_FORMS": "0",
        "texts-0-locale": "vi",
        "texts-0-template": template.pk,
        "texts-0-position": "0",
    } | values


def test_an_integrator_makes_a_service_with_its_texts(world: World, browse: Any) -> None:
    rule_packs_load_shipped(actor=None)
    sender = make_sender(world.account, advertiser=world.advertiser)
    template = make_otp_template(world.account, world.advertiser)
    snapshots.forget()
    client = browse(world.ines)
    values = posted(world, sender, template)
    answer = client.post(page("verificationservice", "add"), values)
    assert answer.status_code == 302, answer.content.decode()
    service = VerificationService.objects.get()
    assert (service.countries, service.resend_delays) == (["VN"], [30, 60])
    text = service.texts.get()
    assert (text.locale, text.template) == ("vi", template)
    changed = values | {
        "name": "Shop 2",
        "texts-INITIAL_FORMS": "1",
        "texts-0-id": text.pk,
        "texts-0-locale": "en",
    }
    client.post(page("verificationservice", "change", service.pk), changed)
    service.refresh_from_db()
    assert (service.name, service.texts.get().locale) == ("Shop 2", "en")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"resend_delays": "60\n30"}, "at least as long as the one before"),
        ({"limit_number": "often"}, "is no limit"),
        ({"countries": "Vietnam"}, "“VIETNAM” is no country"),
    ],
)
def test_a_wrong_service_says_where(
    world: World, browse: Any, values: dict[str, str], said: str
) -> None:
    sender = make_sender(world.account, advertiser=world.advertiser)
    template = make_otp_template(world.account, world.advertiser)
    snapshots.forget()
    answer = browse(world.ines).post(
        page("verificationservice", "add"), posted(world, sender, template, **values)
    )
    assert said in answer.content.decode()
    assert not VerificationService.objects.exists()


def test_only_templates_of_codes_and_senders_for_them_are_offered(
    world: World, browse: Any, scene: Scene
) -> None:
    other = make_sender(world.account, advertiser=world.advertiser)
    other.allowed_classes = [MessageClass.MARKETING]
    other.save()
    shown = browse(world.ines).get(page("verificationservice", "add")).content.decode()
    assert scene.service.sender.address in shown
    assert other.address not in shown


def test_a_verification_shows_no_code_and_not_the_whole_number(
    world: World, browse: Any, scene: Scene
) -> None:
    verification = scene.start()
    code = code_of_newest(verification)
    client = browse(world.bob)
    listed = client.get(page("verification", "changelist")).content.decode()
    shown = client.get(page("verification", "change", verification.pk)).content.decode()
    for text in (listed, shown):
        assert code not in text
        assert NUMBER not in text
        assert "+8498 ••• 567" in text
    assert "350 VND" in listed
    assert "0 of 5" in listed
    assert "?country=VN" in listed
    elsewhere = client.get(page("verification", "changelist"), {"country": "US"}).content.decode()
    assert "Nothing fits" in elsewhere
    found = client.get(page("verification", "changelist"), {"q": "0981 234 567"})
    assert found.context["cl"].result_count == 1
    assert browse(world.charlie).get(
        page("verification", "change", verification.pk)
    ).status_code in (
        302,
        403,
        404,
    )


def test_an_officer_cancels_one_and_a_marketer_does_not(
    world: World, browse: Any, scene: Scene
) -> None:
    verification = scene.start()
    address = page("verification", "cancel", verification.pk)
    assert browse(world.alice).post(address).status_code == 404
    browse(world.bob).post(address)
    assert Verification.objects.get().status == "canceled"


def test_the_shield_shows_conversion_and_what_is_held(
    world: World, browse: Any, scene: Scene
) -> None:
    now = clock.now()
    for block, starts, approvals in (("8498123", 40, 1), ("8498999", 40, 39)):
        VerificationStat.objects.create(
            account=world.account,
            service=scene.service,
            hour=now.replace(minute=0, second=0, microsecond=0),
            country="VN",
            block=block,
            starts=starts,
            approvals=approvals,
        )
    hold = VerificationHold.objects.create(
        account=world.account,
        service=scene.service,
        country="VN",
        prefix="849812",
        cause="low_conversion",
        measured={"sends": 40, "approvals": 1, "least_conversion": 0.2},
        placed_at=now,
        until=now + timedelta(hours=1),
    )
    since = now - timedelta(days=1)
    low, high = traffic_of([scene.service], since, now, by_block=True)
    assert (low.block, low.conversion, low.is_low, low.hold) == ("8498123", 0.025, True, hold)
    assert (high.is_low, high.hold, high.mode) == (False, None, "filter")
    (country,) = traffic_of([scene.service], since, now, by_block=False)
    assert (country.starts, country.hold) == (80, None)
    shown = browse(world.bob).get(page("verificationservice", "shield")).content.decode()
    assert "1 of 40 codes were entered; at least 20 % are expected." in shown
    assert "+8498123…" in shown
    home = browse(world.bob).get(reverse("admin:index")).content.decode()
    assert "held against SMS pumping" in home
    theirs = browse(world.charlie).get(page("verificationservice", "shield"))
    assert "8498123" not in theirs.content.decode()
    hold_lift(hold, reason="Real customers.", actor=world.bob)
    home = browse(world.bob).get(reverse("admin:index")).content.decode()
    assert "held against SMS pumping" not in home


def test_a_hold_is_placed_stops_codes_and_is_lifted(
    world: World, browse: Any, scene: Scene
) -> None:
    client = browse(world.bob)
    values = {
        "service": scene.service.pk,
        "country": "VN",
        "prefix": "+84 981",
        "reason": "Pumped last week",
        **in_two_hours(),
    }
    answer = client.post(page("verificationhold", "add"), values)
    assert answer.status_code == 302, answer.content.decode()
    hold = VerificationHold.objects.get()
    assert (hold.prefix, hold.cause, hold.placed_by) == ("84981", "by_hand", world.bob)
    twice = client.post(page("verificationhold", "add"), values)
    assert "The place is held already" in twice.content.decode()
    with pytest.raises(VerificationRefusedError):
        scene.start()
    lift = page("verificationhold", "lift", hold.pk)
    assert browse(world.ines).post(lift, {"reason": "x"}).status_code == 404
    assert "This field is required" in client.post(lift, {"reason": ""}).content.decode()
    client.post(lift, {"reason": "They are real."})
    hold.refresh_from_db()
    assert (hold.ended_by, hold.reason) == (world.bob, "They are real.")
    assert scene.start().status == "pending"


def test_a_hold_that_only_notes_makes_room(world: World, scene: Scene) -> None:
    now = clock.now()
    values = {"account": world.account, "service": scene.service, "country": "VN"}
    noting = VerificationHold.objects.create(
        **values,
        prefix="84981",
        cause="low_conversion",
        is_monitor=True,
        placed_at=now,
        until=now + timedelta(hours=1),
    )
    own = VerificationHold(
        **values, prefix="84981", until=now + timedelta(hours=2), reason="It is pumping"
    )
    hold_add(own, actor=world.bob)
    noting.refresh_from_db()
    assert (noting.ended_by, own.is_monitor) == (world.bob, False)
    with pytest.raises(VerificationRefusedError):
        scene.start()


def test_every_block_can_be_overridden_for_a_time(world: World, browse: Any, scene: Scene) -> None:
    client = browse(world.bob)
    client.post(
        page("shieldrule", "add"),
        {"account": world.account.pk, "country": "vn", "mode": "block", "reason": "Pumped"},
    )
    assert ShieldRule.objects.get().country == "VN"
    with pytest.raises(VerificationRefusedError):
        scene.start()
    values = {
        "account": world.account.pk,
        "prefix": f"+{NUMBER}",
        "reason": "Called us",
        **in_two_hours(),
    }
    assert browse(world.ines).post(page("verificationoverride", "add"), values).status_code == 403
    client.post(page("verificationoverride", "add"), values)
    override = VerificationOverride.objects.get()
    assert (override.prefix, override.created_by) == (NUMBER, world.bob)
    found = scene.start()
    assert verification_check(
        account=world.account, code=code_of_newest(found), pk=found.pk
    ).is_approved
    client.post(page("verificationoverride", "end", override.pk))
    with pytest.raises(VerificationRefusedError):
        scene.start()


def test_an_override_needs_a_reason_and_an_end(world: World, browse: Any, scene: Scene) -> None:
    far = localtime(clock.now() + timedelta(days=40))
    values = {
        "account": world.account.pk,
        "prefix": "8498",
        "reason": "Long",
        "until_0": f"{far:%Y-%m-%d}",
        "until_1": "10:00:00",
    }
    answer = browse(world.bob).post(page("verificationoverride", "add"), values)
    assert "within thirty days" in answer.content.decode()
    assert not VerificationOverride.objects.exists()


def test_the_pages_say_what_to_do_where_there_is_nothing(world: World, browse: Any) -> None:
    client = browse(world.ines)
    assert (
        "No verification service yet"
        in client.get(page("verificationservice", "changelist")).content.decode()
    )
    shown = client.get(page("verificationservice", "shield")).content.decode()
    assert "Nothing is held." in shown
    assert "There is no verification service yet." in shown
