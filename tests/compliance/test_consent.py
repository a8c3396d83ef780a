"""The ledger keeps every fact; the present state follows the latest one."""

import json
from datetime import timedelta
from typing import Any

import pytest

from compliance.constants import ConsentAction, Purpose, SuppressionSource
from compliance.models import ConsentRecord, ConsentState, Suppression
from compliance.selectors.consent import Refusal, consent_states, refusals, suppressed
from compliance.services.consent import consent_enter, consent_record, opt_out
from compliance.services.consent_imports import ConsentGiven, consents_import
from config.common import clock
from config.common.errors import InvalidError
from messaging.models import Event
from tests.factories import make_advertiser, make_msisdn
from tests.world import World

pytestmark = pytest.mark.django_db
MARKETING = Purpose.MARKETING


def record(world: World, msisdn: str, action: str = "granted", **overrides: Any) -> ConsentRecord:
    values: dict[str, Any] = {
        "purpose": MARKETING,
        "method": "form",
        "source": "shop",
        "actor": world.bob,
    }
    return consent_record(
        account=world.account,
        advertiser=world.advertiser,
        msisdn=msisdn,
        action=action,
        **(values | overrides),
    )


def states(world: World, *msisdns: str, purpose: str = MARKETING) -> dict[str, str]:
    return dict(consent_states(world.account.pk, world.advertiser.pk, msisdns, purpose))


def test_consent_given_is_on_record(world: World) -> None:
    msisdn = make_msisdn()
    made = record(world, msisdn, evidence={"form": "https://example.com"}, text_version="2026-1")
    assert states(world, msisdn, make_msisdn()) == {msisdn: "granted"}
    assert made.evidence == {"form": "https://example.com"}
    assert made.text_version == "2026-1"


def test_revoking_suppresses(world: World) -> None:
    msisdn = make_msisdn()
    record(world, msisdn)
    record(world, msisdn, "revoked", method="mo")
    assert states(world, msisdn) == {msisdn: "revoked"}
    assert suppressed(world.account.pk, world.advertiser.pk, [msisdn], 3) == {msisdn}
    assert Suppression.objects.get().source == SuppressionSource.MO
    assert ConsentRecord.objects.count() == 2


def test_older_fact_does_not_undo_a_newer_one(world: World) -> None:
    msisdn, now = make_msisdn(), clock.now()
    record(world, msisdn, given_at=now)
    record(world, msisdn, "revoked", given_at=now - timedelta(days=1))
    assert states(world, msisdn) == {msisdn: "granted"}
    assert not Suppression.objects.exists()


def test_at_the_same_moment_the_later_record_counts(world: World) -> None:
    msisdn, now = make_msisdn(), clock.now()
    record(world, msisdn, given_at=now)
    record(world, msisdn, "revoked", given_at=now)
    assert states(world, msisdn) == {msisdn: "revoked"}


def test_new_consent_does_not_lift_a_suppression(world: World) -> None:
    msisdn = make_msisdn()
    record(world, msisdn, "revoked")
    record(world, msisdn)
    assert states(world, msisdn) == {msisdn: "granted"}
    assert suppressed(world.account.pk, world.advertiser.pk, [msisdn], "marketing") == {msisdn}


def test_consent_to_every_message_counts_for_each_purpose(world: World) -> None:
    msisdn, now = make_msisdn(), clock.now()
    record(world, msisdn, purpose=Purpose.ALL, given_at=now - timedelta(days=2))
    assert states(world, msisdn, purpose="care") == {msisdn: "granted"}
    record(world, msisdn, "revoked", given_at=now)
    assert states(world, msisdn) == {msisdn: "revoked"}
    assert states(world, msisdn, purpose="care") == {msisdn: "granted"}


