"""The present consent is what the ledger says, whatever came in whatever order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection

from compliance.models import AuditEntry, ConsentRecord, ConsentState, Suppression
from compliance.selectors.consent import consent_standings
from compliance.services.chains import verify
from compliance.services.consent import (
    consent_confirm,
    consent_record,
    consent_request_note,
    opt_out,
)
from compliance.services.consent_imports import ConsentGiven, consents_import
from compliance.services.consent_states import states_rebuild
from compliance.services.erasure import ledger_erase
from compliance.services.suppressions import suppression_add
from config.common.errors import InvalidError
from tests.factories import make_advertiser, serial
from tests.world import World

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, tzinfo=UTC)
MSISDN = "84912345678"


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def record(world: World, action: str, hours: float, **values: Any) -> ConsentRecord:
    values = {
        "account": world.account,
        "advertiser": world.advertiser,
        "msisdn": MSISDN,
        "purpose": "marketing",
        "method": "form",
        "given_at": at(hours),
        "actor": None,
    } | values
    if action == "lapsed":
        values["cause"] = "reassigned"
    return consent_record(action=action, **values)


def state_of(facts: list[tuple[float, int, str]]) -> tuple[str, float]:
    """The same rule as a walk through the facts in their order."""
    state, since = "", 0.0
    for hours, _order, action in sorted(facts):
        counts = {
            "granted": True,
            "revoked": True,
            "requested": state not in ("granted", "revoked"),
            "lapsed": state != "revoked",
        }[action]
        if counts:
            state, since = action, hours
    return state, since


def test_any_order_of_facts_gives_the_state_of_their_times(world: World) -> None:
    random = Random(20260822)
    for _case in range(60):
        msisdn, facts = f"8491{serial():07d}", []
        for order in range(random.randint(1, 6)):
            hours = float(random.randint(0, 8))
            action = random.choice(["granted", "revoked", "requested", "lapsed"])
            if action == "granted" and random.random() < 0.4:
                rows = [ConsentGiven(msisdn, "marketing", at(hours))]
                if not _imported(world, rows):
                    continue  # no news, so no fact
            else:
                record(world, action, hours, msisdn=msisdn)
            facts.append((hours, order, action))
        stored = ConsentState.objects.get(msisdn=msisdn)
        assert (stored.state, stored.since) == (state_of(facts)[0], at(state_of(facts)[1])), facts
    assert states_rebuild(is_check=True).total == 0


def _imported(world: World, rows: list[ConsentGiven]) -> int:
    return consents_import(
        account=world.account, advertiser=world.advertiser, rows=rows, source="", actor=None
    )


_READ = """
SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
WHERE relname IN ('compliance_consentrecord', 'compliance_consentstate')
"""
# As a vacuum leaves a table that is empty for the moment.
_SEEN_EMPTY = """
SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', relname::text,
    'relpages', 50::integer, 'reltuples', 0::real)
