"""The home page tells each role what is there to do, of the own accounts only."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from campaigns.constants import CampaignStatus
from campaigns.models import TriggerSource
from carriers.models import BindLease, UnknownWord
from compliance.models import ApiKey, Suppression
from compliance.services.api_keys import api_key_create
from compliance.services.suppressions import suppression_add
from config.common import clock
from config.dashboards import PANELS, live
from config.dashboards.panels import Panel, Viewer
from config.dashboards.panels import progress as bar
from messaging.constants import VersionStatus
from messaging.models import Tally, WebhookDelivery
from messaging.selectors.snapshot import snapshots
from messaging.services.templates.registrations import registrations_record
from routing.models import NetworkTextRule
from tests.factories import (
    make_bind,
    make_campaign,
    make_contact,
    make_message,
    make_msisdn,
    make_network,
    make_sender,
    make_template_version,
    make_user,
    make_webhook,
)
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What another test showed a moment ago."""
    live.forget()


def panels(role: str, *account_ids: int) -> dict[str, Panel]:
    """The panels of a role by their titles."""
    viewer = Viewer(RequestFactory().get("/"), frozenset(account_ids))
    return {str(panel.title): panel for panel in PANELS[role](viewer)}


def cells(panel: Panel) -> str:
    """Everything its table says."""
    return " ".join(str(cell) for row in panel.rows for cell in row)


def test_marketer_sees_how_campaigns_go(world: World) -> None:
    campaign = make_campaign(
        world.account,
        name="Autumn",
        status=CampaignStatus.RUNNING,
        audience_size=10,
        launched_at=clock.now() - timedelta(minutes=5),
    )
    make_campaign(world.other_account, name="Foreign", status=CampaignStatus.RUNNING)
    for status, count in (("accepted", 8), ("delivered", 5), ("excluded", 2)):
        Tally.objects.create(campaign_id=campaign.pk, status=status, messages=count)
    running = panels("marketer", world.account.pk)["Running campaigns"]
    assert "Autumn" in cells(running)
    assert "7 of 10" in cells(running)
    assert "Foreign" not in cells(running)


def test_marketer_sees_results(world: World) -> None:
    campaign = make_campaign(
        world.account, name="Summer", status=CampaignStatus.COMPLETED, audience_size=1234
    )
    Tally.objects.create(campaign_id=campaign.pk, status="delivered", messages=1200)
    results = panels("marketer", world.account.pk)["Recent results"]
    assert "1,200" in cells(results)


def test_marketer_is_led_from_step_to_step(world: World) -> None:
    steps = panels("marketer", world.account.pk)["What next"].steps
    assert [step.is_done for step in steps] == [False] * 4
    make_contact(world.account)
    make_template_version(world.account)
    steps = panels("marketer", world.account.pk)["What next"].steps
    assert [step.is_done for step in steps] == [True, False, True, False]


def test_officer_sees_what_waits_with_its_age(world: World) -> None:
    make_template_version(
        world.account,
        name="Order notice",
        status=VersionStatus.SUBMITTED,
        author=make_user("writer"),
        submitted_at=clock.now() - timedelta(days=3),
    )
    waiting = panels("officer", world.account.pk)["Templates waiting for your review"]
    assert "Order notice" in cells(waiting)
    assert "3\\xa0days ago" in cells(waiting).encode("unicode_escape").decode()
    assert not panels("officer", world.other_account.pk)["Templates waiting for your review"].rows


def test_officer_sees_recent_opt_outs(world: World) -> None:
    for days in (1, 8):
        with clock.freeze(clock.now() - timedelta(days=days)):
            suppression_add(
                account=world.account,
                advertiser=None,
                msisdn=make_msisdn(),
                purpose="marketing",
                source="mo",
                actor=None,
            )
    recent = panels("officer", world.account.pk)["Opt-outs of the last seven days"]
    assert len(recent.rows) == 1
    assert f"+{Suppression.objects.latest('created_at').msisdn}" in cells(recent)


def test_integrator_sees_keys_and_what_webhooks_wait_for(world: World) -> None:
    api_key_create(account=world.account, name="Shop", scopes=["messages:send"], actor=None)
    endpoint = make_webhook(world.account)
    WebhookDelivery.objects.create(
        endpoint=endpoint,
        event_id="0190a0b0-0000-7000-8000-000000000000",
        sequence=1,
        type="message.sent",
        status=WebhookDelivery.Status.FAILED,
    )
    found = panels("integrator", world.account.pk)
    assert "Shop" in cells(found["API keys"])
    assert list(found["Webhooks"].rows[0])[-2:] == ["0", "1"]
    start = found["How to start"]
    assert [step.is_done for step in start.steps] == [True, False, True, False]
    assert "+84980000000" in str(start.steps[1].text)
    assert start.steps[3].url.endswith("/triggersource/presets/")
    assert next(iter(found)) == "How to start"


