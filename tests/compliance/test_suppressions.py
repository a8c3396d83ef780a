"""Suppressions are added once, lifted with a reason, and never lost."""

import json
from datetime import timedelta
from typing import Any

import pytest

from compliance.constants import SuppressionCause, SuppressionSource
from compliance.models import AuditEntry, ConsentRecord, Suppression, SuppressionPolicy
from compliance.selectors.consent import suppressed
from compliance.services.consent import consent_record, suppression_enter
from compliance.services.suppressions import (
    suppression_add,
    suppression_lift,
    suppressions_expire,
)
from config.common import clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from messaging.models import Event
from tests.factories import make_msisdn
from tests.world import World

pytestmark = pytest.mark.django_db


def add(world: World, msisdn: str, **overrides: Any) -> Suppression:
    values: dict[str, Any] = {
        "account": world.account,
        "advertiser": world.advertiser,
        "purpose": "marketing",
        "source": SuppressionSource.CONSOLE,
        "reason": "asked by telephone",
        "actor": world.bob,
    }
    return suppression_add(msisdn=msisdn, **(values | overrides))


def is_suppressed(world: World, msisdn: str) -> bool:
    return msisdn in suppressed(world.account.pk, world.advertiser.pk, [msisdn], "marketing")


def test_adding_twice_gives_the_same_row(world: World) -> None:
    msisdn = make_msisdn()
    assert add(world, msisdn) == add(world, msisdn)
    assert AuditEntry.objects.filter(action="suppression.added").count() == 1


def test_without_advertiser_it_counts_for_every_brand(world: World) -> None:
    msisdn = make_msisdn()
    assert add(world, msisdn, advertiser=None) == add(world, msisdn, advertiser=None)
    assert is_suppressed(world, msisdn)


def test_another_account_is_not_affected(world: World) -> None:
    msisdn = make_msisdn()
    add(world, msisdn)
    other = suppressed(world.other_account.pk, world.other_advertiser.pk, [msisdn], "marketing")
    assert other == frozenset()


def test_lifted_one_stays_as_a_record_and_can_come_again(world: World) -> None:
    msisdn = make_msisdn()
    first = add(world, msisdn)
    suppression_lift(suppression=first, reason="entered by mistake", actor=world.bob)
    assert not is_suppressed(world, msisdn)
    assert add(world, msisdn) != first
    first.refresh_from_db()
    assert (first.lifted_by, first.lifted_reason) == (world.bob, "entered by mistake")


def test_lifting_needs_a_reason(world: World) -> None:
    with pytest.raises(InvalidError) as caught:
        suppression_lift(suppression=add(world, make_msisdn()), reason=" ", actor=world.bob)
    assert caught.value.field == "reason"


def test_lifting_twice_is_a_conflict(world: World) -> None:
    one = add(world, make_msisdn())
    suppression_lift(suppression=one, reason="mistake", actor=world.bob)
    with pytest.raises(ConflictError):
        suppression_lift(suppression=one, reason="mistake", actor=world.bob)


