"""A shop is connected, its order becomes a message and shows in the list: without code."""

import json
import os
from pathlib import Path

import pytest
from django.test import Client

from campaigns.models import TriggerMapping, TriggerSource
from campaigns.selectors.trigger_presets import presets
from campaigns.triggers.signatures import signature_make
from config.common import clock
from messaging.models import Message, TemplateVersion
from messaging.selectors.snapshot import snapshots
from messaging.services.templates import version_approve
from tests.browser.chromium import Chromium
from tests.campaigns.triggers.scene import Scene
from tests.factories import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def seen(page: Chromium, name: str) -> None:
    """Nothing sticks out, also where the window is narrow; with SHOTS the page is kept."""
    assert page.sticking_out() == []
    if folder := os.environ.get("SHOTS"):
        page.driver.set_window_size(1440, 2600)
        page.driver.save_screenshot(str(Path(folder) / f"{name}.png"))
        page.driver.set_window_size(1440, 1000)


def test_a_shop_is_connected_without_code(page):
    scene = Scene(slug="other")
    page.sign_in(scene.actor)
    page.open("/admin/campaigns/triggersource/")
    seen(page, "sources-1")
    page.open("/admin/campaigns/triggersource/presets/")
    seen(page, "presets")
    page.open("/admin/campaigns/triggersource/use/?preset=order-platform")
    advertiser = scene.sender.advertiser
    page.choose("advertiser", str(advertiser))
    page.choose("sender", str(scene.sender))
    seen(page, "use")
    page.click("Make it")
    page.until_reads("1. Connect the platform")
    seen(page, "made")
    source = TriggerSource.objects.exclude(pk=scene.source.pk).get()
    assert source.secret in page.words()
    reviewer = make_member("officer", scene.account)
    for version in TemplateVersion.objects.filter(status="submitted"):
        version_approve(version=version, reviewer=reviewer, comment="")
    snapshots.forget()
    mapping = TriggerMapping.objects.get(name="Order shipped")
    page.open(f"/admin/campaigns/triggermapping/{mapping.pk}/change/")
    page.until_reads("A message would be sent now.")
    seen(page, "mapping")
    page.click("Activate the draft")
    page.until_reads("No version is active yet.")
    seen(page, "activate")
    page.click("Activate")
    page.until_reads("version 1 is active")
    one = presets()["order-platform"].mappings[1]
    raw = json.dumps(one.sample).encode()
    headers = signature_make(source.scheme, source.secret, raw, at=clock.now())
    answer = Client().post(source.address, raw, content_type="application/json", headers=headers)
    assert answer.json()["result"] == "sent"
    message = Message.objects.get()
    page.open(f"/admin/campaigns/triggersource/{source.pk}/change/")
    page.until_reads("Accepted: 1")
    seen(page, "source")
    page.open("/admin/campaigns/triggerevent/")
    page.until_reads("order.shipped")
    seen(page, "events")
    page.click("order.shipped")
    page.until_reads("What the mappings made of it")
    seen(page, "event")
    assert page.driver.page_source.count(str(message.pk)) == 1
    page.open(f"/admin/campaigns/triggersource/{source.pk}/try/")
    seen(page, "try")
