"""What a marketer sees and does on the pages of campaigns."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from campaigns.models import Campaign, Contact
from campaigns.services import preflight as preflight_module
from campaigns.services.campaigns import campaign_pause
from campaigns.services.preflight import preflight_run
from compliance.constants import Role
from compliance.models import AuditEntry
from compliance.services.access import role_grant
from config.common import clock
from messaging.constants import MessageStatus
from messaging.models import Dispatch, Message, TemplateVersion
from messaging.selectors.snapshot import snapshots
from messaging.services.outcomes import Outcome, outcomes_apply
from routing.models import Route
from tests.campaigns.launching import Market, contacts_of, make_market, opt_out, release_all
from tests.factories import make_rate, make_sender, make_template_version
from tests.world import World

PAGES = ("change", "edit", "history", "delete", "progress", "results", "export", "launch", "cancel")
ACTS = ("preflight", "launch", "unschedule", "pause", "resume", "cancel", "duplicate")


@pytest.fixture
def market(world: World) -> Market:
    return make_market(world.account)


@pytest.fixture
def alice(world: World, browse: Any) -> Any:
    return browse(world.alice)


def address(kind: str, *args: Any) -> str:
    return reverse(f"admin:campaigns_campaign_{kind}", args=args)


def form(market: Market, **overrides: Any) -> dict[str, Any]:
    return {
        "account": market.account.pk,
        "name": "Order notices",
        "contact_list": market.audience(2).pk,
        "template_version": market.version.pk,
        "sender": market.sender.pk,
        "priority": "1",
        "starts_at_0": "",
        "starts_at_1": "",
        "ends_at_0": "",
        "ends_at_1": "",
        "messages_per_second": "",
        "slot_name": "name",
        "text_name": "bạn",
        "slot_order_code": "order_code",
        "text_order_code": "",
    } | overrides


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


def settle(campaign: Campaign, *statuses: tuple[str, str]) -> None:
    """Gives the first messages of a campaign these outcomes (state, reason)."""
    ids = list(Dispatch.objects.filter(campaign_id=campaign.pk).values_list("id", flat=True))
    with connection.cursor() as cursor:
        for message_id, (status, reason) in zip(sorted(ids), statuses, strict=False):
            now = clock.now()
            outcomes_apply(cursor, [Outcome(message_id, "sent", now, segments_sent=1)])
            outcomes_apply(cursor, [Outcome(message_id, status, now, reason)])
            Dispatch.objects.filter(id=message_id).delete()


def test_a_campaign_is_written_in_the_form(market, alice):
    snapshots.forget()
    answer = alice.post(address("add"), form(market))
    campaign = Campaign.objects.get()
    assert answer.url == address("change", campaign.pk)
    assert campaign.created_by.username == "alice"
    assert campaign.values == {
        "name": {"attribute": "name", "fallback": "bạn"},
        "order_code": {"attribute": "order_code"},
    }


def test_the_form_offers_columns_and_guesses_them(market, alice):
    query = {"template_version": market.version.pk, "contact_list": market.audience(1).pk}
    answer = alice.get(address("parts"), query).json()
    assert '<option value="order_code" selected>order_code (DH00000)</option>' in answer["html"]
    assert market.version.body in answer["html"]


def letters_and_languages(market: Market) -> TemplateVersion:
    """A text without marks, in two languages, whose name has words of the template's own."""
    return make_template_version(
        market.account,
        body="Chào {name}, đơn {order_code} đã đi.",
        message_class="care",
        rewriting="unmarked",
        variants=[{"language": "en", "body": "Hello {name}: {order_code}.", "rewriting": "none"}],
        slots=[
            {"name": "name", "type": "name", "max_length": 20, "fallback": "bạn"},
            {"name": "order_code", "max_length": 500},
        ],
    )


def test_the_form_shows_the_text_as_it_is_sent_in_each_language(market, alice):
    version = letters_and_languages(market)
    answer = alice.get(address("parts"), {"template_version": version.pk}).json()
    assert "Chao {name}, don {order_code} da di." in answer["html"]
    assert "Hello {name}: {order_code}." in answer["html"]


def test_a_slot_may_be_left_to_the_words_of_the_template(market, alice):
    version = letters_and_languages(market)
    answer = alice.get(address("parts"), {"template_version": version.pk}).json()
    assert "“bạn”" in answer["html"]
    snapshots.forget()
    chosen = form(market, template_version=version.pk, slot_name="=own", text_name="")
    alice.post(address("add"), chosen)
    assert Campaign.objects.get().values == {"order_code": {"attribute": "order_code"}}


