from datetime import timedelta

import pytest

from campaigns.models import Campaign
from campaigns.services.campaigns import campaign_delete, campaign_duplicate, campaign_update
from compliance.models import AuditEntry
from config.common import clock
from config.common.errors import ConflictError, DomainError
from messaging.models import TemplateVersion
from messaging.selectors.snapshot import snapshots
from tests.campaigns.launching import VALUES, Market, make_market
from tests.factories import make_list, make_sender, make_template_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    return make_market()


def refused(market: Market, **overrides) -> DomainError:
    with pytest.raises(DomainError) as caught:
        market.campaign(**overrides)
    return caught.value


def test_a_draft_keeps_what_it_was_given(market):
    campaign = market.campaign(messages_per_second=20)
    assert (campaign.status, campaign.values, campaign.messages_per_second) == ("draft", VALUES, 20)
    assert AuditEntry.objects.get(subject=f"campaign:{campaign.pk}").action == "campaign.created"


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": {"attribute": "name"}}, "slot_missing", "values.order_code"),
        (VALUES | {"order_code": {"fixed": "  "}}, "slot_missing", "values.order_code"),
        (VALUES | {"order_code": {"attribute": ""}}, "slot_missing", "values.order_code"),
        (VALUES | {"town": {"fixed": "Huế"}}, "slot_unknown", "values.town"),
        (VALUES | {"name": "Lan"}, "slot_malformed", "values.name"),
        (VALUES | {"name": {"attribute": 7}}, "slot_malformed", "values.name"),
        (VALUES | {"name": {"fixed": "x", "attribute": "y"}}, "slot_malformed", "values.name"),
        (VALUES | {"name": {"fixed": "x" * 301}}, "slot_too_long", "values.name"),
        (VALUES | {"name": {"fixed": "a\x00b"}}, "slot_unprintable", "values.name"),
    ],
)
def test_a_slot_that_is_not_filled_is_named(market, values, code, field):
    error = refused(market, values=values)
    assert (error.code, error.field) == (code, field)


def test_texts_for_slots_are_kept_composed(market):
    decomposed = "Quy\u0301 kha\u0301ch"
    campaign = market.campaign(values=VALUES | {"name": {"fixed": decomposed}})
    assert campaign.values["name"] == {"fixed": "Quý khách"}


def test_the_sender_must_be_allowed_for_the_class_of_the_text(market):
    sender = make_sender(market.account, allowed_classes=["otp"])
    error = refused(market, sender=sender)
    assert (error.code, error.field) == ("class_not_allowed_for_sender", "sender")


def test_the_sender_must_be_in_lease(market):
    yesterday = clock.now().date() - timedelta(days=1)
    error = refused(market, sender=make_sender(market.account, lease_end=yesterday))
    assert (error.code, error.field) == ("sender_out_of_lease", "sender")


def test_things_of_another_account_are_refused(market):
    other = make_market()
    found = [
        refused(market, sender=other.sender),
        refused(market, template_version=other.version),
        refused(market, contact_list=make_list(other.account)),
    ]
    assert [error.field for error in found] == ["sender", "template_version", "contact_list"]


def test_a_version_that_is_not_approved_is_refused(market):
    draft = make_template_version(market.account, status="draft")
    assert refused(market, template_version=draft, values={}).code == "template_not_approved"


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"name": "  "}, "bad_name"),
        ({"name": "x" * 121}, "bad_name"),
        ({"messages_per_second": 0}, "speed_too_low"),
    ],
)
def test_plain_fields_are_checked(market, overrides, code):
    assert refused(market, **overrides).code == code


def test_times_must_lie_ahead_and_in_order(market):
    now = clock.now()
    hour = timedelta(hours=1)
    assert refused(market, starts_at=now - hour).code == "start_past"
    assert refused(market, ends_at=now - hour).code == "end_before_start"
    error = refused(market, starts_at=now + 2 * hour, ends_at=now + hour)
    assert (error.code, error.field) == ("end_before_start", "ends_at")


def test_a_draft_may_be_changed_and_a_launched_campaign_may_not(market):
    campaign = market.campaign()
    assert campaign_update(campaign=campaign, actor=None, name="Other").name == "Other"
    Campaign.objects.filter(pk=campaign.pk).update(status="running")
    with pytest.raises(ConflictError):
        campaign_update(campaign=campaign, actor=None, name="Third")
    with pytest.raises(ConflictError):
        campaign_delete(campaign=campaign, actor=None)


def test_a_draft_may_be_deleted(market):
    campaign = market.campaign()
    campaign_delete(campaign=campaign, actor=None)
    assert not Campaign.objects.filter(pk=campaign.pk).exists()


def test_a_copy_uses_the_wording_approved_now(market):
    campaign = market.campaign(name="Order notices")
    TemplateVersion.objects.filter(pk=market.version.pk).update(status="retired")
    newer = make_template_version(template=market.version.template, body="Dear {name}, it is here.")
    snapshots.forget()
    copy = campaign_duplicate(campaign=campaign, actor=None)
    assert (copy.name, copy.template_version, copy.status) == (
        "Order notices (copy)",
        newer,
        "draft",
    )
    assert copy.values == {"name": {"attribute": "name"}}
