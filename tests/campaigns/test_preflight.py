from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from campaigns.models import AudienceEntry, Campaign, Contact
from campaigns.selectors.checks import check_of
from campaigns.selectors.preflight_margin import margin_of
from campaigns.services import preflight as preflight_module
from campaigns.services.campaigns import campaign_launch, campaign_update
from campaigns.services.preflight import (
    PreflightState,
    preflight_request,
    preflight_run,
    preflight_state,
)
from compliance.models import Advertiser
from compliance.services.consent_imports import ConsentGiven, consents_import
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from config.common.errors import ConflictError, DomainError
from messaging.models import Message, TemplateVersion
from messaging.selectors.snapshot import snapshots
from messaging.services.templates.registrations import registrations_record
from routing.models import (
    ExchangeRate,
    Network,
    NetworkTextRule,
    Rate,
    Route,
    Sender,
    SenderFallback,
)
from tests.campaigns.launching import (
    VALUES,
    Market,
    contacts_of,
    make_market,
    opt_out,
    release_all,
)
from tests.factories import make_bind, make_content_rule, make_sender, make_template_version


@pytest.fixture
def market(db) -> Market:
    return make_market()


def checked(campaign: Campaign) -> dict:
    report = preflight_run(campaign.pk)
    campaign.refresh_from_db()
    return report


def state(campaign: Campaign) -> PreflightState:
    snapshots.forget()
    return preflight_state(Campaign.objects.get(pk=campaign.pk))


def test_the_report_equals_what_the_release_then_does(market):
    contact_list = market.audience(9)
    people = contacts_of(contact_list)
    opt_out(people[0])
    Contact.objects.filter(pk=people[1].pk).update(attributes={})
    Contact.objects.filter(pk=people[2].pk).update(name="Nguyễn " * 20)
    campaign = market.campaign(contact_list)
    report = checked(campaign)
    campaign_launch(campaign=campaign, actor=None)
    release_all(campaign)
    sent = Message.objects.filter(campaign_id=campaign.pk)
    excluded = AudienceEntry.objects.filter(campaign_id=campaign.pk, outcome="excluded")
    assert report["exclusions"] == dict(Counter(excluded.values_list("reason", flat=True)))
    assert report["released"] == sent.count() == 7
    assert report["audience"] == campaign.audience_size == 9
    assert report["segments"] == sum(sent.values_list("segment_count", flat=True))
    assert report["price_micros"] == sum(sent.values_list("price_micros", flat=True))
    assert {s["text"] for s in report["samples"]} <= set(sent.values_list("text", flat=True))


def test_the_report_splits_by_encoding_count_and_network(market):
    contact_list = market.audience(2)
    Contact.objects.filter(pk=contacts_of(contact_list)[0].pk).update(name="Lan")
    report = checked(market.campaign(contact_list))
    price = 300_000_000
    one = {"messages": 1, "segments": 1, "billed_segments": 1, "price_micros": price}
    assert report["by_encoding"] == {"gsm7": one, "ucs2": one}
    assert report["by_count"] == {"1": {name: 2 * value for name, value in one.items()}}
    assert [row["messages"] for row in report["networks"]] == [2]
    assert report["networks"][0]["name"]


def test_networks_that_refuse_are_named_with_their_numbers(market):
    NetworkTextRule.objects.create(
        network=Network.objects.get(code="viettel-test"),
        message_class="care",
        demands_template_registration=True,
    )
    report = checked(market.campaign(4))
    assert report["exclusions"] == {"template_unregistered": 4}
    assert report["refusing_networks"] == {"template_unregistered": {"Viettel-Test": 4}}
    (bar,) = [bar for bar in check_of(report).bars if bar.is_loss]
    assert (bar.label, bar.note) == (
        "The template is not registered with the recipient's network",
        "Viettel-Test: 4",
    )


def test_what_a_network_adds_is_in_segments_billed_and_price(market):
    NetworkTextRule.objects.create(
        network=Network.objects.get(code="viettel-test"),
        message_class="care",
        adds_before="(QC) " * 16,
        adds_after="TC" * 40,
    )
    report = checked(market.campaign(market.audience(2, name="Lan")))
    assert (report["segments"], report["billed_segments"]) == (2, 4)
    assert report["price_micros"] == 4 * 300_000_000
    shown = check_of(report)
    assert shown.segments == shown.networks[0][2] == "2 (billed as 4)"


def test_a_registration_or_a_rule_that_changes_makes_the_report_old(market):
    campaign = market.campaign()
    checked(campaign)
    network = Network.objects.get(code="viettel-test")
    for change in (
        lambda: NetworkTextRule.objects.create(
            network=network, message_class="care", demands_template_registration=True
        ),
        lambda: registrations_record(
            version=market.version, networks=[network], state="registered", actor=None
        ),
    ):
        assert state(campaign) == PreflightState.FRESH
        change()
        assert state(campaign) == PreflightState.STALE
        checked(campaign)