def test_integrators_first_steps_go_to_the_end_once_all_are_done(world: World) -> None:
    key, _text = api_key_create(
        account=world.account, name="Shop", scopes=["messages:send"], actor=None
    )
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=clock.now())
    make_webhook(world.account)
    TriggerSource.objects.create(account=world.account, name="Shop", key="tr_shop")
    assert list(panels("integrator", world.account.pk))[-1] == "How to start"


def test_operator_sees_sessions_queues_and_leases(world: World) -> None:
    bind = make_bind(name="first")
    BindLease.objects.create(
        bind=bind,
        state="bound",
        state_since=clock.now(),
        expires_at=clock.now() + timedelta(minutes=1),
    )
    make_sender(world.account, address="53849", lease_end=clock.now().date() + timedelta(days=9))
    make_message(world.account)
    found = panels("operator")
    assert "Bound" in cells(found["Binds"])
    assert "9 days left" in cells(found["Senders: what ends within 60 days"])
    assert found["Messages that may leave now"].empty == "No message is waiting."


def test_operator_sees_words_that_nobody_knows_until_they_are_explained(world: World) -> None:
    now = clock.now()
    word = UnknownWord.objects.create(
        bind=make_bind(), kind="state", word="XYZZY", count=3, first_at=now, last_at=now
    )
    title = "Words of carriers that nobody knows"
    assert "XYZZY" in cells(panels("operator")[title])
    word.meaning = "rejected"
    word.save()
    assert title not in panels("operator")


def test_operator_sees_what_networks_carry_no_more_or_not_yet(world: World) -> None:
    networks = [make_network("viettel"), make_network("vinaphone")]
    make_sender(world.account, kind="alphanumeric", address="SAOMAI")
    for network in networks:
        NetworkTextRule.objects.create(
            network=network, message_class="marketing", demands_template_registration=True
        )
    version = make_template_version(world.account, message_class="marketing", name="Autumn")
    registrations_record(
        version=version,
        networks=networks[:1],
        state="registered",
        expires_on=clock.now().date() + timedelta(days=9),
        actor=None,
    )
    snapshots.forget()
    found = panels("operator")["Templates to register with networks"]
    assert [str(row[0]).count("Autumn") for row in found.rows] == [1, 1]
    assert "missing: Vinaphone" in str(found.rows[0][2])
    assert "Viettel until" in str(found.rows[1][2])


def test_administrator_sees_people_without_role(world: World) -> None:
    make_user("idle")
    found = panels("administrator")
    assert "idle" in cells(found["People without a role"])
    assert "alice" not in cells(found["People without a role"])
    assert "Sao Mai Retail" in cells(found["Accounts"])


@pytest.mark.parametrize("role", sorted(PANELS))
def test_home_costs_few_queries(
    world: World, role: str, django_assert_max_num_queries: Any
) -> None:
    panels(role, world.account.pk)  # the rules are read once per configuration, not per page
    with django_assert_max_num_queries(12):
        panels(role, world.account.pk, world.other_account.pk)


@pytest.mark.parametrize(
    ("done", "total", "text"), [(0, 0, "width: 0%"), (1, 3, "width: 33%"), (9, 3, "width: 100%")]
)
def test_bar_never_overflows(done: int, total: int, text: str) -> None:
    assert text in bar(done, total)


def test_officer_reads_how_many_wait_and_for_how_long(world: World) -> None:
    assert panels("officer", world.account.pk)["Templates waiting for your review"].summary == ""
    for days in (1, 3):
        make_template_version(
            world.account,
            status=VersionStatus.SUBMITTED,
            submitted_at=clock.now() - timedelta(days=days),
        )
    make_template_version(
        world.other_account,
        status=VersionStatus.SUBMITTED,
        submitted_at=clock.now() - timedelta(days=9),
    )
    panel = panels("officer", world.account.pk)["Templates waiting for your review"]
    assert panel.summary == "2 versions wait; the oldest was submitted 3\xa0days ago."
    assert panel.links[0].url.endswith("?status__exact=submitted")
