"""From accepted to where it belongs: the queue, the waiting table, or its end."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from carriers.models import Carrier
from compliance.services.consent import consent_record
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock, versions
from messaging.models import Dispatch, Message, Waiting
from messaging.pump.deciding import claims_sort
from messaging.selectors.snapshot import snapshots
from messaging.services.decisions import Case
from messaging.services.routing import (
    EXPRESS_CHANNEL,
    backlog,
    cases_place,
    unrouted_route,
    waiting_route,
)
from routing.models import Route
from routing.services.policies import policy_activate, policy_draft
from tests.factories import make_account, make_sender, make_template_version
from tests.messaging.hot import Line, events, make_line, place, state, suppress

# Seven in the morning in Hanoi is midnight in UTC.
NIGHT = datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0)
OPENS = NIGHT + timedelta(hours=6)
ADVERTISEMENT = "[QC] Acme giam 30%. Tu choi, soan TC ACME gui 53849"


@pytest.fixture
def line(db) -> Line:
    return make_line()


def route_unrouted(limit: int = 10) -> int:
    snapshots.forget()
    return unrouted_route(limit=limit)


def route_waiting(**values: float) -> int:
    snapshots.forget()
    return waiting_route(**values)


def accepted(line: Line, message_class: str = "otp", **values) -> Message:
    """A single message, as its customer left it."""
    message = line.queued(message_class, carrier=None, **values)
    Message.objects.filter(pk=message.pk).update(status="accepted")
    return message


def test_single_message_is_routed_to_its_carrier(line):
    message = accepted(line)
    assert route_unrouted() == 1
    row = Dispatch.objects.get(id=message.pk)
    assert (row.carrier_id, row.lane, row.rules_version) == (
        line.carrier.pk,
        0,
        versions.current(),
    )
    message.refresh_from_db()
    assert (message.status, message.carrier_id) == ("queued", line.carrier.pk)


def test_decision_can_be_explained_from_what_is_stored(line):
    """Invariant 10."""
    message, refused = accepted(line), accepted(line)
    suppress(line, refused.msisdn)
    route_unrouted()
    message.refresh_from_db()
    refused.refresh_from_db()
    assert message.decision["configuration"] == versions.current()
    assert message.decision["route"] == Route.objects.get(carrier=line.carrier).pk
    assert message.decision["why"] != []
    assert any("suppression" in rule for rule in refused.decision["findings"])


@pytest.mark.django_db(transaction=True)
def test_routed_code_wakes_the_pumps_of_its_carrier():
    line = make_line()
    accepted(line)
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {EXPRESS_CHANNEL}")
        route_unrouted()
        notes = list(connection.connection.notifies(timeout=60, stop_after=1))
        cursor.execute("UNLISTEN *")
    assert [note.payload for note in notes] == [str(line.carrier.pk)]


def test_more_than_the_limit_is_left_for_the_next_round(line):
    for _ in range(5):
        accepted(line)
    assert [route_unrouted(2), route_unrouted(2), route_unrouted(2)] == [2, 2, 1]


def test_codes_are_routed_before_anything_else(line):
    notice, code = accepted(line, "care"), accepted(line, "otp")
    route_unrouted(1)
    assert (state(code), state(notice)) == ("queued", "accepted")


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        ("suppress", "blocked suppressed"),
        ("lease", "blocked sender_not_allowed"),
        ("class", "blocked sender_not_allowed"),
        ("account", "blocked account_suspended"),
        ("route", "failed no_route"),
        ("template", "blocked template_withdrawn"),
        ("deadline", "expired deadline"),
    ],
)
def test_message_that_may_not_leave_ends_with_its_reason(line, change, ends):
    """Invariant 6."""
    values = {}
    if change == "template":
        version = make_template_version(
            line.account, advertiser=line.sender.advertiser, status="withdrawn"
        )
        values = {"template_version": version}
    if change == "deadline":
        values = {"not_after": clock.now()}
    message = accepted(line, **values)
    if change == "suppress":
        suppress(line, message.msisdn)
    elif change == "lease":
        line.sender.lease_end = clock.now().date() - timedelta(days=1)
        line.sender.save()
    elif change == "class":
        line.sender.allowed_classes = ["care"]
        line.sender.save()
    elif change == "account":
        line.account.status = "suspended"
        line.account.save()
    elif change == "route":
        Route.objects.all().delete()
    route_unrouted()
    assert (state(message), place(message)) == (ends, "nowhere")
    assert events(line.account) == [f"message.{ends.split()[0]}"]


def test_claimed_rows_are_not_routed_a_second_time(line):
    accepted(line, bind_id=line.bind.pk)
    assert route_unrouted() == 0


# Windows, in the country's own time.


@pytest.fixture
def brand(line: Line) -> Line:
    """A registered brandname, Vietnam's rules, and somebody who agreed."""
    rule_packs_load_shipped(actor=None)
    line.sender = make_sender(
        line.account,
        advertiser=line.sender.advertiser,
        kind="alphanumeric",
        address="ACME",
        registered=(line.network,),
    )
    return line


