import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from campaigns.models import AudienceEntry
from compliance.models import AccountRule, RulePackVersion
from compliance.services.consent import consent_record
from compliance.services.rules import rule_packs_load_shipped
from compliance.services.suppressions import suppression_add, suppression_lift
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from config.common.ids import uuid7, uuid7_floor
from messaging.constants import MessageStatus
from messaging.models import Message, PolicyTrial
from messaging.selectors.snapshot import snapshots
from messaging.services.trials import trial_cancel, trial_execute, trial_start, trials_resume
from messaging.services.trials.past import PastMessage, past_of
from tests.factories import (
    make_campaign,
    make_contact,
    make_message,
    make_msisdn,
    make_template_version,
)
from tests.world import World

pytestmark = pytest.mark.django_db
# A Thursday, noon in Vietnam.
NOON = datetime(2026, 11, 19, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def packs(db: None) -> None:
    rule_packs_load_shipped(actor=None)
    with connection.cursor() as cursor:
        days = [NOON.date() - timedelta(days=2), NOON.date()]
        cursor.execute("SELECT create_day_partitions(%s, %s)", days)
    snapshots.forget()


def draft(change: Any) -> RulePackVersion:
    """The pack in force with a change, as a draft."""
    present = RulePackVersion.objects.get(country="VN", status="active")
    data = copy.deepcopy(present.data)
    data["pack_version"] = "tried"
    change({rule["id"]: rule for rule in data["rules"]})
    return RulePackVersion.objects.create(
        country="VN", version="tried", effective_from=date(2026, 1, 1), data=data, checksum="x"
    )


def message(world: World, at: datetime, msisdn: str = "", **overrides: Any) -> Message:
    values: dict[str, Any] = {
        "msisdn": msisdn or make_msisdn(),
        "advertiser": world.advertiser,
        "message_class": "marketing",
        "status": MessageStatus.DELIVERED,
        "sent_at": at,
        "created_at": at,
    } | overrides
    return make_message(world.account, id=uuid7_floor(at), **values)


def agreed(world: World, msisdn: str) -> str:
    with clock.freeze(NOON - timedelta(days=30)):
        consent_record(
            account=world.account,
            advertiser=world.advertiser,
            msisdn=msisdn,
            purpose="marketing",
            action="granted",
            method="form",
            actor=None,
        )
    return msisdn


def tried(world: World, subject: Any, **overrides: Any) -> PolicyTrial:
    name = {"RulePackVersion": "version", "AccountRule": "account_rule"}[type(subject).__name__]
    with clock.freeze(NOON + timedelta(days=2)):
        started = trial_start(
            account=world.account, days=7, actor=world.bob, **{name: subject}, **overrides
        )
        trial_execute(started.pk)
    return PolicyTrial.objects.get(pk=started.pk)


def only_care(rules: dict[str, Any]) -> None:
    """Customer care may leave in the morning alone."""
    rules["vn.ads.hours"]["applies_to"] = ["marketing", "care"]
    rules["vn.ads.hours"]["params"]["spans"] = [{"from": "07:00", "to": "11:00"}]


def test_what_narrower_hours_would_have_delayed_is_found(world: World) -> None:
    late = message(world, NOON, message_class="care")
    message(world, NOON - timedelta(hours=3), message_class="care")
    trial = tried(world, draft(only_care))
    assert (trial.status, trial.judged, trial.totals) == ("done", 2, {"delayed": 1})
    assert trial.rules == {"vn.ads.hours": {"delayed": 1}}
    (sample,) = trial.samples["delayed"]
    assert sample["message"] == str(late.pk)
    assert sample["until"] == "2026-11-20T00:00:00+00:00"
    assert Message.objects.get(pk=late.pk).status == MessageStatus.DELIVERED


def test_rules_like_those_in_force_change_nothing(world: World) -> None:
    message(world, NOON, message_class="care")
    trial = tried(world, draft(lambda rules: None))
    assert (trial.judged, trial.totals, trial.rules) == (1, {}, {})


def test_a_tighter_cap_counts_the_messages_of_the_time(world: World) -> None:
    def two_a_day(rules: dict[str, Any]) -> None:
        rules["vn.ads.cap"]["applies_to"] = ["marketing", "care"]
        rules["vn.ads.cap"]["params"]["limit"] = 2

    msisdn = make_msisdn()
    for hours in (30, 5, 4, 3):
        message(world, NOON - timedelta(hours=hours), msisdn, message_class="care")
    trial = tried(world, draft(two_a_day))
    assert (trial.judged, trial.rules) == (4, {"vn.ads.cap": {"blocked": 1}})


def test_what_was_known_then_counts_not_what_is_known_now(world: World) -> None:
    msisdn = agreed(world, make_msisdn())
    with clock.freeze(NOON + timedelta(hours=1)):
        later = suppression_add(
            account=world.account,
            advertiser=None,
            msisdn=msisdn,
            purpose="marketing",
            source="console",
            actor=world.bob,
        )
    with clock.freeze(NOON + timedelta(hours=3)):
        suppression_lift(suppression=later, reason="mistake", actor=world.bob)

    def known(at: datetime) -> tuple[str | None, int]:
        one = PastMessage(
            uuid7(), at, "marketing", world.account.pk, world.advertiser.pk, None, msisdn, "VN",
            None, 1, None, "", 1, None, "delivered",
        )  # fmt: skip
        past = past_of([one], cap_hours=24)
        return past.consents.get(one.id), len(past.refusals.get(one.id, ()))

    assert known(NOON - timedelta(days=31)) == (None, 0)
    assert known(NOON) == ("granted", 0)
    assert known(NOON + timedelta(hours=2)) == ("granted", 1)
    assert known(NOON + timedelta(hours=4)) == ("granted", 0)


def test_who_was_kept_out_of_a_campaign_would_have_been_written_to(world: World) -> None:
    contact = make_contact(world.account)
    version = make_template_version(world.account, message_class="marketing")
    campaign = make_campaign(world.account, launched_at=NOON, template_version=version)
    AudienceEntry.objects.create(
        campaign=campaign,
        contact_id=contact.pk,
        msisdn=contact.msisdn,
        outcome="excluded",
        reason="no_consent",
    )

    def nothing_asked(rules: dict[str, Any]) -> None:
        for rule in rules.values():
            if rule["kind"] != "suppression":
                rule["applies_to"] = ["otp"]

    trial = tried(world, draft(nothing_asked))
    assert trial.totals == {"allowed": 1}
    assert trial.campaigns == {str(campaign.pk): {"allowed": 1}}
    assert trial.samples["allowed"][0]["message"] is None


def test_an_accounts_rule_is_tried_on_its_own_messages(world: World) -> None:
    message(world, NOON, message_class="care")
    make_message(
        world.other_account,
        id=uuid7_floor(NOON + timedelta(seconds=1)),
        created_at=NOON,
        message_class="care",
        status=MessageStatus.DELIVERED,
    )
    rule = AccountRule.objects.create(
        account=world.account,
        country="VN",
        kind="window",
        params={"spans": [{"from": "13:00", "to": "15:00"}]},
        message_classes=["care"],
        effective_from=date(2027, 1, 1),
        note="after lunch",
        created_at=NOON,
    )
    trial = tried(world, rule)
    assert (trial.judged, trial.totals) == (1, {"delayed": 1})
    assert trial.rules == {f"account.{rule.pk}": {"delayed": 1}}


def test_a_lost_trial_is_taken_up_where_it_stopped(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("messaging.services.trials.runs._SLICE", 1)
    for minutes in range(3):
        message(world, NOON + timedelta(minutes=minutes), message_class="care")
    version = draft(only_care)
    with clock.freeze(NOON + timedelta(days=2)):
        started = trial_start(account=world.account, version=version, days=7, actor=None)
    first = Message.objects.order_by("id").first()
    assert first is not None
    PolicyTrial.objects.filter(pk=started.pk).update(
        position_account=world.account.pk, position=first.pk, judged=1, totals={"delayed": 1}
    )
    trial_execute(started.pk)
    trial = PolicyTrial.objects.get(pk=started.pk)
    assert (trial.judged, trial.totals) == (3, {"delayed": 3})


def test_a_canceled_trial_stays_canceled(world: World) -> None:
    with clock.freeze(NOON + timedelta(days=2)):
        started = trial_start(
            account=world.account, version=draft(only_care), days=7, actor=world.bob
        )
        trial_cancel(trial=started, actor=world.bob)
        with pytest.raises(ConflictError):
            trial_cancel(trial=started, actor=world.bob)
    assert trial_execute(started.pk).status == PolicyTrial.Status.CANCELED
    assert trials_resume() == 0


def test_the_same_trial_does_not_run_twice_at_once(world: World) -> None:
    version = draft(only_care)
    trial_start(account=world.account, version=version, days=7, actor=None)
    with pytest.raises(ConflictError):
        trial_start(account=world.account, version=version, days=7, actor=None)


def test_a_trial_goes_back_a_season_at_most(world: World) -> None:
    with pytest.raises(InvalidError) as caught:
        trial_start(account=world.account, version=draft(only_care), days=91, actor=None)
    assert caught.value.field == "days"