def test_the_form_offers_only_senders_of_the_texts_class(market, alice):
    make_sender(market.account, address="OTPONLY", allowed_classes=["otp"])
    answer = alice.get(address("parts"), {"template_version": market.version.pk}).json()
    assert [pk for pk, _label in answer["senders"]] == [market.sender.pk]


def test_a_stranger_learns_nothing_from_the_forms_parts(market, world, browse):
    query = {"template_version": market.version.pk, "contact_list": market.audience(1).pk}
    answer = browse(world.charlie).get(address("parts"), query).json()
    assert answer["senders"] == []
    assert "order_code" not in answer["html"]


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"slot_order_code": ""}, "slot_order_code"),
        ({"slot_order_code": "=fixed"}, "text_order_code"),
        ({"sender": ""}, "sender"),
        ({"ends_at_0": "2020-01-01", "ends_at_1": "10:00"}, "ends_at"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(market, alice, overrides, field):
    snapshots.forget()
    found = errors(alice.post(address("add"), form(market, **overrides)))
    assert list(found) == [field]
    assert not Campaign.objects.exists()


def test_a_template_that_is_not_approved_is_not_offered(market, alice):
    draft = make_template_version(market.account, status="submitted")
    found = errors(alice.post(address("add"), form(market, template_version=draft.pk)))
    assert "template_version" in found


def test_a_draft_is_changed_and_a_launched_campaign_is_not(market, alice):
    campaign = market.campaign(2)
    answer = alice.post(address("edit", campaign.pk), form(market, name="Renamed"))
    assert answer.status_code == 302
    campaign.refresh_from_db()
    assert campaign.name == "Renamed"
    Campaign.objects.filter(pk=campaign.pk).update(status="running")
    alice.post(address("edit", campaign.pk), form(market, name="Again"))
    campaign.refresh_from_db()
    assert campaign.name == "Renamed"


def test_an_account_without_anything_is_told_what_is_missing(world, alice):
    page = alice.get(address("add")).content.decode()
    assert "There is no list yet" in page
    assert "There is no approved text yet" in page


def test_the_page_of_a_draft_leads_to_the_pre_flight_and_then_to_the_launch(market, alice):
    contact_list = market.audience(3)
    opt_out(contacts_of(contact_list)[0])
    campaign = market.campaign(contact_list)
    assert "Run the pre-flight" in alice.get(address("change", campaign.pk)).content.decode()
    alice.post(address("preflight", campaign.pk))
    page = alice.get(address("change", campaign.pk)).content.decode()
    assert address("launch", campaign.pk) in page
    assert "The recipient opted out" in page
    assert "600 VND" in page
    assert "Hello Nguyễn Văn 1" in page


def test_the_margin_is_for_those_who_see_costs_and_never_for_the_account(market, world, browse):
    campaign = market.campaign(3)
    cost = {"carrier": Route.objects.get().carrier, "amount_micros": 200_000_000}
    make_rate(**cost)
    snapshots.forget()
    preflight_run(campaign.pk)
    page = address("change", campaign.pk)
    for name in ("alice", "bob"):
        text = browse(getattr(world, name)).get(page).content.decode()
        assert "900 VND" in text
        assert "600 VND" not in text
        assert "Margin" not in text
    role_grant(user=world.olga, role=Role.MARKETER, account=world.account, actor=None)
    text = browse(world.olga).get(page).content.decode()
    assert "600 VND" in text
    assert "Margin" in text


def test_the_launch_shows_the_numbers_and_starts(market, alice):
    campaign = market.campaign(3)
    preflight_run(campaign.pk)
    assert "900 VND" in alice.get(address("launch", campaign.pk)).content.decode()
    assert alice.post(address("launch", campaign.pk)).url == address("change", campaign.pk)
    campaign.refresh_from_db()
    assert (campaign.status, campaign.launched_by.username) == ("running", "alice")


def test_a_stale_pre_flight_leads_back(market, alice):
    campaign = market.campaign(3)
    preflight_run(campaign.pk)
    campaign.contact_list.memberships.first().delete()
    assert alice.get(address("launch", campaign.pk)).url == address("change", campaign.pk)
    page = alice.get(address("change", campaign.pk)).content.decode()
    assert "Something has changed" in page
    assert address("launch", campaign.pk) not in page


def test_a_long_check_is_followed(market, alice, monkeypatch):
    monkeypatch.setattr(preflight_module, "SYNCHRONOUS_LIMIT", 1)
    campaign = market.campaign(3)
    alice.post(address("preflight", campaign.pk))
    assert 'id="campaign-check"' in alice.get(address("change", campaign.pk)).content.decode()
    body = alice.get(address("progress", campaign.pk)).json()
    assert (body["state"], body["done"], body["total"], body["is_over"]) == ("running", 0, 3, False)


def test_a_campaign_is_paused_resumed_and_canceled(market, alice):
    campaign = market.launched(2)
    statuses = []
    for act in ("pause", "resume", "cancel"):
        alice.post(address(act, campaign.pk))
        campaign.refresh_from_db()
        statuses.append(campaign.status)
    assert statuses == ["paused", "running", "canceled"]
    assert AuditEntry.objects.filter(actor__username="alice").count() == 3


def test_a_scheduled_campaign_goes_back_to_draft(market, alice):
    campaign = market.launched(2, starts_at=clock.now() + timedelta(hours=2))
    alice.post(address("unschedule", campaign.pk))
    campaign.refresh_from_db()
    assert campaign.status == "draft"


def test_a_copy_opens_as_a_draft(market, alice):
    campaign = market.launched(2)
    answer = alice.post(address("duplicate", campaign.pk))
    copy = Campaign.objects.exclude(pk=campaign.pk).get()
    assert (answer.url, copy.status) == (address("change", copy.pk), "draft")


def test_a_refusal_is_said_on_the_page(market, alice):
    campaign = market.campaign(2)
    answer = alice.post(address("pause", campaign.pk), follow=True)
    assert "The campaign is “Draft” now" in answer.content.decode()


@pytest.mark.parametrize("act", ["preflight", "unschedule", "pause", "resume", "duplicate"])
def test_nothing_is_done_by_following_a_link(market, alice, act):
    campaign = market.launched(1)
    assert alice.get(address(act, campaign.pk)).status_code == 405


def test_the_withdrawal_of_the_text_is_shown(market, alice):
    campaign = market.launched(2)
    campaign_pause(campaign=campaign, actor=None)
    TemplateVersion.objects.filter(pk=market.version.pk).update(status="withdrawn")
    snapshots.forget()
    assert "is not approved" in alice.get(address("change", campaign.pk)).content.decode()
    assert (
        "is not approved"
        in alice.post(address("resume", campaign.pk), follow=True).content.decode()
    )


def test_progress_adds_up_to_the_audience(market, alice):
    contact_list = market.audience(6)
    opt_out(contacts_of(contact_list)[0])
    campaign = market.launched(contact_list)
    release_all(campaign)
    settle(campaign, ("delivered", ""), ("undelivered", "undeliverable"), ("unknown", "no_receipt"))
    body = alice.get(address("progress", campaign.pk)).json()
    figures = body["figures"]
    parts = ("excluded", "unreleased", "waiting", "queued", "awaiting", "delivered", "undelivered")
    ends = ("failed", "blocked", "expired", "canceled", "unknown")
    assert sum(figures[part] for part in (*parts, *ends)) == figures["audience"] == 6
    assert (figures["sent"], figures["queued"], body["percent"]) == (3, 2, 66)
    assert (figures["cost"], body["left"], body["is_over"]) == ("1,500 VND", 2, False)
    assert "Not deliverable" in body["why"]


def test_the_list_costs_the_same_however_many_campaigns_it_shows(
    market, alice, django_assert_max_num_queries
):
    release_all(market.launched(2))
    alice.get(address("changelist"))
    with django_assert_max_num_queries(16) as few:
        page = alice.get(address("changelist")).content.decode()
    assert "0 of 2" in page
    for _ in range(4):
        release_all(market.launched(2))
    with django_assert_max_num_queries(len(few)):
        alice.get(address("changelist"))


def results(client: Any, campaign: Campaign, **query: Any) -> list[tuple[str, str]]:
    answer = client.get(address("results", campaign.pk), query)
    assert answer.status_code == 200
    return [(row.msisdn, row.status) for row, _shown in answer.context["rows"]]


def test_results_are_found_by_state_reason_and_number(market, alice):
    contact_list = market.audience(4)
    people = contacts_of(contact_list)
    opt_out(people[0])
    campaign = market.launched(contact_list)
    release_all(campaign)
    settle(campaign, ("delivered", ""), ("undelivered", "undeliverable"))
    numbers = [one.msisdn for one in people]
    assert results(alice, campaign) == list(
        zip(numbers, ["excluded", "delivered", "undelivered", "queued"], strict=True)
    )
    assert results(alice, campaign, status="undelivered") == [(numbers[2], "undelivered")]
    assert results(alice, campaign, status="undelivered", reason="no_answer") == []
    assert results(alice, campaign, status="excluded", reason="suppressed")[0][0] == numbers[0]
    local = f"0{numbers[3].removeprefix('84')}"
    assert results(alice, campaign, number=local) == [(numbers[3], "queued")]
    assert results(alice, campaign, number="hello") == []


def test_results_are_paged_by_key(market, alice):
    campaign = market.launched(120)
    release_all(campaign)
    for status in ("", "queued"):
        seen, query = [], {"status": status}
        for _ in range(3):
            answer = alice.get(address("results", campaign.pk), query)
            seen += [row.msisdn for row, _shown in answer.context["rows"]]
            query["after"] = answer.context["page"].next_key
        assert len(seen) == len(set(seen)) == 120
        assert query["after"] == ""


@pytest.mark.parametrize("after", ["x", "9" * 40, "-1", "00000000-0000-0000-0000-000000000000"])
def test_a_key_of_nowhere_does_no_harm(market, alice, after):
    campaign = market.launched(1)
    release_all(campaign)
    for status in ("", "queued", "nonsense"):
        query = {"after": after, "status": status}
        assert alice.get(address("results", campaign.pk), query).status_code == 200


def exported(client: Any, campaign: Campaign, **query: Any) -> list[dict[str, str]]:
    answer = client.get(address("export", campaign.pk), query)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_export_has_a_row_for_everybody(market, alice, world):
    contact_list = market.audience(3)
    people = contacts_of(contact_list)
    Contact.objects.filter(pk=people[1].pk).update(name="=HYPERLINK(1)")
    Contact.objects.filter(pk=people[2].pk).update(attributes={})
    campaign = market.launched(contact_list)
    release_all(campaign)
    settle(campaign, ("delivered", ""))
    rows = exported(alice, campaign)
    assert [row["status"] for row in rows] == ["Delivered", "Queued", "Excluded"]
    assert rows[0]["number"].lstrip("'") == f"+{people[0].msisdn}"
    assert (rows[0]["segments"], rows[0]["price (VND)"]) == ("1", "300")
    assert rows[0]["sent"].endswith("+07:00")
    assert rows[0]["delivered"]
    assert rows[0]["reason"] == "The network says so"
    assert rows[1]["name"] == "'=HYPERLINK(1)"
    assert rows[2]["reason"] == "A value for the text is missing: order_code"
    assert AuditEntry.objects.filter(action="campaign.results_exported").count() == 1


def test_the_export_follows_the_filter(market, alice):
    campaign = market.launched(3)
    release_all(campaign)
    settle(campaign, ("undelivered", "undeliverable"))
    rows = exported(alice, campaign, status="undelivered")
    assert [row["reason"] for row in rows] == ["Not deliverable"]


def test_times_are_in_the_accounts_zone(market, alice):
    moment = clock.now().replace(hour=20, minute=30) + timedelta(days=1)
    campaign = market.launched(1, starts_at=moment)
    page = alice.get(address("change", campaign.pk)).content.decode()
    assert "3:30 a.m." in page


@pytest.mark.parametrize("kind", PAGES)
def test_a_stranger_finds_no_page(market, world, browse, kind):
    campaign = market.launched(1)
    argument = str(campaign.pk) if kind in ("change", "history", "delete") else campaign.pk
    assert browse(world.charlie).get(address(kind, argument)).status_code in (302, 403, 404)
    answer = browse(world.charlie).get(address(kind, argument), follow=True)
    assert campaign.name not in answer.content.decode()


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("person", ["charlie", "bob", "ines", "olga"])
def test_only_a_marketer_of_the_account_acts(market, world, browse, act, person):
    campaign = market.launched(1)
    answer = browse(getattr(world, person)).post(address(act, campaign.pk))
    assert answer.status_code in (403, 404)
    campaign.refresh_from_db()
    assert (campaign.status, Campaign.objects.count()) == ("running", 1)


def test_an_officer_sees_a_campaign_and_can_do_nothing(market, world, browse):
    campaign = market.launched(1)
    page = browse(world.bob).get(address("change", campaign.pk)).content.decode()
    assert campaign.name in page
    assert not any(address(act, campaign.pk) in page for act in ACTS)


def test_a_deleted_draft_is_gone_and_a_launched_campaign_stays(market, alice):
    draft, running = market.campaign(1), market.launched(1)
    alice.post(address("delete", draft.pk), {"post": "yes"})
    alice.post(address("delete", running.pk), {"post": "yes"})
    assert list(Campaign.objects.all()) == [running]


def test_every_state_of_a_message_has_a_filter(market, alice):
    campaign = market.launched(1)
    release_all(campaign)
    for status in MessageStatus.values:
        assert alice.get(address("results", campaign.pk), {"status": status}).status_code == 200
    assert Message.objects.filter(campaign_id=campaign.pk).count() == 1
