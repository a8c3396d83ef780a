"""Consent that ends by itself, and numbers that changed hands."""

from datetime import UTC, datetime, timedelta

import pytest

from compliance.models import ConsentRecord, ConsentState
from compliance.services.consent import consent_record
from compliance.services.consent_lapses import (
    Lapses,
    Reassigned,
    consents_lapse_expired,
    consents_lapse_reassigned,
    consents_lapse_unknown,
)
from compliance.services.consent_states import states_rebuild
from config.common import clock
from tests.world import World

pytestmark = pytest.mark.django_db
OLD, MOVED, NEW = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 3, 5))


def give(
    world: World, msisdn: str, given_at: datetime, action: str = "granted", **values: object
) -> None:
    consent_record(
        account=world.account, advertiser=world.advertiser, msisdn=msisdn, purpose="marketing",
        action=action, method="form", given_at=given_at, actor=None, **values,
    )  # type: ignore[arg-type]  # fmt: skip


def states() -> dict[str, str]:
    return dict(ConsentState.objects.order_by("msisdn").values_list("msisdn", "state"))


def test_what_is_past_its_time_lapses_once_at_its_end(world: World) -> None:
    give(world, "84911111111", OLD, expires_at=MOVED)
    give(world, "84911111112", OLD, expires_at=clock.now() + timedelta(days=1))
    assert consents_lapse_expired() == 1
    assert consents_lapse_expired() == 0
    lapsed = ConsentRecord.objects.get(action="lapsed")
    assert (lapsed.cause, lapsed.given_at, lapsed.method) == ("expired", MOVED, "system")
    assert states() == {"84911111111": "lapsed", "84911111112": "granted"}
    give(world, "84911111111", NEW)
    assert states()["84911111111"] == "granted"
    assert states_rebuild(is_check=True).total == 0


def test_consent_of_a_number_s_former_owner_lapses(world: World) -> None:
    give(world, "84911111111", OLD)
    give(world, "84911111112", NEW)
    give(world, "84911111113", OLD, "revoked")
    give(world, "84911111114", OLD, "requested")
    rows = [Reassigned(f"8491111111{n}", MOVED) for n in range(1, 6)]
    shared = {"account": world.account, "rows": rows, "source": "moved.csv", "actor": world.bob}
    assert consents_lapse_reassigned(**shared, is_preview=True) == Lapses(2, 2)  # type: ignore[arg-type]
    assert "lapsed" not in states().values(), "a preview changes nothing"
    assert consents_lapse_reassigned(**shared) == Lapses(2, 2)  # type: ignore[arg-type]
    assert consents_lapse_reassigned(**shared) == Lapses(0, 0)  # type: ignore[arg-type]
    assert list(states().values()) == ["lapsed", "granted", "revoked", "lapsed"]
    record = ConsentRecord.objects.filter(action="lapsed")[0]
    assert (record.cause, record.source, record.actor) == ("reassigned", "moved.csv", world.bob)


def test_an_account_s_list_touches_no_other_account(world: World) -> None:
    give(world, "84911111111", OLD)
    rows = [Reassigned("84911111111", MOVED)]
    found = consents_lapse_reassigned(account=world.other_account, rows=rows, source="", actor=None)
    assert found == Lapses(0, 0)


def test_consent_of_a_number_the_network_forgot_lapses(world: World) -> None:
    give(world, "84911111111", OLD)
    found = consents_lapse_unknown(account_id=world.account.pk, msisdns=["84911111111", "84900"])
    assert found == Lapses(1, 1)
    assert ConsentRecord.objects.get(action="lapsed").cause == "unknown_number"