def advertisement(line: Line, **values) -> Message:
    """To somebody who agreed to it."""
    msisdn = values.setdefault("msisdn", "84981234567")
    consent_record(
        account=line.account,
        advertiser=line.sender.advertiser,
        msisdn=msisdn,
        purpose="marketing",
        action="granted",
        method="form",
        actor=None,
    )
    version = make_template_version(
        line.account,
        body=ADVERTISEMENT,
        message_class="marketing",
        advertiser=line.sender.advertiser,
    )
    return line.waiting("marketing", template_version=version, text=ADVERTISEMENT, **values)


def test_advertisement_at_night_waits_for_the_morning(brand):
    """Invariant 6: nothing is sent outside the recipient's legal window."""
    with clock.freeze(NIGHT):
        message = advertisement(brand)
        route_waiting()
        assert (state(message), place(message)) == ("scheduled", "waiting window")
        assert Waiting.objects.get(id=message.pk).due_at == OPENS
    with clock.freeze(OPENS + timedelta(seconds=1)):
        route_waiting()
    row = Dispatch.objects.get(id=message.pk)
    assert (state(message), row.not_after) == ("queued", OPENS + timedelta(hours=15))


def test_advertisement_that_would_be_useless_in_the_morning_expires(brand):
    with clock.freeze(NIGHT):
        message = advertisement(brand, not_after=OPENS - timedelta(hours=1))
        route_waiting()
    assert (state(message), place(message)) == ("expired outside_window", "nowhere")


def test_advertisement_without_consent_is_blocked(brand):
    with clock.freeze(OPENS + timedelta(hours=3)):
        message = advertisement(brand)
        Message.objects.filter(pk=message.pk).update(msisdn="84989999999")
        Waiting.objects.filter(id=message.pk).update(msisdn="84989999999")
        route_waiting()
    assert state(message) == "blocked no_consent"


def test_fourth_advertisement_of_a_day_is_one_too_many(brand):
    """Invariant 6: over the frequency cap."""
    with clock.freeze(OPENS + timedelta(hours=3)):
        made = [advertisement(brand) for _ in range(4)]
        for message in made:
            Waiting.objects.exclude(id=message.pk).update(due_at=OPENS + timedelta(days=9))
            Waiting.objects.filter(id=message.pk).update(due_at=OPENS)
            route_waiting()
    found = [state(message) for message in made]
    assert found == ["queued", "queued", "queued", "blocked frequency_cap"]


# Turns and bounds.


