"""Suppressions are added once, lifted with a reason, and never lost."""

from datetime import timedelta
from typing import Any

import pytest

from compliance.constants import SuppressionCause, SuppressionSource
from compliance.models import AuditEntry, Suppression
from compliance.selectors.consent import suppressed
from compliance.services.consent import consent_record
from compliance.services.suppressions import suppression_add, suppression_lift
from config.common import clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError
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
