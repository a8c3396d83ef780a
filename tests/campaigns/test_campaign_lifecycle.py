from datetime import timedelta

import pytest

from campaigns.constants import CampaignStatus
from campaigns.models import Campaign
from campaigns.services.campaigns import (
    campaign_cancel,
    campaign_cancel_messages,
    campaign_launch,
    campaign_pause,
    campaign_resume,
    campaign_unschedule,
)
from campaigns.services.release import campaign_slice_release
from compliance.models import AuditEntry
from compliance.services.trial_accounts import trial_begin, trial_end
from config.common import clock
from config.common.errors import ConflictError, DomainError, InvalidError, NotAllowedError
from messaging.models import Dispatch, Hold, Message, TemplateVersion, Waiting
from messaging.selectors.snapshot import snapshots
from tests.campaigns.launching import (
    Market,
    at_once,
    contacts_of,
    make_market,
    messages,
    opt_out,
    queued,
    release_all,
)

S = CampaignStatus
ACTS = {
    "launch": campaign_launch,
    "unschedule": campaign_unschedule,
    "pause": campaign_pause,
    "resume": campaign_resume,
    "cancel": campaign_cancel,
}
LEADS_TO = {
    ("draft", "launch"): "running",
    ("draft", "cancel"): "canceled",
    ("scheduled", "unschedule"): "draft",
    ("scheduled", "cancel"): "canceled",
    ("running", "pause"): "paused",
    ("running", "cancel"): "canceled",
    ("paused", "resume"): "running",
    ("paused", "cancel"): "canceled",
    ("sending", "pause"): "paused",
    ("sending", "cancel"): "canceled",
}


@pytest.fixture
def market(db) -> Market:
    return make_market()


def status_of(campaign: Campaign) -> str:
    return Campaign.objects.values_list("status", flat=True).get(pk=campaign.pk)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("status", CampaignStatus.values)
def test_an_act_leads_where_the_state_allows_and_is_refused_elsewhere(market, status, act):
    campaign = market.campaign(1)
    Campaign.objects.filter(pk=campaign.pk).update(status=status)
    campaign.refresh_from_db()
    expected = LEADS_TO.get((status, act))
    if expected is None:
        with pytest.raises(ConflictError):
            ACTS[act](campaign=campaign, actor=None)
    else:
        ACTS[act](campaign=campaign, actor=None)
    assert status_of(campaign) == (expected or status)


def test_launching_freezes_the_audience(market, django_capture_on_commit_callbacks, published):
    contact_list = market.audience(3)
    with django_capture_on_commit_callbacks(execute=True):
        campaign = market.launched(contact_list)
    last = contact_list.memberships.order_by("id").last()
    assert (campaign.audience_size, campaign.audience_through) == (3, last.pk)
    assert published == [("campaigns.tasks.release_campaign", (campaign.pk,))]
    assert AuditEntry.objects.filter(action="campaign.launched").count() == 1


def test_contacts_that_join_after_the_launch_get_nothing(market):
    contact_list = market.audience(2)
    campaign = market.launched(contact_list)
    late = contacts_of(market.audience(1))[0]
    contact_list.memberships.create(contact=late)
    release_all(campaign)
    assert (campaign.audience_size, messages(campaign)) == (2, 2)


def test_a_start_in_the_future_schedules(market):
    campaign = market.launched(1, starts_at=clock.now() + timedelta(hours=1))
    assert campaign.status == "scheduled"
    assert campaign_slice_release(campaign_id=campaign.pk, limit=10).turn == "stopped"


def test_a_campaign_that_would_reach_nobody_is_refused(market):
    contact_list = market.audience(1)
    opt_out(contacts_of(contact_list)[0])
    with pytest.raises(InvalidError) as caught:
        market.launched(contact_list)
    assert caught.value.code == "nobody_to_reach"


def test_an_empty_list_is_refused(market):
    with pytest.raises(InvalidError):
        market.launched(0)


def test_a_template_withdrawn_after_writing_stops_the_launch(market):
    campaign = market.campaign(1)
    TemplateVersion.objects.filter(pk=market.version.pk).update(status="withdrawn")
    snapshots.forget()
    with pytest.raises(DomainError) as caught:
        campaign_launch(campaign=campaign, actor=None)
    assert caught.value.code == "template_not_approved"


def test_a_pause_takes_the_queued_messages_out_and_a_resume_brings_them_back(market):
    campaign = market.launched(4)
    campaign_slice_release(campaign_id=campaign.pk, limit=2)
    campaign_pause(campaign=campaign, actor=None)
    waiting = Waiting.objects.filter(campaign_id=campaign.pk)
    assert (queued(campaign), waiting.filter(reason="paused").count()) == (0, 2)
    assert campaign_slice_release(campaign_id=campaign.pk, limit=2).turn == "stopped"
    campaign_resume(campaign=campaign, actor=None)
    assert not Hold.objects.filter(campaign_id=campaign.pk).exists()
    assert waiting.filter(reason="routing").count() == 2
    release_all(campaign)
    assert messages(campaign) == 4


