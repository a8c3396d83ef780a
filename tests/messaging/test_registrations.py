"""Templates registered with networks: recorded, shared by equal texts, and asked for at sending."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from compliance.models import AuditEntry
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock, versions
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from messaging.constants import VersionStatus
from messaging.models import Message, TemplateRegistration
from messaging.pump.deciding import claims_sort
from messaging.selectors.registration_standing import standings_of
from messaging.selectors.registrations import registered_form, template_registrations
from messaging.selectors.snapshot import snapshots
from messaging.selectors.trace import RuleTrace, message_trace
from messaging.services.routing import waiting_route
from messaging.services.templates.registrations import (
    registration_change,
    registrations_record,
)
from routing.models import NetworkTextRule
from tests.factories import make_network, make_sender, make_template, make_template_version
from tests.messaging.hot import make_line, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def network(db):
    return make_network("viettel")


@pytest.fixture
def version(world):
    return make_template_version(world.account, body="Sale today, {name}", status="approved")


def record(version, *networks, **values):
    fields = {"state": "registered", "actor": None} | values
    return registrations_record(version=version, networks=list(networks), **fields)


def change(row, actor, **values):
    fields = {"state": row.state, "reference": row.reference, "expires_on": row.expires_on}
    return registration_change(registration=row, actor=actor, **(fields | values))


def test_one_version_is_recorded_with_several_networks_at_once(world, version, network):
    made = record(version, network, make_network("other"), reference=" R-1 ", actor=world.olga)
    assert [row.reference for row in made] == ["R-1", "R-1"]
    assert {row.network_id for row in version.registrations.all()} == {
        row.network_id for row in made
    }


@pytest.mark.parametrize("who", ["olga", "bob"])
def test_operators_and_officers_of_the_account_record(world, version, network, who):
    (row,) = record(version, network, actor=getattr(world, who), reason="letter of 3 May")
    (written,) = row.history.all()
    assert written.history_user == getattr(world, who)
    assert written.history_change_reason == "registered: letter of 3 May"
    entry = AuditEntry.objects.get(subject=f"template_registration:{row.pk}")
    assert (entry.action, entry.account_id) == ("template_registration.recorded", world.account.pk)
    assert entry.detail["reason"] == "letter of 3 May"


@pytest.mark.parametrize("who", ["alice", "ines", "charlie", "ada"])
def test_nobody_else_records_or_changes(world, version, network, who):
    with pytest.raises(NotAllowedError):
        record(version, network, actor=getattr(world, who))
    (row,) = record(version, network)
    with pytest.raises(NotAllowedError):
        change(row, getattr(world, who), reference="R-2")


@pytest.mark.parametrize("status", ["draft", "rejected", "withdrawn"])
def test_what_may_not_be_sent_is_not_registered(world, network, status):
    version = make_template_version(world.account, status=status)
    with pytest.raises(InvalidError) as caught:
        record(version, network)
    assert caught.value.code == "version_not_final"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"state": "sure"}, "state"),
        ({"state": "rejected"}, "reason"),
        ({"state": "expired"}, "reason"),
        ({"expires_on": date(2020, 1, 1)}, "expires_on"),
        ({"reference": "x" * 61}, "reference"),
    ],
)
def test_what_is_missing_or_wrong_is_named(world, version, network, values, field):
    with pytest.raises(InvalidError) as caught:
        record(version, network, **values)
    assert caught.value.field == field
    assert not TemplateRegistration.objects.exists()


def test_at_least_one_network_is_needed(version):
    with pytest.raises(InvalidError) as caught:
        record(version)
    assert caught.value.field == "networks"


def test_a_network_has_one_registration_of_a_version(version, network):
    record(version, network)
    with pytest.raises(ConflictError, match="Viettel"):
        record(version, network)
    with pytest.raises(IntegrityError):
        TemplateRegistration.objects.create(version=version, network=network)


def test_a_change_says_who_and_why(world, version, network):
    (row,) = record(version, network, reference="R-1")
    change(row, world.olga, state="rejected", reason="the price is missing")
    row.refresh_from_db()
    newest = row.history.first()
    assert (row.state, newest.history_user) == ("rejected", world.olga)
    assert newest.history_change_reason == "rejected: the price is missing"


def test_what_stops_messages_needs_a_reason(world, version, network):
    (row,) = record(version, network)
    with pytest.raises(InvalidError) as caught:
        change(row, world.olga, state="pending")
    assert caught.value.field == "reason"


def test_saving_without_a_change_writes_no_history(world, version, network):
    (row,) = record(version, network)
    change(row, world.olga)
    assert row.history.count() == 1


def test_a_past_last_day_may_stay_while_something_else_changes(world, version, network):
    (row,) = record(version, network)
    TemplateRegistration.objects.update(expires_on=date(2020, 1, 1))
    row.refresh_from_db()
    assert change(row, world.olga, reference="R-9").reference == "R-9"


def test_a_registration_raises_the_configuration_version(version, network):
    before = versions.current()
    record(version, network)
    assert versions.current() > before


# Which versions share a registration


def later(version, body=None, **fields):
    """The next version of the same template, retired so that one is approved at a time."""
    return make_template_version(
        template=version.template,
        body=version.body if body is None else body,
        status=VersionStatus.RETIRED,
        **fields,
    )


def held(network):
    return {pk for pk, network_id in template_registrations() if network_id == network.pk}


def test_going_back_to_a_registered_text_needs_no_new_registration(version, network):
    other = later(version, body="Something else")
    again = later(version)
    record(version, network)
    assert held(network) == {version.pk, again.pk}
    assert other.pk not in held(network)


def test_a_row_of_a_draft_stops_nobody(world, version, network):
    """Such rows come by no service, but a snapshot is everybody's."""
    record(version, network)
    draft = make_template_version(world.account, status="draft")
    TemplateRegistration.objects.create(version=draft, network=network, state="registered")
    assert held(network) == {version.pk}