def test_consent_is_the_advertisers_own(world: World) -> None:
    msisdn = make_msisdn()
    record(world, msisdn)
    second = make_advertiser(world.account)
    assert consent_states(world.account.pk, second.pk, [msisdn], MARKETING) == {}
    other = world.other_account.pk
    assert consent_states(other, world.advertiser.pk, [msisdn], MARKETING) == {}


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"purpose": "spam"}, "purpose"),
        ({"action": "maybe"}, "action"),
        ({"method": "guess"}, "method"),
        ({"msisdn": "+84912345678"}, "msisdn"),
        ({"msisdn": "0912345678"}, "msisdn"),
    ],
)
def test_mistakes_name_their_field(world: World, overrides: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        record(world, **({"msisdn": make_msisdn()} | overrides))
    assert caught.value.field == field


def test_consent_in_the_future_is_refused(world: World) -> None:
    with pytest.raises(InvalidError, match="future"):
        record(world, make_msisdn(), given_at=clock.now() + timedelta(hours=1))


def test_advertiser_of_another_account_is_refused(world: World) -> None:
    with pytest.raises(InvalidError) as caught:
        consent_record(
            account=world.account,
            advertiser=world.other_advertiser,
            msisdn=make_msisdn(),
            purpose=MARKETING,
            action="granted",
            method="form",
            actor=None,
        )
    assert caught.value.field == "advertiser"


def test_opt_out_suppresses_and_revokes_once(world: World) -> None:
    msisdn = make_msisdn()
    record(world, msisdn)
    for _ in range(2):
        opt_out(
            account=world.account,
            advertiser=world.advertiser,
            msisdn=msisdn,
            purpose=MARKETING,
            source=SuppressionSource.MO,
            evidence={"text": "STOP"},
        )
    assert Suppression.objects.filter(msisdn=msisdn).count() == 1
    assert states(world, msisdn) == {msisdn: "revoked"}


def test_opt_out_from_every_brand_revokes_where_consent_was_given(world: World) -> None:
    msisdn, second = make_msisdn(), make_advertiser(world.account)
    record(world, msisdn)
    opt_out(
        account=world.account,
        advertiser=None,
        msisdn=msisdn,
        purpose=Purpose.ALL,
        source=SuppressionSource.CONSOLE,
        evidence={},
        actor=world.bob,
    )
    assert suppressed(world.account.pk, second.pk, [msisdn], "otp") == {msisdn}
    revoked = ConsentRecord.objects.get(action=ConsentAction.REVOKED)
    assert (revoked.advertiser, revoked.purpose) == (world.advertiser, Purpose.ALL)


def test_suppression_of_one_purpose_leaves_the_others(world: World) -> None:
    msisdn = make_msisdn()
    record(world, msisdn, "revoked")
    assert suppressed(world.account.pk, world.advertiser.pk, [msisdn], "care") == frozenset()
    refused = refusals(world.account.pk, world.advertiser.pk, [msisdn], "marketing")
    assert refused == {msisdn: (Refusal("marketing", None, ""),)}


def test_reading_thousands_of_numbers_is_one_query(
    world: World, django_assert_num_queries: Any
) -> None:
    msisdns = [make_msisdn() for _ in range(3000)]
    with django_assert_num_queries(2):
        states(world, *msisdns)
        suppressed(world.account.pk, world.advertiser.pk, msisdns, 3)


def given(msisdn: str, days_ago: int = 1) -> ConsentGiven:
    return ConsentGiven(msisdn, MARKETING, clock.now() - timedelta(days=days_ago))


def imported(world: World, *rows: ConsentGiven) -> int:
    return consents_import(
        account=world.account,
        advertiser=world.advertiser,
        rows=rows,
        source="list.csv",
        actor=world.alice,
        evidence={"file": "list.csv"},
    )


def test_import_records_each_number_once(world: World) -> None:
    first, second = make_msisdn(), make_msisdn()
    rows = [given(first), given(second), given(first, days_ago=3)]
    assert imported(world, *rows) == 2
    assert states(world, first, second) == {first: "granted", second: "granted"}
    assert ConsentRecord.objects.get(msisdn=first).source == "list.csv"


def test_import_repeated_adds_nothing(world: World) -> None:
    rows = [given(make_msisdn()) for _ in range(3)]
    assert [imported(world, *rows), imported(world, *rows)] == [3, 0]
    assert ConsentRecord.objects.count() == 3


def test_import_older_than_a_refusal_changes_nothing(world: World) -> None:
    msisdn = make_msisdn()
    record(world, msisdn, "revoked")
    assert imported(world, given(msisdn)) == 0
    assert states(world, msisdn) == {msisdn: "revoked"}


def test_import_newer_than_what_is_known_updates_the_state(world: World) -> None:
    msisdn = make_msisdn()
    imported(world, given(msisdn, days_ago=9))
    assert imported(world, given(msisdn, days_ago=2)) == 1
    assert ConsentState.objects.get().record == ConsentRecord.objects.latest("pk")


def test_import_takes_more_rows_than_one_statement(
    world: World, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr("compliance.services.consent_imports._CHUNK", 2)
    with django_assert_num_queries(3):
        assert imported(world, *[given(make_msisdn()) for _ in range(5)]) == 5


def test_what_somebody_enters_by_hand_is_told_where_it_takes_back(world: World) -> None:
    shared: dict[str, Any] = {
        "account": world.account,
        "advertiser": world.advertiser,
        "msisdn": make_msisdn(),
        "purpose": "marketing",
        "method": "console",
        "actor": world.bob,
    }
    consent_enter(**shared, action="granted")
    assert not Event.objects.exists()
    consent_enter(**shared, action="revoked")
    (told,) = Event.objects.all()
    assert (told.account, told.type) == (world.account, "consent.revoked")
    assert json.loads(told.body)["data"]["source"] == "console"