def test_samples_have_masked_numbers_and_the_longest_text(market):
    contact_list = market.audience(8)
    last = contacts_of(contact_list)[-1]
    Contact.objects.filter(pk=last.pk).update(name="A very long name " * 9)
    samples = checked(market.campaign(contact_list))["samples"]
    assert len(samples) == 5
    assert samples[-1]["segment_count"] == 2
    assert all("*" in sample["to"] for sample in samples)


def test_missing_values_are_counted_by_slot(market):
    contact_list = market.audience(3, attributes={})
    values = VALUES | {"order_code": {"attribute": "orders"}}
    report = checked(market.campaign(contact_list, values=values))
    assert (report["released"], report["missing_slots"]) == (0, {"order_code": 3})


def at_night() -> datetime:
    """Tomorrow, three in the morning in Hanoi."""
    return (clock.now() + timedelta(days=1)).replace(hour=20, minute=0, second=0, microsecond=0)


def test_marketing_at_night_waits_for_the_morning(market):
    rule_packs_load_shipped(actor=None)
    contact_list = market.audience(3)
    sender = make_sender(
        market.account,
        kind="alphanumeric",
        address="SAOMAI",
        registered=(Network.objects.get(code="viettel-test"),),
    )
    body = "[QC] Sale, {name}. Tu choi: soan TC gui 199"
    version = make_template_version(market.account, message_class="marketing", body=body)
    agree(contacts_of(contact_list)[:2], version.template.advertiser)
    campaign = market.campaign(
        contact_list, template_version=version, sender=sender, values={"name": {"fixed": "a"}}
    )
    with clock.freeze(at_night()) as now:
        snapshots.forget()
        report = checked(campaign)
    opens_at = datetime.fromisoformat(report["waiting"]["until"][0]["at"])
    assert report["exclusions"] == {"no_consent": 1}
    assert report["waiting"]["messages"] == 2
    assert now < opens_at <= now + timedelta(hours=6)


def agree(contacts: list[Contact], advertiser: Advertiser) -> None:
    """The contacts want marketing of the advertiser."""
    consents_import(
        account=advertiser.account,
        advertiser=advertiser,
        rows=[ConsentGiven(one.msisdn, "marketing", clock.now()) for one in contacts],
        source="test",
        actor=None,
    )


def test_the_finish_follows_from_the_tightest_limit(market):
    Sender.objects.filter(pk=market.sender.pk).update(throughput=4)
    make_bind(throughput=100)
    with clock.freeze(clock.now()) as now:
        report = checked(market.campaign(8, messages_per_second=50))
    assert (report["limited_by"], report["segments_per_second"]) == ("sender", 4)
    assert datetime.fromisoformat(report["finish_at"]) == now + timedelta(seconds=2)


def test_without_any_limit_no_finish_is_promised(market):
    make_bind(throughput=None)
    assert checked(market.campaign(2))["finish_at"] is None


def test_a_report_is_fresh_until_something_it_depends_on_changes(market):
    campaign = market.campaign(2)
    assert state(campaign) == "missing"
    checked(campaign)
    assert state(campaign) == "fresh"
    with clock.freeze(clock.now() + timedelta(days=1, minutes=1)):
        assert state(campaign) == "stale"


@pytest.mark.parametrize(
    "change",
    [
        lambda m, c: campaign_update(
            campaign=c, actor=None, values=VALUES | {"name": {"fixed": "bạn"}}
        ),
        lambda m, c: campaign_update(campaign=c, actor=None, contact_list=m.audience(1)),
        lambda m, c: campaign_update(campaign=c, actor=None, messages_per_second=3),
        lambda m, c: c.contact_list.memberships.first().delete(),
        lambda m, c: TemplateVersion.objects.filter(pk=m.version.pk).update(status="withdrawn"),
        lambda m, c: Sender.objects.filter(pk=m.sender.pk).update(throughput=1),
        lambda m, c: m.sender.registrations.all().delete(),
        lambda m, c: Rate.objects.filter(carrier=None).update(amount_micros=1),
        lambda m, c: make_content_rule(c.account),
    ],
    ids=[
        "values",
        "list",
        "speed",
        "member",
        "template",
        "sender",
        "registration",
        "price",
        "content rule",
    ],
)
def test_a_change_makes_the_report_stale(market, change):
    campaign = market.campaign(2)
    checked(campaign)
    change(market, campaign)
    assert state(campaign) == "stale"


def test_what_other_accounts_configure_leaves_the_report_fresh(market):
    campaign = market.campaign(2)
    checked(campaign)
    make_content_rule(make_market().account)
    assert state(campaign) == "fresh"