def test_the_same_words_of_another_template_are_not_registered(world, version, network):
    foreign = make_template_version(world.account, body=version.body)
    record(version, network)
    assert foreign.pk not in held(network)


def test_what_counts_is_the_text_as_it_is_sent(world, network):
    plain = make_template_version(world.account, body="Giam gia {name}")
    marked = later(plain, body="Giảm giá {name}")
    marked.rewriting = "unmarked"
    assert registered_form(marked) == registered_form(plain)
    marked.rewriting = "none"
    assert registered_form(marked) != registered_form(plain)


@pytest.mark.parametrize(
    "fields",
    [
        {"message_format": "origin_bound"},
        {"variants": [{"language": "en", "body": "Sale", "rewriting": "none"}]},
        {"slots": [{"name": "name", "max_length": 31, "example": "Mai"}]},
    ],
)
def test_other_slots_languages_or_format_are_another_text(version, fields):
    version.slots = [{"name": "name", "max_length": 30, "example": "Mai"}]
    before = registered_form(version)
    for name, value in fields.items():
        setattr(version, name, value)
    assert registered_form(version) != before


def test_another_example_is_the_same_text(version):
    version.slots = [{"name": "name", "max_length": 30, "example": "Mai"}]
    before = registered_form(version)
    version.slots = [{"name": "name", "max_length": 30, "example": "Lan"}]
    assert registered_form(version) == before


def test_of_equal_texts_the_newest_answer_holds(version, network):
    again = later(version)
    record(version, network)
    record(again, network, state="rejected", reason="no longer")
    assert held(network) == set()


def test_an_open_request_takes_nothing_away(version, network):
    again = later(version)
    record(version, network)
    record(again, network, state="pending")
    assert held(network) == {version.pk, again.pk}


@pytest.mark.parametrize("given", ["pending", "rejected", "expired"])
def test_only_registered_is_registered(version, network, given):
    record(version, network, state=given, reason="so it is")
    assert held(network) == set()


# What sending makes of it


@pytest.fixture
def line(db):
    return make_line()


@pytest.fixture
def demand(line):
    return NetworkTextRule.objects.create(
        network=line.network, message_class="care", demands_template_registration=True
    )


def sent_with(line, version=None):
    message = line.waiting(template_version=version)
    snapshots.forget()
    waiting_route()
    return message


def approved(line):
    return make_template_version(line.account, advertiser=line.sender.advertiser)


def test_an_unregistered_template_is_blocked_with_the_network_named(line, demand):
    message = sent_with(line, approved(line))
    assert state(message) == "blocked template_unregistered"
    decision = Message.objects.get(pk=message.pk).decision
    assert decision["network"] == "Hot"
    assert decision["findings"][-1] == "network.hot.care.registration"


def test_the_trace_names_rule_and_network(line, demand):
    message = Message.objects.get(pk=sent_with(line, approved(line)).pk)
    trace = message_trace(message, for_operator=False, with_deliveries=False)
    assert trace.decision.rules[-1] == RuleTrace("network.hot.care.registration", "Hot")


