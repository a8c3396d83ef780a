"""Every preset through its samples: texts approved, source used, events posted, messages stored."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from campaigns.models import TriggerEvent, TriggerSource
from campaigns.selectors.trigger_presets import presets
from campaigns.services.triggers.presets import preset_use
from campaigns.triggers.catalog import Preset, PresetMapping
from campaigns.triggers.reading import spec_read
from campaigns.triggers.signatures import signature_make
from compliance.models import Advertiser
from config.common import clock
from messaging.models import Message, TemplateVersion
from messaging.selectors.snapshot import snapshots
from messaging.services.templates import version_approve
from tests.campaigns.triggers.scene import Scene
from tests.factories import make_member

pytestmark = pytest.mark.django_db

CASES = [
    pytest.param(preset, one, id=f"{preset.code}: {one.name}")
    for preset in presets().values()
    for one in preset.mappings
]
TEXTS = {
    "Order paid": "MAI: Cam on Lan, don DH-1001 tri gia 450.000d da duoc thanh toan.",
    "Order shipped": "MAI: Don DH-1001 da duoc gui di. Theo doi: https://example.vn/d/DH-1001",
    "Order delivered": "MAI: Don DH-1001 da duoc giao. Cam on Lan!",
    "Lead created": "MAI: Chao Minh, cam on ban da quan tam. Chi Hoa se goi cho ban trong hom nay.",
    "Ticket created": "MAI: Chung toi da nhan yeu cau so 9001. "
    "Tra loi tin nhan nay de bo sung thong tin.",
    "Ticket answered": "MAI: Yeu cau 9001: Da doi size M, giao ngay mai.",
    "Job finished": "MAI: Yeu cau 42 cua An da xu ly xong luc 09:30.",
}


@pytest.fixture
def scene():
    found = Scene(slug="other")
    Advertiser.objects.filter(pk=found.sender.advertiser_id).update(name="MAI")
    return found


def used(scene: Scene, preset: Preset) -> TriggerSource:
    """The preset's source, made after its texts were approved."""
    advertiser = Advertiser.objects.get(pk=scene.sender.advertiser_id)
    reviewer = make_member("officer", scene.account)
    values = {"account": scene.account, "code": preset.code, "sender": "53849"}
    values |= {"advertiser": advertiser, "actor": scene.actor}
    first = preset_use(**values, name="Before")
    assert {one.state for one in first.texts} == {"drafted"}
    assert not any(one.versions.filter(status="active") for one in first.mappings)
    for one in first.texts:
        version = TemplateVersion.objects.get(pk=one.version_id)
        version_approve(version=version, reviewer=reviewer, comment="")
    snapshots.forget()
    made = preset_use(**values, name="A platform")
    assert {one.state for one in made.texts} == {"ready"}
    assert all(one.versions.get().status == "active" for one in made.mappings)
    return made.made.source


def posted(source: TriggerSource, one: PresetMapping, sample: Mapping[str, Any]) -> Any:
    """The sample, signed and posted as the platform would."""
    raw = json.dumps(sample, ensure_ascii=False).encode()
    headers = signature_make(
        source.scheme, source.secret, raw, at=clock.now(), message_id=f"msg-{one.name}"
    )
    if source.name_from == "header":
        headers[source.name_at] = one.sample_event
    return Client().post(source.address, raw, content_type="application/json", headers=headers)


def timely(sample: Mapping[str, Any]) -> dict[str, Any]:
    """An appointment that is still to come, whenever the test runs."""
    found = json.loads(json.dumps(sample))
    if "appointment" in found:
        at = (clock.now() + timedelta(days=5)).replace(hour=7, minute=30)
        found["appointment"]["startsAt"] = at.isoformat()
    return found


@pytest.mark.parametrize(("preset", "one"), CASES)
def test_a_sample_becomes_its_message(scene, preset, one):
    source = used(scene, preset)
    sample = timely(one.sample)
    answer = posted(source, one, sample)
    assert answer.status_code == 202, answer.content
    body = answer.json()
    assert body["result"] == "sent", TriggerEvent.objects.get(pk=body["id"]).steps
    message = Message.objects.get(pk=body["messages"][0])
    assert (message.account_id, message.origin) == (scene.account.pk, "trigger")
    if one.name in TEXTS:
        assert message.text == TEXTS[one.name]
    assert message.client_reference
    assert message.metadata
    assert posted(source, one, sample).json() == body | {"repeated": True}


def test_a_reminder_waits_until_a_day_before(scene):
    preset = presets()["crm"]
    source = used(scene, preset)
    one = preset.mappings[1]
    sample = timely(one.sample)
    body = posted(source, one, sample).json()
    message = Message.objects.get(pk=body["messages"][0])
    starts_at = datetime.fromisoformat(sample["appointment"]["startsAt"])
    assert message.status == "scheduled"
    assert message.send_at == starts_at - timedelta(days=1)
    assert message.not_after == starts_at
    assert "14:30" in message.text  # in the account's zone
    late = timely(one.sample) | {"eventId": "c-503"}
    late["appointment"]["startsAt"] = (clock.now() - timedelta(hours=1)).isoformat()
    assert posted(source, one, late).json()["reason"] == "too_late"


def test_an_order_in_english_is_told_in_english(scene):
    preset = presets()["order-platform"]
    source = used(scene, preset)
    sample = json.loads(json.dumps(preset.mappings[0].sample))
    sample["order"]["customer"] |= {"locale": "en", "name": "Jane Doe"}
    body = posted(source, preset.mappings[0], sample).json()
    message = Message.objects.get(pk=body["messages"][0])
    assert message.text == "MAI: Thank you Doe, order DH-1001 for 450.000d is paid."


def test_a_ticket_without_a_number_is_skipped(scene):
    preset = presets()["help-desk"]
    source = used(scene, preset)
    sample = json.loads(json.dumps(preset.mappings[0].sample))
    sample["ticket"]["requester"]["phone"] = None
    answer = posted(source, preset.mappings[0], sample).json()
    assert (answer["result"], answer["reason"]) == ("unmatched", "condition_not_met")


@pytest.mark.parametrize(("preset", "one"), CASES)
def test_a_preset_is_a_mapping_that_can_be_read(preset, one):
    spec = spec_read({**one.spec, "from": "53849"})
    assert spec.template in {text.slug for text in preset.templates}
    text = next(text for text in preset.templates if text.slug == spec.template)
    assert set(spec.slots) == {slot["name"] for slot in text.slots}