def test_a_long_list_is_checked_by_a_worker(
    market, monkeypatch, published, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(preflight_module, "SYNCHRONOUS_LIMIT", 2)
    campaign = market.campaign(3)
    with pytest.raises(ConflictError) as caught:
        campaign_launch(campaign=campaign, actor=None)
    assert caught.value.code == "preflight_needed"
    with django_capture_on_commit_callbacks(execute=True):
        assert preflight_request(campaign=campaign, actor=None) == "running"
    assert published == [("campaigns.tasks.run_preflight", (campaign.pk,))]
    assert state(campaign) == "running"
    preflight_run(campaign.pk)
    assert campaign_launch(campaign=campaign, actor=None).status == "running"


def test_a_check_whose_worker_died_does_not_run_for_ever(market, monkeypatch):
    monkeypatch.setattr(preflight_module, "SYNCHRONOUS_LIMIT", 2)
    campaign = market.campaign(3)
    preflight_request(campaign=campaign, actor=None)
    with clock.freeze(clock.now() + timedelta(minutes=2)):
        assert state(campaign) == "failed"


def test_a_report_that_cannot_be_made_says_why(market):
    campaign = market.campaign(2)
    TemplateVersion.objects.filter(pk=market.version.pk).update(status="withdrawn")
    snapshots.forget()
    with pytest.raises(DomainError):
        preflight_run(campaign.pk)
    campaign.refresh_from_db()
    assert campaign.preflight["state"] == "failed"
    assert "approved" in campaign.preflight["error"]


def test_a_launched_campaign_is_not_checked_again(market):
    with pytest.raises(ConflictError):
        preflight_request(campaign=market.launched(1), actor=None)


def test_people_who_get_it_from_another_sender_are_told_with_their_networks(market):
    other = make_sender(
        market.account,
        kind="long_code",
        address="84900000001",
        registered=(Network.objects.get(code="viettel-test"),),
    )
    Route.objects.update(sender_kinds=["long_code"])
    SenderFallback.objects.create(
        account=market.account, sender=market.sender, causes=["no_route"], to_sender=other
    )
    snapshots.forget()
    report = checked(market.campaign(3))
    (told,) = report["stand_ins"]
    assert (told["from"], told["to"]) == (market.sender.address, "84900000001")
    assert (told["messages"], told["networks"]) == (3, {"Viettel-Test": 3})
    assert {sample["from"] for sample in report["samples"]} == {"84900000001"}
    (sentence,) = check_of(report).stand_ins
    assert sentence.startswith("3 people get it from 84900000001 instead of")
    assert "no route takes the sender" in sentence


def test_margin_counts_what_has_a_cost_in_one_currency(market):
    report = checked(market.campaign(2))
    assert (report["costs"], report["without_cost"]["messages"]) == ({}, 2)
    assert margin_of(report) is None
    carrier = Route.objects.get().carrier
    Rate.objects.create(
        carrier=carrier, country="VN", amount_micros=10_000, currency="USD",
        effective_from=date(2026, 1, 1),
    )  # fmt: skip
    type(carrier).objects.update(currency="USD")
    snapshots.forget()
    report = checked(market.campaign(2))
    unknown = margin_of(report)
    assert (unknown.cost, unknown.left) == ("–", "–")
    assert "exchange rate" in unknown.note
    ExchangeRate.objects.create(
        currency="USD", per_unit=25_000, effective_from=date(2026, 1, 1), source="test"
    )
    found = margin_of(report)
    assert (found.price, found.cost, found.left) == ("600 VND", "500 VND", "100 VND")
    assert (found.part, found.is_loss, found.note) == ("16.7 %", False, "")


ENTITY = {"tag": "0x1400", "source": "advertiser.entity_id", "required": True, "max_length": 8}


@pytest.mark.parametrize(
    ("entity_id", "said"), [("", "there is none"), ("123456789", "“123456789” does not fit")]
)
def test_value_that_an_operator_wants_is_missed_before_anything_is_sent(market, entity_id, said):
    make_bind(Route.objects.get().carrier, vendor_tlvs=[ENTITY])
    Advertiser.objects.update(entity_id=entity_id)
    campaign = market.campaign(3)
    (missing,) = checked(campaign)["missing_parameters"]
    assert (missing["field"], said in missing["rule"]) == ("advertiser.entity_id", True)
    (sentence,) = check_of(campaign.preflight).missing_parameters
    assert sentence.endswith("Write it on the advertiser's page.")
    Advertiser.objects.update(entity_id="1234567")
    assert checked(campaign)["missing_parameters"] == []


@pytest.mark.parametrize(
    "rule",
    [
        ENTITY | {"required": False},
        ENTITY | {"source": "sender.address", "max_length": 20},
        {"tag": "0x1402", "source": "text", "value": "1", "required": True},
    ],
)
def test_values_that_are_there_or_not_required_are_not_missed(market, rule):
    make_bind(Route.objects.get().carrier, vendor_tlvs=[rule])
    assert checked(market.campaign(3))["missing_parameters"] == []


@pytest.mark.parametrize("source", ["sender.registration", "template.registration"])
def test_reference_of_a_registration_is_missed(market, source):
    make_bind(Route.objects.get().carrier, vendor_tlvs=[ENTITY | {"source": source}])
    (missing,) = checked(market.campaign(3))["missing_parameters"]
    assert missing["field"] == f"{source.replace('.', '_')}.reference"