def test_a_registered_one_is_sent(line, demand):
    version = approved(line)
    record(version, line.network)
    assert state(sent_with(line, version)) == "queued"


def test_free_text_cannot_be_registered(line, demand):
    assert state(sent_with(line)) == "blocked template_unregistered"


@pytest.mark.parametrize(
    "change_",
    [
        {"is_active": False},
        {"demands_template_registration": False},
        {"registered_senders": ["alphanumeric"]},
        {"message_class": "marketing"},
    ],
)
def test_nothing_is_asked_where_the_network_does_not_demand_it(line, demand, change_):
    NetworkTextRule.objects.filter(pk=demand.pk).update(**change_)
    assert state(sent_with(line, approved(line))) == "queued"


def test_a_number_of_an_unknown_network_is_not_held_up(line, demand):
    message = line.waiting(template_version=approved(line), network=None)
    snapshots.forget()
    waiting_route()
    assert state(message) == "queued"


LAST_DAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 30, 16, 59, tzinfo=UTC), "queued"),  # 23:59 in Vietnam
        (datetime(2026, 11, 30, 17, 1, tzinfo=UTC), "blocked template_unregistered"),
    ],
)
def test_the_last_day_ends_where_the_network_is(line, demand, now, expected):
    rule_packs_load_shipped(actor=None)  # Vietnam's pack knows its zone
    version = approved(line)
    with clock.freeze(now - timedelta(days=5)):
        record(version, line.network, expires_on=LAST_DAY)
    with clock.freeze(now):
        message = line.waiting(template_version=version, due_at=now - timedelta(seconds=1))
        snapshots.forget()
        waiting_route()
    snapshots.forget()
    assert state(message) == expected


def test_a_queued_message_is_decided_again_when_the_network_takes_it_back(world, line, demand):
    version = approved(line)
    (row,) = record(version, line.network)
    message = sent_with(line, version)
    change(row, world.olga, state="rejected", reason="they changed their mind")
    snapshots.forget()
    line.claimer.rewind()
    claims = line.claim()
    assert [claim.id for claim in claims] == [message.pk]
    with connection.cursor() as cursor:
        kept = claims_sort(
            cursor, claims, snapshots.current(), line.holder, line.carrier.pk, clock.now()
        )
    assert kept == []
    assert state(message) == "blocked template_unregistered"


# What a version's page says


@pytest.fixture
def brand(world, network):
    """An account that advertises in Vietnam by a brandname, where the network demands it."""
    make_sender(world.account, kind="alphanumeric", address="SAOMAI", registered=(network,))
    NetworkTextRule.objects.create(
        network=network, message_class="marketing", demands_template_registration=True
    )
    template = make_template(world.account, message_class="marketing")
    snapshots.forget()
    return make_template_version(template=template)


def standing(version):
    snapshots.forget()
    (found,) = standings_of(version)
    return found


def test_a_network_that_demands_what_is_missing_is_shown(brand):
    found = standing(brand)
    assert (found.network_name, found.registration) == ("Viettel", None)
    assert found.stops_messages


@pytest.mark.parametrize(("days", "is_soon"), [(0, True), (30, True), (31, False), (300, False)])
def test_what_ends_within_30_days_is_seen_ahead(brand, network, days, is_soon):
    with clock.freeze(clock.now().replace(hour=5)):
        record(brand, network, expires_on=clock.now().date() + timedelta(days=days))
        found = standing(brand)
    assert found.days_left == days
    assert found.expires_soon is is_soon
    assert not found.stops_messages


def test_a_registration_of_an_equal_version_is_shown_with_its_number(brand, network):
    again = later(brand)
    record(brand, network)
    assert (standing(again).from_number, standing(again).is_valid) == (brand.number, True)


def test_networks_of_countries_and_classes_it_does_not_go_to_are_left_out(world, brand):
    abroad = make_network("abroad", country="SG")
    for message_class, found in (("marketing", abroad), ("care", abroad)):
        NetworkTextRule.objects.create(
            network=found, message_class=message_class, demands_template_registration=True
        )
    assert standing(brand).network_name == "Viettel"


def test_nothing_is_shown_where_nobody_demands_anything(world):
    snapshots.forget()
    assert standings_of(make_template_version(world.account)) == []


def test_the_model_refuses_what_is_no_state(version, network):
    with pytest.raises(ValidationError):
        TemplateRegistration(version=version, network=network, state="sure").full_clean()
