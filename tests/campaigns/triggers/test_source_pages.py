"""The console's pages of trigger sources: connect, renew the secret, see what is refused."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from campaigns.models import TriggerMapping, TriggerSource
from campaigns.selectors.trigger_presets import presets
from campaigns.services.triggers.presets import preset_texts
from campaigns.services.triggers.sources import source_create
from config.common import clock
from messaging.models import TemplateVersion
from tests.campaigns.triggers.scene import BODY, Scene
from tests.factories import make_account, make_advertiser, make_member
from tests.html_forms import form_values

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return Scene()


def page(name: str, *arguments: object) -> str:
    return reverse(f"admin:campaigns_triggersource_{name}", args=arguments)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_source_is_made_and_its_secret_shown_once(scene, browse):
    client = browse(scene.actor)
    values = form_values(text(client.get(page("add")))) | {
        "account": scene.account.pk,
        "name": "Our CRM",
        "signature": "hmac",
        "header": "X-Signature",
        "signed_content": "{timestamp}.{body}",
        "timestamp_header": "X-Time",
        "name_at": "$.event",
        "key_from": "path",
        "key_at": "$.id",
        "is_enabled": "on",
    }
    answer = client.post(page("add"), values)
    source = TriggerSource.objects.get(name="Our CRM")
    assert source.secret in text(answer)
    assert f"http://testserver{source.address}" in text(answer)
    assert "no-store" in answer["Cache-Control"]
    again = text(client.get(page("change", source.pk)))
    assert source.secret not in again
    assert source.address in again


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"signature": "hmac", "header": ""}, "Name the header in which the signature comes."),
        ({"signature": "hmac", "header": "X Sig"}, "is no header"),
        ({"name_at": "type"}, "This is no JSON path"),
        ({"allowed_addresses": "203.0.113.0/33"}, "is no IP address or network"),
        ({"tolerance_seconds": "5"}, "Give a number from 10 to 3600."),
        ({"name": "Taken"}, "already exists"),
        ({"own_secret": "short"}, "This cannot be the secret"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(scene, browse, values, sentence):
    source_create(account=scene.account, values={"name": "Taken"}, actor=scene.actor)
    client = browse(scene.actor)
    sent = form_values(text(client.get(page("add")))) | {
        "account": scene.account.pk,
        "name": "New",
    }
    answer = client.post(page("add"), sent | values)
    assert answer.status_code == 200
    assert sentence in text(answer)
    assert not TriggerSource.objects.filter(name="New").exists()


def test_a_new_secret_leaves_the_old_one_a_day(scene, browse):
    client, old = browse(scene.actor), scene.source.secret
    address = page("rotate", scene.source.pk)
    assert "Make a new signing secret?" in text(client.get(address))
    shown = text(client.post(address, {"secret": ""}))
    new = TriggerSource.objects.get(pk=scene.source.pk).secret
    assert new != old
    assert new in shown
    assert old not in shown
    assert "The old secret works until" in text(client.get(page("change", scene.source.pk)))
    with clock.freeze(clock.now() + timedelta(hours=25)):
        assert "works until" not in text(client.get(page("change", scene.source.pk)))


def test_the_last_refusal_says_what_to_put_right(scene, browse):
    client = browse(scene.actor)
    scene.post(secret="whsec_" + "QUJD" * 10)
    shown = text(client.get(page("change", scene.source.pk)))
    assert "The last request was refused" in shown
    assert "fits none of the source" in shown
    assert "Refuses requests" in text(client.get(page("changelist")))
    with clock.freeze(clock.now() + timedelta(minutes=1)):
        scene.post()
        shown = text(client.get(page("change", scene.source.pk)))
    assert "The last request was refused" not in shown
    assert "Last refused" in shown


def test_marketers_see_sources_and_change_none(scene, browse):
    client = browse(make_member("marketer", scene.account))
    shown = text(client.get(page("change", scene.source.pk)))
    assert scene.source.address in shown
    assert client.get(page("rotate", scene.source.pk)).status_code == 404
    assert client.post(page("add"), {"name": "New"}).status_code == 403
    assert client.get(page("presets")).status_code == 403
    assert "Start from a preset" not in text(client.get(page("changelist")))


def test_an_empty_list_leads_to_the_presets(browse):
    account = make_account()
    shown = text(browse(make_member("integrator", account)).get(page("changelist")))
    assert "No platform tells of events yet" in shown
    assert page("presets") in shown
    shown = text(browse(make_member("marketer", account)).get(page("changelist")))
    assert page("presets") not in shown


@pytest.mark.parametrize("code", list(presets()))
def test_a_preset_is_used_and_says_what_is_next(scene, browse, code):
    client = browse(scene.actor)
    assert "Use this preset" in text(client.get(page("presets")))
    address = f"{page('use')}?preset={code}"
    values = form_values(text(client.get(address))) | {
        "advertiser": scene.sender.advertiser_id,
        "sender": scene.sender.pk,
    }
    answer = client.post(address, values)
    source = TriggerSource.objects.exclude(pk=scene.source.pk).get()
    shown = text(answer)
    assert source.secret in shown
    assert "no-store" in answer["Cache-Control"]
    preset = presets()[code]
    assert {one.name for one in source.mappings.all()} == {one.name for one in preset.mappings}
    states = {one.state for one in preset_texts(scene.account, preset)}
    assert "missing" not in states
    handed_in = TemplateVersion.objects.filter(template__account=scene.account, status="submitted")
    for version in handed_in:
        assert reverse("admin:messaging_templateversion_change", args=[version.pk]) in shown


def test_a_preset_with_a_name_that_is_taken_makes_nothing(scene, browse):
    client = browse(scene.actor)
    address = f"{page('use')}?preset=crm"
    sent = {
        "name": scene.source.name,
        "advertiser": scene.sender.advertiser_id,
        "sender": scene.sender.pk,
    }
    assert "choose another name" in text(client.post(address, sent))
    assert not TriggerMapping.objects.exists()


def test_a_preset_offers_nothing_of_others(scene, browse):
    other = make_advertiser(make_account(), name="Somebody else")
    client = browse(scene.actor)
    address = f"{page('use')}?preset=crm"
    assert "Somebody else" not in text(client.get(address))
    sent = {"name": "CRM", "advertiser": other.pk, "sender": scene.sender.pk}
    assert client.post(address, sent).status_code == 200
    assert TriggerSource.objects.count() == 1
    assert client.get(f"{page('use')}?preset=none").status_code == 404


def test_an_event_on_trial_is_neither_stored_nor_sent(scene, browse):
    scene.mapping()
    client = browse(scene.actor)
    body = json.dumps(BODY)
    shown = text(client.post(page("try_out", scene.source.pk), {"body": body, "name": ""}))
    assert "Order DH-1001 is paid." in shown
    assert "A message would be sent now." in shown
    assert not scene.source.events.exists()
    shown = text(client.post(page("try_out", scene.source.pk), {"body": "{", "name": ""}))
    assert "The body is not JSON: line 1" in shown


def test_strangers_find_no_page(scene, browse):
    client = browse(make_member("integrator", make_account()))
    for name in ("change", "rotate", "delete", "show_events", "try_out"):
        assert client.get(page(name, scene.source.pk)).status_code in {302, 404}, name
    assert scene.source.name not in text(client.get(page("changelist")))
