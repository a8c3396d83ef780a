"""Values that their slot does not take: counted before, excluded at release, told in words."""

import csv
from io import StringIO

import pytest

from campaigns.models import AudienceEntry, Contact
from campaigns.selectors.checks import check_of
from campaigns.selectors.labels import detail_label
from campaigns.selectors.results import ResultFilter
from campaigns.services.preflight import preflight_run
from campaigns.services.results import campaign_results_export
from config.common.errors import InvalidError
from messaging.models import Message
from messaging.selectors.snapshot import snapshots
from tests.campaigns.launching import VALUES, contacts_of, make_market, release_all
from tests.factories import make_template_version

pytestmark = pytest.mark.django_db
SLOTS = [
    {"name": "name", "type": "name", "max_length": 30},
    {"name": "order_code", "type": "code", "fallback": "SAU"},
]


@pytest.fixture
def market():
    made = make_market()
    version = make_template_version(
        made.account,
        body="Chào {name}, mã {order_code}",
        slots=SLOTS,
        variants=[{"language": "en", "body": "Hello {name}: {order_code}", "rewriting": "none"}],
    )
    snapshots.forget()
    return type(made)(made.account, version, made.sender)


def test_refused_values_are_counted_and_told(market):
    contact_list = market.audience(4)
    people = contacts_of(contact_list)
    Contact.objects.filter(pk=people[0].pk).update(name="bit.ly/x")
    Contact.objects.filter(pk=people[1].pk).update(attributes={"order_code": "12 34"})
    Contact.objects.filter(pk=people[2].pk).update(name="x" * 31)
    campaign = market.launched(contact_list)
    report = preflight_run(campaign.pk)
    release_all(campaign)
    assert report["exclusions"] == {"value_refused": 3}
    assert report["refused_values"] == {
        "name:url": 1,
        "order_code:charset": 1,
        "name:too_long": 1,
    }
    (bar,) = [bar for bar in check_of(report).bars if bar.is_loss]
    assert "“name” reads as a link: 1" in bar.note
    refused = AudienceEntry.objects.filter(campaign_id=campaign.pk, outcome="excluded")
    assert set(refused.values_list("reason", "detail")) == {
        ("value_refused", detail) for detail in report["refused_values"]
    }
    lines = "".join(campaign_results_export(campaign=campaign, wanted=ResultFilter(), actor=None))
    reasons = [
        row["reason"]
        for row in csv.DictReader(StringIO(lines.lstrip("\ufeff")), delimiter=_delimiter(lines))
    ]
    assert any("“name” is longer than its slot allows" in reason for reason in reasons)


def _delimiter(lines: str) -> str:
    return ";" if ";" in lines.splitlines()[0] else ","


def test_contacts_get_their_language_and_the_fallback(market):
    contact_list = market.audience(2)
    first, second = contacts_of(contact_list)
    Contact.objects.filter(pk=first.pk).update(language="en", name="Lan", attributes={})
    Contact.objects.filter(pk=second.pk).update(name="Mai", attributes={"order_code": "  "})
    campaign = market.launched(contact_list)
    release_all(campaign)
    texts = set(Message.objects.filter(campaign_id=campaign.pk).values_list("text", flat=True))
    assert texts == {"Hello Lan: SAU", "Chào Mai, mã SAU"}


def test_a_slot_with_a_fallback_needs_no_column(market):
    values = {"name": VALUES["name"]}
    campaign = market.launched(market.audience(1), values=values)
    release_all(campaign)
    assert Message.objects.get(campaign_id=campaign.pk).text.endswith("mã SAU")
    with pytest.raises(InvalidError) as caught:
        market.launched(1, values={"order_code": VALUES["order_code"]})
    assert (caught.value.code, caught.value.field) == ("slot_missing", "values.name")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({"fixed": "12 34"}, "slot_charset"),
        ({"fixed": "a\nb"}, "slot_newline"),
        ({"attribute": "order_code", "fallback": "bit.ly/x"}, "slot_charset"),
    ],
)
def test_a_text_for_everybody_has_to_fit_before_anything_is_sent(market, source, code):
    with pytest.raises(InvalidError) as caught:
        market.launched(1, values=VALUES | {"order_code": source})
    assert (caught.value.code, caught.value.field) == (code, "values.order_code")


def test_details_are_sentences():
    assert detail_label("value_refused", "name:url") == "“name” reads as a link"
    assert detail_label("value_not_allowed", "name:not_sendable") == (
        "“name” has a character that cannot be sent"
    )
    assert detail_label("missing_value", "name") == "name"
    assert detail_label("value_not_allowed", "") == ""