FROM pg_stat_user_tables WHERE relname LIKE 'compliance_consent%'
"""


def test_a_file_is_folded_once_though_the_planner_knows_the_tables_as_empty(world: World) -> None:
    if connection.pg_version < 180_000:  # type: ignore[attr-defined]
        pytest.skip("this PostgreSQL cannot be told what a vacuum saw")
    count = 400
    rows = [ConsentGiven(f"8498{serial():07d}", "promo", at(0)) for _ in range(count)]
    later = [replace(row, given_at=at(1)) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_SEEN_EMPTY)
        _imported(world, rows)
        cursor.execute(_READ)
        (before,) = cursor.fetchone()
        assert _imported(world, later) == count
        cursor.execute(_READ)
        (after,) = cursor.fetchone()
    assert after - before < 10 * count


def test_rebuilding_mends_what_was_changed_lost_and_invented(world: World) -> None:
    other = make_advertiser(world.account)
    for advertiser in (world.advertiser, other):
        record(world, "granted", 1, advertiser=advertiser, frequency="4/month")
    kept = record(world, "revoked", 2, msisdn="84912345679")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE compliance_consentstate SET promised_limit = 9 WHERE advertiser_id = %s",
            [other.pk],
        )
        cursor.execute("DELETE FROM compliance_consentstate WHERE record_id = %s", [kept.pk])
        cursor.execute("INSERT INTO compliance_consentstate (account_id, advertiser_id, msisdn, purpose, state, since, record_id) VALUES (%s, %s, '84900000000', 'all', 'granted', now(), %s)", [world.account.pk, other.pk, kept.pk])  # fmt: skip
    found = states_rebuild(world.account.pk, is_check=True)
    assert (found.missing, found.extra, found.changed) == (1, 1, 1)
    assert ("84912345679", world.advertiser.pk, "marketing", "", "revoked") in found.examples
    assert states_rebuild(world.other_account.pk).total == 0
    assert states_rebuild(world.account.pk).total == 3
    assert states_rebuild(is_check=True).total == 0
    assert ConsentState.objects.get(advertiser=other).promised_limit == 4


def standing(world: World, **values: Any) -> Any:
    arguments = {"purpose": "marketing", "now": None} | values
    found = consent_standings(world.account.pk, world.advertiser.pk, [MSISDN], **arguments)
    return found.get(MSISDN)


def test_the_promised_frequency_is_kept_in_numbers(world: World) -> None:
    record(world, "granted", 1, frequency="3 lần/tuần")
    assert standing(world).promised == (3, 168)
    record(world, "granted", 2)
    assert standing(world).promised is None
    with pytest.raises(InvalidError, match="4/month") as refused:
        record(world, "granted", 3, frequency="now and then")
    assert refused.value.field == "frequency"


def test_consent_past_its_end_has_lapsed_at_once(world: World) -> None:
    record(world, "granted", 1, expires_at=at(10))
    assert standing(world, now=at(9.9)).state == "granted"
    assert standing(world, now=at(10)).state == "lapsed"
    with pytest.raises(InvalidError):
        record(world, "granted", 1, expires_at=at(1))


def test_the_account_says_how_long_consent_holds(world: World) -> None:
    world.account.consent_days = 30
    record(world, "granted", 1)
    _imported(world, [ConsentGiven("84912345670", "marketing", at(2))])
    ends = dict(ConsentState.objects.values_list("msisdn", "expires_at"))
    assert ends == {MSISDN: at(1 + 720), "84912345670": at(2 + 720)}


def test_a_request_hides_neither_consent_to_everything_nor_a_refusal(world: World) -> None:
    record(world, "granted", 1, purpose="all")
    record(world, "requested", 2)
    assert standing(world).state == "granted"
    record(world, "revoked", 3)
    consent_request_note(
        account=world.account, advertiser=world.advertiser, msisdn=MSISDN,
        evidence={"message": "m"}, at=at(4),
    )  # fmt: skip
    assert standing(world).state == "revoked"


def test_a_yes_answers_the_request_with_its_facets(world: World) -> None:
    who = {"account": world.account, "advertiser": world.advertiser, "msisdn": MSISDN}
    assert consent_confirm(**who, evidence={"text": "Y"}) == []
    asked = consent_request_note(
        **who, evidence={"message": "m"}, at=at(1), frequency="2/week", content="Offers"
    )
    assert standing(world).state == "requested"
    (made,) = consent_confirm(**who, evidence={"text": "Y"}, at=at(2))
    assert (made.method, made.content, made.evidence["request"]) == (
        "registration_reply", "Offers", asked.pk,
    )  # fmt: skip
    assert (standing(world).state, standing(world).promised) == ("granted", (2, 168))


def test_a_refusal_of_every_brand_answers_requests_too(world: World) -> None:
    record(world, "requested", 1)
    opt_out(
        account=world.account, advertiser=None, msisdn=MSISDN, purpose="marketing", source="mo",
        evidence={"text": "STOP"},
    )  # fmt: skip
    assert standing(world).state == "revoked"


def test_erasing_a_person_leaves_a_book_that_verifies(world: World) -> None:
    record(world, "granted", 1, source="Shop", evidence={"note": "Lê"})
    record(world, "revoked", 2)
    record(world, "granted", 1, msisdn="84912345679", evidence={"note": "kept"})
    erased = ledger_erase(account=world.account, msisdn=MSISDN, reason="asked", actor=world.bob)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    found = verify(world.account.pk, "consent")
    assert (erased, found.erased, found.rows, found.is_whole) == (2, 2, 3, True)
    blank = ConsentRecord.objects.filter(salt=None).order_by("id")
    assert {(r.msisdn, r.source, str(r.evidence)) for r in blank} == {("", "", "{}")}
    assert list(ConsentState.objects.values_list("msisdn", flat=True)) == ["84912345679"]
    assert Suppression.objects.get().msisdn == MSISDN, "who refused stays left alone"
    assert states_rebuild(is_check=True).total == 0


def revoke(world: World, *rows: ConsentGiven) -> int:
    return consents_import(
        account=world.account, advertiser=world.advertiser, rows=rows, source="crm",
        actor=world.bob, action="revoked", method="api",
    )  # fmt: skip


def test_revoked_together_is_as_revoked_one_by_one(world: World) -> None:
    """One was granted before, one later, one is new, one is suppressed for less already."""
    earlier, later, new, bounced = (f"8491{serial():07d}" for _ in range(4))
    record(world, "granted", 1, msisdn=earlier)
    record(world, "granted", 9, msisdn=later)
    suppression_add(
        account=world.account, advertiser=world.advertiser, msisdn=bounced, purpose="marketing",
        source="receipt", cause="bounce", actor=None,
    )  # fmt: skip
    rows = [ConsentGiven(one, "marketing", at(5)) for one in (earlier, later, new, bounced)]
    assert revoke(world, *rows, ConsentGiven(new, "marketing", at(4))) == 4
    states = dict(ConsentState.objects.values_list("msisdn", "state"))
    assert states == {
        earlier: "revoked", later: "granted", new: "revoked", bounced: "revoked",
    }  # fmt: skip
    standing = Suppression.objects.filter(lifted_at=None)
    assert set(standing.values_list("msisdn", "cause", "source", "reason")) == {
        (one, "refusal", "api", "crm") for one in (earlier, new, bounced)
    }
    assert Suppression.objects.get(msisdn=bounced, cause="bounce").lifted_reason == "replaced"
    assert states_rebuild(is_check=True).total == 0
    noted = AuditEntry.objects.get(action="suppressions.added")
    assert (noted.account, noted.detail["suppressions"]) == (world.account, 3)
    assert revoke(world, *rows) == 4
    assert standing.count() == 3


def test_facets_of_who_was_asked_are_no_promise(world: World) -> None:
    asked = ConsentGiven(MSISDN, "marketing", at(1), frequency="4/month")
    consents_import(
        account=world.account, advertiser=world.advertiser, rows=[asked], source="crm",
        actor=None, action="requested",
    )  # fmt: skip
    assert ConsentState.objects.get().promised_limit is None
    assert states_rebuild(is_check=True).total == 0