def test_accounts_take_turns_by_their_share(line, settings):
    """One customer's million does not starve the others."""
    settings.RELEASE_SLICE, settings.RELEASE_BACKLOG = 4, 8
    small = make_line(make_account(share=1))
    Route.objects.exclude(carrier=line.carrier).delete()
    line.account.share = 3
    line.account.save()
    for _ in range(20):
        line.waiting()
    for _ in range(20):
        small.waiting()
    assert route_waiting() == 8
    taken = {
        account.pk: Dispatch.objects.filter(account_id=account.pk).count()
        for account in (line.account, small.account)
    }
    assert taken == {line.account.pk: 6, small.account.pk: 2}


def test_routing_stops_when_enough_waits_for_binds(line, settings):
    settings.RELEASE_SLICE, settings.RELEASE_BACKLOG = 4, 5
    for _ in range(12):
        line.waiting()
    route_waiting()
    assert (backlog(), Waiting.objects.count()) == (6, 6)
    assert route_waiting() == 0


def test_one_time_codes_do_not_count_as_backlog(line):
    line.queued("otp")
    line.queued("care")
    assert backlog() == 1


def test_what_is_not_due_is_left_alone(line):
    later = line.waiting(due_at=clock.now() + timedelta(minutes=5))
    assert (route_waiting(), place(later)) == (0, "waiting routing")


def test_pump_takes_only_what_the_task_forgot(line):
    fresh = line.waiting(due_at=clock.now() - timedelta(seconds=1))
    old = line.waiting(due_at=clock.now() - timedelta(seconds=10))
    assert route_waiting(overdue_seconds=5) == 1
    assert (place(old), place(fresh)) == ("queued", "waiting routing")


def test_retry_keeps_its_attempts(line):
    message = line.waiting(reason="retry")
    Waiting.objects.filter(id=message.pk).update(attempts=3)
    route_waiting()
    assert Dispatch.objects.get(id=message.pk).attempts == 3


def test_message_that_a_carrier_has_in_part_goes_there_again(line):
    other = make_line()
    Route.objects.filter(carrier=line.carrier).delete()
    message = line.waiting(segment_count=2)
    Message.objects.filter(pk=message.pk).update(segments_sent=1, carrier=line.carrier)
    route_waiting()
    assert Dispatch.objects.get(id=message.pk).carrier_id == line.carrier.pk
    assert Carrier.objects.filter(pk=other.carrier.pk).exists()


def test_message_that_ended_meanwhile_is_not_called_queued(line):
    """A receipt came while its retry waited: ranks decide."""
    message = line.waiting(reason="retry")
    Message.objects.filter(pk=message.pk).update(status="delivered")
    route_waiting()
    assert state(message) == "delivered"


def test_rows_that_are_decided_again_keep_their_key(line):
    message = line.queued()
    row = Dispatch.objects.get(id=message.pk)
    case = Case(
        message.pk,
        row.lane,
        row.account_id,
        row.advertiser_id,
        None,
        message.msisdn,
        "VN",
        message.network_id,
        message.sender_id,
        None,
        message.text,
        1,
        None,
        0,
        None,
    )
    snapshots.forget()
    with connection.cursor() as cursor:
        cases_place(
            cursor, [case], snapshots.current(), origin="dispatch", carrier_id=line.carrier.pk
        )
    assert Dispatch.objects.filter(id=message.pk).count() == 1


def test_what_is_queued_follows_another_version_of_the_routes(line):
    """The version's stamp is enough: whoever claims the row decides it again."""
    first, second = line.queued(), line.queued()
    other = make_line()
    draft = policy_draft(actor=None)
    Route.objects.filter(policy=draft, carrier=line.carrier).delete()
    policy_activate(policy=draft, actor=None)
    snapshots.forget()
    with transaction.atomic(), connection.cursor() as cursor:
        claims = line.claimer.claim(cursor, (1, 2, 3), 10, ())
        left = claims_sort(
            cursor, claims, snapshots.current(), line.holder, line.carrier.pk, clock.now()
        )
    assert (len(claims), left) == (2, [])
    found = Dispatch.objects.filter(id__in=[first.pk, second.pk])
    assert set(found.values_list("carrier_id", "bind_id")) == {(other.carrier.pk, None)}
