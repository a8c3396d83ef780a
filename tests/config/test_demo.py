from collections import Counter

import pytest
from django.db import transaction

from campaigns.models import Contact, PersonRequest, TriggerEvent, TriggerSource
from campaigns.services.preflight import preflight_run
from compliance.models import (
    Account,
    AccountRule,
    ConsentState,
    ContentRule,
    Register,
    RuleException,
    RulePackVersion,
    Suppression,
    User,
)
from config.common import clock
from config.demo.build import world_build
from config.demo.people import people_build
from config.demo.rules import rules_build
from config.demo.second_market import second_market_build
from config.demo.talks import talks_build
from config.demo.texts import TEMPLATES
from config.demo.triggers import triggers_build
from config.demo.webhooks import webhook_deliver, webhook_open
from messaging.constants import VersionStatus
from messaging.encoding.segmentation import segment_count
from messaging.models import (
    Conversation,
    ConversationWait,
    Message,
    PolicyTrial,
    RefusalReview,
    TemplateVersion,
    UnroutedReply,
    WebhookDelivery,
    WebhookEndpoint,
)
from messaging.selectors.conversation_list import BOXES, box_counts
from messaging.selectors.findings import findings_of
from messaging.selectors.registration_standing import standings_of
from messaging.selectors.snapshot import snapshots, version_wordings
from messaging.services.submissions import Accepted, MessageRequest, messages_submit
from messaging.services.webhook_planning import deliveries_schedule
from messaging.webhooks import client
from messaging.wording.worst import bound_of, extremes_of
from routing.engine import price_of
from routing.selectors.margins import margins_at

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _demo(django_db_setup, django_db_blocker):
    """Built once: the tests' transactions are savepoints of this one, which is undone at last."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield world_build()
        transaction.set_rollback(True)


@pytest.fixture
def demo(_demo, db):
    snapshots.forget()
    yield _demo
    snapshots.forget()


def version(slug, status=VersionStatus.APPROVED):
    return TemplateVersion.objects.get(template__slug=slug, status=status)


def worst(version):
    return [bound_of(wording).segment_count for wording in version_wordings(version)]


def test_every_template_is_approved_by_another_person(demo):
    versions = TemplateVersion.objects.filter(status=VersionStatus.APPROVED)
    assert versions.count() == len(TEMPLATES)
    assert all(version.reviewer_id != version.author_id for version in versions)


def test_the_account_in_vietnam_has_a_price_for_the_united_states(demo):
    account = Account.objects.get(slug=demo["account"])
    routing = snapshots.current().routing
    assert price_of(routing, account.pk, "US", None, "care") == 210_000_000
    margins = [one for one in margins_at(clock.now()) if one.country == "US"]
    assert margins
    assert all(one.left is not None and one.left > 0 for one in margins)


def test_an_offer_shows_every_stage_of_a_review(demo):
    states = TemplateVersion.objects.filter(template__slug="autumn-sale").order_by("number")
    assert [one.status for one in states] == ["retired", "rejected", "approved", "submitted"]
    assert states[1].comment


def test_the_version_that_waits_costs_three_segments_and_one_without_marks(demo):
    waiting = version("autumn-sale", VersionStatus.SUBMITTED)
    assert worst(waiting) == [3]
    assert extremes_of(version_wordings(waiting).default).typical.startswith(
        "[QC] MAI Fashion giảm"
    )
    waiting.rewriting = "unmarked"
    assert worst(waiting) == [1]
    assert worst(version("autumn-sale")) == [1]


def test_the_worst_case_is_that_of_the_letters_meant(demo):
    assert worst(version("order-notice")) == [2, 1, 1]
    assert worst(version("parcel-today")) == [1]
    assert worst(version("max-sign-in")) == worst(version("web-sign-in")) == [1]


def test_the_rejected_version_breaks_the_rule_of_its_account(demo):
    rule = ContentRule.objects.get(account__slug=demo["account"])
    rejected = findings_of(version("autumn-sale", VersionStatus.REJECTED))
    approved = findings_of(version("autumn-sale"))
    assert [rule_ids(found, f"content:{rule.pk}") for found in (rejected, approved)] == [1, 0]


def rule_ids(found, rule_id):
    return sum(one.rule_id == rule_id for country in found for one in country.findings)


def test_what_the_brandname_sends_is_registered_where_networks_demand_it(demo):
    approved = TemplateVersion.objects.filter(status=VersionStatus.APPROVED)
    for one in approved.filter(template__account__slug=demo["account"]):
        found = standings_of(one)
        assert not any(standing.stops_messages for standing in found), one
        if one.template.message_class == "marketing":
            assert {standing.network_name for standing in found} >= {
                "Viettel",
                "VinaPhone",
                "MobiFone",
            }


@pytest.mark.parametrize(
    ("language", "begins", "segments"),
    [
        ("", "MAI Fashion: Đơn SM1", 2),
        ("vi-x-plain", "MAI Fashion: Don SM1 cua quy khach Tran Ai Van", 1),
        ("en", "MAI Fashion: Tran Ai Van, your order SM1 for 4.754.000d", 1),
    ],
)
def test_a_contact_reads_its_own_language(demo, language, begins, segments):
    values = {"order": "SM1", "name": "Trần Ái Vân", "amount": "4.754.000đ"}
    text = version_wordings(version("order-notice")).choose(language).render(values)
    assert text.startswith(begins)
    assert segment_count(text).segment_count == segments


def test_the_app_hash_keeps_its_own_line(demo):
    account = Account.objects.get(slug=demo["account"])
    request = MessageRequest(
        to="0912345678", sender="53849", template="max-sign-in", parameters={"code": "529420"}
    )
    (accepted,) = messages_submit(account=account, requests=[request], origin="api")
    assert isinstance(accepted, Accepted)
    text = version_wordings(version("max-sign-in")).default.render({"code": "529420"})
    assert text.splitlines()[-1] == "+QyYAqib1U4"


def test_the_short_code_advertises_in_the_second_market_to_those_who_agreed(demo):
    campaign = second_market_build()
    snapshots.forget()
    report = preflight_run(campaign.pk)
    members = Contact.objects.filter(account=campaign.account).count()
    assert members == report["audience"] == report["released"] + report["exclusions"]["no_consent"]
    assert 0 < report["released"] < members


def test_every_page_about_people_shows_something(demo):
    second_market_build()
    people_build()
    home = Account.objects.get(slug=demo["account"])
    states = ConsentState.objects.filter(account=home).values_list("state", flat=True)
    assert set(states) == {"granted", "revoked", "requested"}
    causes = Suppression.objects.filter(account=home, lifted_at=None).values_list(
        "cause", flat=True
    )
    assert set(causes) == {"refusal", "hold", "complaint", "bounce", "manual"}
    assert RefusalReview.objects.get().account == home
    assert set(PersonRequest.objects.values_list("kind", flat=True)) == {"copy", "erasure"}


def test_the_inbox_has_somebody_in_every_box(demo):
    people_build()
    talks_build()
    rows = Conversation.objects.filter(account__slug=demo["account"])
    someone = User.objects.get(username="marketer")
    assert all(box_counts(rows, BOXES, someone.pk).values())
    assert ConversationWait.objects.filter(end="answered", answered_by=someone).count() == 2
    assert Message.objects.filter(origin="console", msisdn="84900000111").exists()


def test_who_mistyped_the_short_code_waits_for_an_operator(demo):
    people_build()
    talks_build()
    waiting = UnroutedReply.objects.filter(state="waiting", reason="unknown_address")
    assert waiting.count() == 2
    assert not Conversation.objects.filter(msisdn="84900000115").exists()


def test_webhook_of_the_demo_shows_every_outcome_and_posts_nothing(demo, monkeypatch):
    monkeypatch.setattr(client, "post", None)
    webhook_open()
    people_build()
    talks_build()
    webhook_deliver()
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.account.slug, endpoint.is_enabled) == (demo["account"], False)
    rows = WebhookDelivery.objects.filter(endpoint=endpoint)
    outcomes = Counter(rows.values_list("status", "attempts"))
    delivered = outcomes.pop(("delivered", 1))
    assert outcomes == {("failed", 10): 1, ("pending", 2): 1, ("delivered", 3): 1}
    assert delivered > 5
    assert deliveries_schedule() == {"planned": 0, "due": 0}


def test_every_page_about_rules_shows_something(demo):
    second_market_build()
    rules_build()
    assert (
        RulePackVersion.objects.get(country="VN", status="submitted").author.username == "officer"
    )
    assert RuleException.objects.get().status == RuleException.Status.CONFIRMED
    assert AccountRule.objects.get().effective_from is not None
    assert Register.objects.get(country="VN").in_force.numbers == 8
    trial = PolicyTrial.objects.get()
    assert (trial.status, trial.judged) == (PolicyTrial.Status.DONE, 8)


def test_the_shop_told_of_orders_and_every_outcome_is_shown(demo):
    shop = triggers_build()
    events = TriggerEvent.objects.all()
    assert TriggerSource.objects.get().account.slug == demo["account"]
    assert shop["address"] == TriggerSource.objects.get().address
    outcomes = Counter(events.values_list("result", "reason"))
    assert outcomes == {
        ("sent", ""): 3,
        ("unmatched", "condition_not_met"): 1,
        ("unmatched", "no_mapping"): 1,
        ("failed", "fixed_line"): 1,
        ("unreadable", "not_json"): 1,
    }
    assert events.get(repeats=1).name == "order.paid"
    assert TriggerSource.objects.get().refused_code == "signature_wrong"
