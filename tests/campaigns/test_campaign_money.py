"""A campaign stops when the money is out, loses nobody, and goes on when there is some again."""

import json

import pytest
from django.urls import reverse

from campaigns.models import Campaign
from campaigns.selectors.stops import money_shortage, money_stop
from campaigns.services.campaigns import campaign_resume, campaigns_settle
from campaigns.services.preflight import preflight_run
from campaigns.services.release import campaign_slice_release
from compliance.constants import Role
from compliance.models import AuditEntry
from compliance.services.access import role_grant
from config.common.errors import DomainError
from messaging.models import Balance, Event, TemplateVersion
from messaging.selectors.snapshot import snapshots
from messaging.services.money import BillingTerms, billing_set, deltas_fold, ledger_top_up
from tests.campaigns.launching import Market, ledger, make_market, messages, release_all

PRICE = 300_000_000


@pytest.fixture
def market(db) -> Market:
    market = make_market()
    billing_set(account=market.account, terms=BillingTerms("prepaid"), actor=None)
    top_up(market, 5)
    return market


def top_up(market: Market, count: int) -> None:
    ledger_top_up(account=market.account, amount_micros=count * PRICE, actor=None)


def stopped(market: Market, contacts: int = 12) -> Campaign:
    campaign = market.launched(contacts)
    release_all(campaign)
    return campaign


def told(campaign: Campaign) -> list[dict]:
    rows = Event.objects.filter(account=campaign.account, type__startswith="campaign.")
    return [json.loads(one.body) for one in rows.order_by("sequence")]


def test_what_is_covered_is_released_and_the_campaign_stops_with_its_reason(market):
    campaign = stopped(market)
    assert (campaign.status, campaign.stopped_for) == ("paused", "credit_exhausted")
    assert (messages(campaign), len(ledger(campaign)), campaign.needed_micros) == (5, 5, PRICE)
    (event,) = told(campaign)
    assert (event["type"], event["data"]["reason"]) == ("campaign.stopped", "credit_exhausted")
    assert AuditEntry.objects.get(action="campaign.stopped").detail == {
        "reason": "credit_exhausted"
    }
    deltas_fold()
    assert Balance.objects.get(pk=market.account.pk).taken_micros == 5 * PRICE


def test_another_account_goes_on(market):
    other = make_market()
    stopped(market)
    campaign = other.launched(12)
    release_all(campaign)
    assert (campaign.status, messages(campaign)) == ("sending", 12)


def test_it_goes_on_by_itself_after_a_top_up_and_reaches_everybody_once(market):
    campaign = stopped(market)
    assert campaigns_settle()["funded"] == 0
    top_up(market, 7)
    assert campaigns_settle()["funded"] == 1
    campaign.refresh_from_db()
    assert (campaign.status, campaign.stopped_for, campaign.needed_micros) == ("running", "", 0)
    release_all(campaign)
    assert (campaign.status, messages(campaign), len(ledger(campaign))) == ("sending", 12, 12)
    assert told(campaign)[-1]["type"] == "campaign.resumed"


def test_too_small_a_top_up_does_not_start_it(market):
    campaign = stopped(market)
    ledger_top_up(account=market.account, amount_micros=PRICE - 1, actor=None)
    assert campaigns_settle()["funded"] == 0
    campaign.refresh_from_db()
    assert campaign.status == "paused"


def test_where_the_account_wants_a_person_for_it_the_button_does_it(market):
    Balance.objects.filter(pk=market.account.pk).update(resumes_campaigns=False)
    campaign = stopped(market)
    with pytest.raises(DomainError) as refused:
        campaign_resume(campaign=campaign, actor=None)
    assert (refused.value.code, refused.value.status) == ("credit_exhausted", 402)
    top_up(market, 7)
    assert campaigns_settle()["funded"] == 0
    campaign_resume(campaign=campaign, actor=None)
    release_all(campaign)
    assert (messages(campaign), campaign.stopped_for) == (12, "")


def test_one_that_a_person_paused_stays_paused(market):
    top_up(market, 20)
    campaign = market.launched(4)
    campaign_slice_release(campaign_id=campaign.pk, limit=2)
    Campaign.objects.filter(pk=campaign.pk).update(status="paused")
    assert campaigns_settle()["funded"] == 0


def test_a_person_reads_why_it_stopped_and_what_to_do(market, world, browse):
    campaign = stopped(market)
    assert "300 VND" in money_stop(campaign)
    assert "by itself after a top-up" in money_stop(campaign)
    Balance.objects.filter(pk=market.account.pk).update(resumes_campaigns=False)
    assert "resume it here" in money_stop(campaign)
    address = reverse("admin:campaigns_campaign_change", args=[campaign.pk])
    role_grant(user=world.bob, role=Role.MARKETER, account=market.account, actor=None)
    assert "Stopped for want of money" in browse(world.bob).get(address).content.decode()
    assert browse(world.charlie).get(address).status_code in (302, 404)


def test_a_check_says_beforehand_that_the_money_is_too_little(market):
    campaign = market.campaign(12)
    preflight_run(campaign.pk)
    campaign.refresh_from_db()
    assert "It costs 3,600 VND and 1,500 VND may be spent now" in money_shortage(campaign)
    top_up(market, 7)
    assert money_shortage(campaign) == ""


def test_one_whose_text_was_withdrawn_meanwhile_waits_for_a_person(market):
    campaign = stopped(market)
    TemplateVersion.objects.filter(pk=market.version.pk).update(status="withdrawn")
    snapshots.forget()
    top_up(market, 20)
    assert campaigns_settle()["funded"] == 0
    campaign.refresh_from_db()
    assert (campaign.status, campaign.stopped_for) == ("paused", "template_not_approved")
