"""Campaigns that write to the same people: who gets the place, and what people are told of it."""

import pytest

from campaigns.models import AudienceEntry, Campaign, ListMembership
from campaigns.selectors.checks import check_of
from campaigns.selectors.results import ResultFilter, results_page
from campaigns.services.campaigns import campaign_create, campaign_duplicate, campaign_launch
from campaigns.services.preflight import PreflightState, preflight_run, preflight_state
from compliance.models import Advertiser
from compliance.services.consent_imports import ConsentGiven, consents_import
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from config.common.errors import InvalidError
from messaging.constants import Priority
from messaging.models import Message
from messaging.selectors.snapshot import snapshots
from routing.models import Network
from tests.campaigns.launching import Market, contacts_of, make_market, release_all
from tests.factories import make_contact, make_sender, make_template_version
from tests.messaging.brand import ADVERTISEMENT, NOON


@pytest.fixture
def market(db) -> Market:
    market = make_market()
    rule_packs_load_shipped(actor=None)
    with clock.freeze(NOON):
        yield market


@pytest.fixture
def people(market: Market):
    """Four people who agreed to advertising."""
    contact_list = market.audience(4)
    agree(market, *(contact.msisdn for contact in contacts_of(contact_list)))
    return contact_list


def agree(market: Market, *msisdns: str) -> None:
    advertiser = Advertiser.objects.get(account=market.account)
    rows = [ConsentGiven(msisdn, "marketing", clock.now()) for msisdn in msisdns]
    consents_import(
        account=market.account, advertiser=advertiser, rows=rows, source="shop", actor=None
    )


@pytest.fixture
def launched(market: Market, people):
    """Launches and releases an advertisement to these people."""
    advertiser = Advertiser.objects.get(account=market.account)
    sender = make_sender(
        market.account,
        advertiser=advertiser,
        kind="alphanumeric",
        address="ACME",
        registered=tuple(Network.objects.all()),
    )
    version = make_template_version(
        market.account, body=ADVERTISEMENT, message_class="marketing", advertiser=advertiser
    )

    def launch(name: str, *, is_sent: bool = True, **values) -> Campaign:
        snapshots.forget()
        campaign = campaign_create(
            account=market.account,
            actor=None,
            name=name,
            contact_list=people,
            template_version=version,
            sender=sender,
            values={},
            **values,
        )
        if is_sent:
            campaign_launch(campaign=campaign, actor=None)
            release_all(campaign)
        return campaign

    return launch


def test_preflight_tells_who_has_used_their_places_with_whom(launched):
    for name in ("Tet", "Spring", "Summer"):
        launched(name)
    check = check_of(preflight_run(launched("Autumn", is_sent=False).pk))
    (loss,) = (bar for bar in check.bars if bar.is_loss)
    assert (loss.label, loss.count) == ("Frequency cap reached", "4")
    assert loss.note == "Tet: 4, Spring: 4, Summer: 4"
    assert check.collisions == []


def test_preflight_tells_from_whom_places_would_be_taken(launched):
    for name in ("Tet", "Spring", "Summer"):
        launched(name, priority=Priority.LOW)
    urgent = launched("Recall", is_sent=False, priority=Priority.HIGH)
    check = check_of(preflight_run(urgent.pk))
    assert check.collisions == [
        "4 messages would take the places of those of Summer that have not left yet."
    ]
    assert not any(bar.is_loss for bar in check.bars)


def test_results_tell_who_lost_a_place_to_which_campaign(market, people, launched):
    for name in ("Tet", "Spring"):
        launched(name)
    summer = launched("Summer")
    newcomer = make_contact(market.account, msisdn="84981999999")
    ListMembership.objects.create(contact_list=people, contact=newcomer)
    agree(market, newcomer.msisdn)
    late = launched("Late")
    launched("Recall", priority=Priority.HIGH)
    lost = results_page(summer, ResultFilter()).rows
    assert {(row.status, row.reason, row.detail) for row in lost} == {
        ("blocked", "frequency_cap", "Recall")
    }
    by_state = results_page(summer, ResultFilter(status="blocked")).rows
    assert {row.detail for row in by_state} == {"Recall"}
    refused = results_page(late, ResultFilter(status="excluded")).rows
    assert {row.detail for row in refused} == {"Tet, Spring, Summer"}
    entry = AudienceEntry.objects.filter(campaign=late).first()
    assert entry.reason == "frequency_cap"
    assert Message.objects.filter(campaign_id=summer.pk, status="blocked").count() == 4


def test_copy_keeps_the_priority_and_a_change_makes_the_check_stale(launched):
    campaign = launched("Recall", is_sent=False, priority=Priority.HIGH)
    assert campaign_duplicate(campaign=campaign, actor=None).priority == Priority.HIGH
    preflight_run(campaign.pk)
    Campaign.objects.filter(pk=campaign.pk).update(priority=Priority.LOW)
    assert preflight_state(Campaign.objects.get(pk=campaign.pk)) == PreflightState.STALE


def test_priority_that_there_is_none_of_is_refused(launched):
    with pytest.raises(InvalidError) as caught:
        launched("Recall", is_sent=False, priority=7)
    assert caught.value.code == "priority_unknown"