def test_a_persons_own_refusal_is_lifted_only_after_new_consent(world: World) -> None:
    msisdn = make_msisdn()
    with clock.freeze(clock.now() - timedelta(days=2)):
        one = add(world, msisdn, cause=SuppressionCause.REFUSAL)
    with pytest.raises(NotAllowedError):
        suppression_lift(suppression=one, reason="they changed their mind", actor=world.bob)
    consent_record(
        account=world.account,
        advertiser=world.advertiser,
        msisdn=msisdn,
        purpose="marketing",
        action="granted",
        method="form",
        actor=world.bob,
    )
    suppression_lift(suppression=one, reason="signed the form again", actor=world.bob)
    assert not is_suppressed(world, msisdn)


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"msisdn": "12"}, "msisdn"),
        ({"msisdn": "84 91"}, "msisdn"),
        ({"purpose": "x"}, "purpose"),
        ({"source": "x"}, "source"),
    ],
)
def test_mistakes_name_their_field(world: World, overrides: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        add(world, **({"msisdn": make_msisdn()} | overrides))
    assert caught.value.field == field


def test_advertiser_of_another_account_is_refused(world: World) -> None:
    with pytest.raises(InvalidError) as caught:
        add(world, make_msisdn(), advertiser=world.other_advertiser)
    assert caught.value.field == "advertiser"


CAUSES = ("bounce", "hold", "manual", "complaint", "refusal")


@pytest.mark.parametrize(("first", "second"), [(a, b) for a in CAUSES for b in CAUSES if a != b])
def test_the_stronger_cause_stands_whichever_came_first(
    world: World, first: str, second: str
) -> None:
    msisdn = make_msisdn()
    add(world, msisdn, cause=first)
    add(world, msisdn, cause=second)
    standing = Suppression.objects.get(msisdn=msisdn, lifted_at=None)
    assert standing.cause == max(first, second, key=CAUSES.index)


def test_a_refusal_during_a_bounce_does_not_end_with_it(world: World) -> None:
    msisdn, day = make_msisdn(), timedelta(days=1)
    add(world, msisdn, cause="bounce", expires_at=clock.now() + day)
    add(world, msisdn, cause="refusal", source="mo")
    with clock.freeze(clock.now() + 2 * day):
        assert suppressions_expire() == 0
    assert is_suppressed(world, msisdn)
    replaced = Suppression.objects.get(msisdn=msisdn, cause="bounce")
    assert (replaced.lifted_reason, replaced.lifted_at is None) == ("replaced", False)


def test_of_two_ends_the_later_holds(world: World) -> None:
    msisdn, day = make_msisdn(), timedelta(days=1)
    for days in (2, 1, 3):
        add(world, msisdn, expires_at=clock.now() + days * day)
    with clock.freeze(clock.now() + 2.5 * day):
        suppressions_expire()
    assert is_suppressed(world, msisdn)


def test_what_has_ended_is_lifted_by_the_system_and_once(world: World) -> None:
    msisdn = make_msisdn()
    made = add(world, msisdn, expires_at=clock.now() + timedelta(hours=1))
    with clock.freeze(clock.now() + timedelta(hours=1)):
        assert (suppressions_expire(), suppressions_expire()) == (1, 0)
    made.refresh_from_db()
    assert (made.lifted_reason, made.lifted_by) == ("expired", None)
    assert not is_suppressed(world, msisdn)
    assert AuditEntry.objects.get(action="suppressions.expired").detail == {"suppressions": 1}


def test_a_policy_gives_the_end_that_nobody_gave(world: World) -> None:
    SuppressionPolicy.objects.create(account=world.account, cause="manual", ends_after_days=30)
    now = clock.now()
    with clock.freeze(now):
        with_end, refusal = add(world, make_msisdn()), add(world, make_msisdn(), cause="refusal")
    assert with_end.expires_at == now + timedelta(days=30)
    assert refusal.expires_at is None


@pytest.mark.parametrize(
    ("cause", "days", "code"), [("refusal", 1, "refusal_has_no_end"), ("manual", -1, "end_passed")]
)
def test_an_end_that_cannot_be_is_refused(world: World, cause: str, days: int, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        add(world, make_msisdn(), cause=cause, expires_at=clock.now() + timedelta(days=days))
    assert (caught.value.code, caught.value.field) == (code, "expires_at")


def test_a_complaint_is_lifted_only_by_a_newer_consent(world: World) -> None:
    made = add(world, make_msisdn(), cause="complaint")
    with pytest.raises(NotAllowedError):
        suppression_lift(suppression=made, reason="friendly talk", actor=world.bob)


def test_a_refusal_that_is_entered_stands_in_the_ledger_too(world: World) -> None:
    msisdn = make_msisdn()
    entered = suppression_enter(
        account=world.account,
        advertiser=world.advertiser,
        msisdn=msisdn,
        purpose="marketing",
        cause=SuppressionCause.REFUSAL,
        source=SuppressionSource.CONSOLE,
        reason="by telephone",
        actor=world.bob,
    )
    record = ConsentRecord.objects.get(msisdn=msisdn)
    assert (entered.cause, record.action, record.evidence) == (
        "refusal",
        "revoked",
        {"note": "by telephone"},
    )
    (told,) = Event.objects.filter(type="consent.revoked")
    assert told.account == world.account
    assert json.loads(told.body)["data"] == {
        "number": f"+{msisdn}", "advertiser": world.advertiser.name, "purpose": "marketing",
        "reach": "brand", "program": None, "source": "console",
    }  # fmt: skip


def test_a_refusal_has_no_end(world: World) -> None:
    with pytest.raises(InvalidError) as caught:
        suppression_enter(
            account=world.account,
            advertiser=None,
            msisdn=make_msisdn(),
            purpose="marketing",
            cause=SuppressionCause.REFUSAL,
            source=SuppressionSource.API,
            expires_at=clock.now() + timedelta(days=1),
            actor=None,
        )
    assert caught.value.field == "expires_at"