def test_a_campaign_paused_when_all_is_released_resumes_as_finishing(market):
    campaign = market.launched(2)
    release_all(campaign)
    campaign_pause(campaign=campaign, actor=None)
    assert campaign_resume(campaign=campaign, actor=None).status == "sending"


def test_a_pause_stays_while_the_text_is_withdrawn(market):
    campaign = market.launched(2)
    campaign_pause(campaign=campaign, actor=None)
    TemplateVersion.objects.filter(pk=market.version.pk).update(status="withdrawn")
    snapshots.forget()
    with pytest.raises(DomainError):
        campaign_resume(campaign=campaign, actor=None)
    assert status_of(campaign) == "paused"


def test_a_cancel_takes_back_what_has_not_left(market):
    campaign = market.launched(5)
    campaign_slice_release(campaign_id=campaign.pk, limit=3)
    campaign_cancel(campaign=campaign, actor=None)
    assert campaign_cancel_messages(campaign.pk) == 0
    states = set(Message.objects.filter(campaign_id=campaign.pk).values_list("status", flat=True))
    assert (states, queued(campaign)) == ({"canceled"}, 0)
    assert not Hold.objects.filter(campaign_id=campaign.pk).exists()


def test_a_cancel_keeps_its_hold_while_a_bind_has_a_message(market):
    campaign = market.launched(2)
    release_all(campaign)
    first = Dispatch.objects.filter(campaign_id=campaign.pk).first()
    Dispatch.objects.filter(id=first.id).update(bind_id=7, lease_epoch=1)
    campaign_cancel(campaign=campaign, actor=None)
    assert campaign_cancel_messages(campaign.pk) == 1
    assert Hold.objects.filter(campaign_id=campaign.pk).exists()
    Dispatch.objects.filter(id=first.id).delete()  # the bind's result
    assert campaign_cancel_messages(campaign.pk) == 0
    assert not Hold.objects.filter(campaign_id=campaign.pk).exists()


def test_messages_of_a_campaign_that_is_not_canceled_stay(market):
    campaign = market.launched(2)
    release_all(campaign)
    assert campaign_cancel_messages(campaign.pk) == 0
    assert queued(campaign) == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_launch_one_is_told():
    campaign = make_market().campaign(3)
    results = at_once(*[lambda: campaign_launch(campaign=campaign, actor=None)] * 2)
    assert sorted(type(one).__name__ for one in results) == ["Campaign", "ConflictError"]
    assert AuditEntry.objects.filter(action="campaign.launched").count() == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_released_once_a_pause_has_committed():
    campaign = make_market().launched(40)

    def release() -> None:
        while campaign_slice_release(campaign_id=campaign.pk, limit=2).turn == "again":
            pass

    at_once(release, release, lambda: campaign_pause(campaign=campaign, actor=None))
    assert status_of(campaign) == "paused"
    assert queued(campaign) == 0
    assert Waiting.objects.filter(campaign_id=campaign.pk).count() == messages(campaign)


@pytest.mark.django_db(transaction=True)
def test_a_pause_and_a_cancel_at_once_end_in_a_cancel_or_a_refusal():
    campaign = make_market().launched(4)
    release_all(campaign, limit=2)
    results = at_once(
        lambda: campaign_pause(campaign=campaign, actor=None),
        lambda: campaign_cancel(campaign=campaign, actor=None),
    )
    assert status_of(campaign) == "canceled"
    assert not isinstance(results[1], Exception)
    assert not isinstance(results[0], Exception) or isinstance(results[0], ConflictError)


def test_campaign_of_an_account_put_on_trial_stops_and_goes_on_afterwards(market):
    running, sending = market.launched(3), market.launched(3)
    campaign_slice_release(campaign_id=running.pk, limit=1)
    release_all(sending)
    campaign_pause(campaign=sending, actor=None)
    trial_begin(account=market.account, daily_limit=5, reason="Unpaid", actor=None)
    snapshots.latest()
    campaign_slice_release(campaign_id=running.pk, limit=1)
    running.refresh_from_db()
    assert (running.status, running.stopped_for) == ("paused", "trial_campaign")
    assert messages(running) == 1
    for campaign in (running, sending):
        with pytest.raises(NotAllowedError, match="on trial"):
            campaign_resume(campaign=campaign, actor=None)
    trial_end(account=market.account, reason="Paid", actor=None)
    snapshots.latest()
    for campaign in (running, sending):
        campaign.refresh_from_db()
        campaign_resume(campaign=campaign, actor=None)
    release_all(running)
    assert messages(running) == 3
