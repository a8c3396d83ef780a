import json
from datetime import timedelta

import pytest

from campaigns.models import Campaign
from campaigns.services.campaigns import campaign_cancel, campaigns_settle
from campaigns.services.locks import RELEASE_LOCK, SETTLE_LOCK, held
from campaigns.services.wakeups import release_started
from config.common import clock
from messaging.models import Dispatch, Event, Hold, Tally
from tests.campaigns.launching import Market, at_once, make_market, opt_out, release_all
from tests.campaigns.launching import contacts_of as members


@pytest.fixture
def market(db) -> Market:
    return make_market()


def status_of(campaign: Campaign) -> str:
    return Campaign.objects.values_list("status", flat=True).get(pk=campaign.pk)


def finish_messages(campaign: Campaign) -> None:
    """As the carriers' results and receipts would."""
    count, _rows = Dispatch.objects.filter(campaign_id=campaign.pk).delete()
    Tally.objects.create(campaign_id=campaign.pk, status="sent", messages=count)
    Tally.objects.create(campaign_id=campaign.pk, status="delivered", messages=count)


def test_a_scheduled_campaign_starts_when_it_is_due(
    market, published, django_capture_on_commit_callbacks
):
    start = clock.now() + timedelta(hours=1)
    campaign = market.launched(2, starts_at=start)
    assert campaigns_settle()["started"] == 0
    with clock.freeze(start), django_capture_on_commit_callbacks(execute=True):
        assert campaigns_settle()["started"] == 1
    assert status_of(campaign) == "running"
    assert ("campaigns.tasks.release_campaign", (campaign.pk,)) in published


def test_a_release_that_was_lost_is_started_again_and_asked_for_once(market, published):
    campaign = market.launched(2)
    release_started(campaign.pk)  # its worker began, and died
    assert campaigns_settle()["restarted"] == 1
    campaigns_settle()
    assert published == [("campaigns.tasks.release_campaign", (campaign.pk,))]


@pytest.mark.django_db(transaction=True)
def test_a_release_at_work_is_left_alone(published):
    campaign = make_market().launched(2)
    release_started(campaign.pk)
    published.clear()
    with held(RELEASE_LOCK, campaign.pk):
        (counts,) = at_once(campaigns_settle)
    assert (counts["restarted"], published) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_two_settlings_do_not_overlap():
    with held(SETTLE_LOCK):
        assert at_once(campaigns_settle) == [{}]


def test_a_campaign_completes_when_nothing_of_it_is_open(market):
    contact_list = market.audience(3)
    opt_out(members(contact_list)[0])
    campaign = market.launched(contact_list)
    release_all(campaign)
    assert campaigns_settle()["completed"] == 0
    finish_messages(campaign)
    assert campaigns_settle()["completed"] == 1
    event = Event.objects.get(account=market.account, type="campaign.completed")
    data = json.loads(event.body)["data"]
    assert status_of(campaign) == "completed"
    assert (data["id"], data["audience"], data["excluded"]) == (campaign.pk, 3, 1)
    assert data["messages"] == {"accepted": 2, "sent": 2, "delivered": 2}
    assert campaigns_settle()["completed"] == 0


def test_the_hold_of_a_canceled_campaign_goes_when_its_messages_are_gone(market):
    campaign = market.launched(2)
    release_all(campaign)
    campaign_cancel(campaign=campaign, actor=None)
    assert campaigns_settle()["canceled"] == 1
    assert not Hold.objects.exists()
    assert campaigns_settle()["canceled"] == 0
