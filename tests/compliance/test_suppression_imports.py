"""Files of suppressions: whom they stop, what they report, and taking them back."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile

from compliance.models import (
    AuditEntry,
    ConsentRecord,
    ConsentState,
    Suppression,
    SuppressionImport,
)
from compliance.selectors.consent import suppressed
from compliance.services.consent import consent_record
from compliance.services.consent_imports import ConsentGiven, consents_import
from compliance.services.consent_states import states_rebuild
from compliance.services.suppression_imports import (
    ImportValues,
    suppression_import_discard,
    suppression_import_preview,
    suppression_import_run,
    suppression_import_start,
    suppression_import_undo,
    suppression_import_upload,
)
from compliance.services.suppressions import suppression_add
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from messaging.models import Event
from tests.factories import make_advertiser, make_sender
from tests.world import World

pytestmark = pytest.mark.django_db
FIRST, SECOND = "84912345678", "84912345679"


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def upload(world: World, content: str, **values: Any) -> SuppressionImport:
    return suppression_import_upload(
        values=ImportValues(**({"account": world.account} | values)),
        file=ContentFile(content.encode(), name="list.csv"),
        file_name="list.csv",
        actor=world.bob,
    )


def run(world: World, content: str, **values: Any) -> SuppressionImport:
    found = upload(world, content, **values)
    suppression_import_start(found=found, actor=world.bob)
    suppression_import_run(found.pk)
    found.refresh_from_db()
    return found


def from_network(world: World, content: str, **values: Any) -> SuppressionImport:
    return run(world, content, kind="operator", network="Viettel 1313", **values)


def stopped(world: World, other: bool = False) -> set[str]:
    account = world.other_account if other else world.account
    advertiser = world.other_advertiser if other else world.advertiser
    return set(suppressed(account.pk, advertiser.pk, [FIRST, SECOND], "marketing"))


def test_a_list_stops_its_numbers_for_every_brand_of_the_account(world: World) -> None:
    found = run(world, f"0912345678\n+{SECOND}\nhello\n0912345678\n", reason="moved away")
    assert (found.state, found.added, found.known, found.lines_bad) == ("completed", 2, 0, 1)
    assert stopped(world) == {FIRST, SECOND}
    assert stopped(world, other=True) == set()
    made = Suppression.objects.get(msisdn=FIRST)
    assert (made.cause, made.source, made.advertiser) == ("manual", "import", None)


def test_repeating_a_list_finds_everybody_known(world: World) -> None:
    run(world, f"{FIRST}\n")
    assert (run(world, f"{FIRST}\n").known, Suppression.objects.count()) == (1, 1)


def test_a_running_file_goes_on_behind_its_last_batch(world: World) -> None:
    found = upload(world, f"{FIRST}\n{SECOND}\n")
    suppression_import_start(found=found, actor=None)
    assert suppression_import_run(found.pk) == "completed"
    assert suppression_import_run(found.pk) == "completed"
    assert Suppression.objects.count() == 2


def test_an_end_is_kept_and_a_refusal_has_none(world: World) -> None:
    end = clock.now() + timedelta(days=5)
    run(world, f"{FIRST}\n", expires_at=end)
    assert Suppression.objects.get().expires_at == end
    with pytest.raises(InvalidError) as caught:
        upload(world, f"{FIRST}\n", cause="refusal", expires_at=end)
    assert caught.value.field == "expires_at"


def test_refusals_of_a_network_stop_the_brand_they_name(world: World) -> None:
    other_brand = make_advertiser(world.account, name="Hoa Sen")
    found = from_network(world, f"msisdn,brandname\n{FIRST},HOA SEN\n{SECOND},Nobody\n")
    made = Suppression.objects.get()
    assert (made.advertiser, made.cause, made.source) == (other_brand, "refusal", "operator")
    assert "Viettel 1313" in made.reason
    assert (found.added, found.unknown_brand, found.unknown_brands) == (1, 1, {"Nobody": 1})
    assert list(found.bad_lines.values_list("line", "code")) == [(3, "brand_unknown")]


def test_a_brand_is_also_known_by_its_registered_sender(world: World) -> None:
    make_sender(world.account, advertiser=world.advertiser, kind="alphanumeric", address="SAOMAI")
    from_network(world, f"msisdn;brandname\n{FIRST};SaoMai\n", account=None)
    assert Suppression.objects.get().advertiser == world.advertiser


def test_refusals_without_account_and_brand_hold_for_everybody(world: World) -> None:
    found = from_network(world, f"{FIRST}\n", account=None)
    assert stopped(world) == stopped(world, other=True) == {FIRST}
    assert found.added == Suppression.objects.count()


def test_a_refusal_takes_consent_back_in_the_ledger_with_the_file_as_evidence(
    world: World,
) -> None:
    consent_record(
        account=world.account,
        advertiser=world.advertiser,
        msisdn=FIRST,
        purpose="marketing",
        action="granted",
        method="form",
        given_at=clock.now() - timedelta(days=1),
        actor=None,
    )
    found = from_network(world, f"{FIRST}\n")
    record = ConsentRecord.objects.get(action="revoked")
    assert record.evidence["sha256"] == found.checksum
    assert ConsentState.objects.get(msisdn=FIRST).state == "revoked"
    assert Suppression.objects.filter(lifted_at=None).count() == 1


def test_a_refusal_takes_the_place_of_a_bounce_and_of_what_was_entered(world: World) -> None:
    for msisdn, cause in ((FIRST, "bounce"), (SECOND, "manual")):
        suppression_add(
            account=world.account,
            advertiser=None,
            msisdn=msisdn,
            purpose="marketing",
            source="console",
            cause=cause,
            actor=None,
        )
    assert from_network(world, f"{FIRST}\n{SECOND}\n").added == 2
    causes = Suppression.objects.filter(lifted_at=None).values_list("cause", flat=True)
    assert set(causes) == {"refusal"}


def test_undoing_lifts_exactly_what_the_file_added(world: World) -> None:
    suppression_add(
        account=world.account,
        advertiser=None,
        msisdn=FIRST,
        purpose="marketing",
        source="console",
        actor=None,
    )
    found = run(world, f"{FIRST}\n{SECOND}\n")
    assert suppression_import_undo(found=found, reason="wrong file", actor=world.bob) == 1
    assert stopped(world) == {FIRST}
    assert AuditEntry.objects.get(action="suppressions.import_undone").detail["lifted"] == 1


def test_undoing_gives_back_what_the_file_had_replaced(world: World) -> None:
    mine = suppression_add(
        account=world.account,
        advertiser=None,
        msisdn=FIRST,
        purpose="marketing",
        source="console",
        actor=None,
    )
    found = from_network(world, f"{FIRST}\n")
    suppression_import_undo(found=found, reason="of another customer", actor=world.bob)
    assert Suppression.objects.get(lifted_at=None) == mine


def test_undoing_leaves_those_who_refused_themselves_since_then(world: World) -> None:
    found = from_network(world, f"{FIRST}\n")
    suppression_add(
        account=world.account,
        advertiser=None,
        msisdn=FIRST,
        purpose="marketing",
        source="mo",
        cause="refusal",
        actor=None,
    )
    suppression_import_undo(found=found, reason="wrong file", actor=world.bob)
    assert stopped(world) == {FIRST}


def test_a_file_is_taken_back_once_and_with_a_reason(world: World) -> None:
    found = run(world, f"{FIRST}\n")
    with pytest.raises(InvalidError):
        suppression_import_undo(found=found, reason=" ", actor=world.bob)
    suppression_import_undo(found=found, reason="wrong", actor=world.bob)
    with pytest.raises(ConflictError):
        suppression_import_undo(found=found, reason="wrong", actor=world.bob)


def test_a_preview_shows_lines_as_they_are_read(world: World) -> None:
    found = upload(world, f"number,brand\n{FIRST},Sao Mai\nx,\n")
    seen = suppression_import_preview(found)
    assert seen.has_brands
    assert [(line, code) for line, _text, _row, code in seen.rows] == [(2, ""), (3, "number_wrong")]
    assert Suppression.objects.count() == 0


def test_a_discarded_file_is_never_run(world: World) -> None:
    found = upload(world, f"{FIRST}\n")
    suppression_import_discard(found=found, actor=world.bob)
    assert suppression_import_run(found.pk) == "failed"
    with pytest.raises(ConflictError):
        suppression_import_start(found=found, actor=world.bob)


def test_a_file_without_a_number_has_failed(world: World) -> None:
    assert run(world, "hello\n").error == "no_numbers"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"account": None}, "account"),
        ({"kind": "operator"}, "network"),
        ({"purpose": "spam"}, "purpose"),
        ({"cause": "bounce"}, "cause"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    world: World, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        upload(world, f"{FIRST}\n", **values)
    assert caught.value.field == field


def test_another_accounts_advertiser_is_refused(world: World) -> None:
    with pytest.raises(InvalidError):
        upload(world, f"{FIRST}\n", advertiser=world.other_advertiser)


def test_twenty_thousand_lines_are_four_batches(
    world: World, django_assert_max_num_queries: Any
) -> None:
    found = upload(world, "".join(f"8491{number:07d}\n" for number in range(20_000)))
    suppression_import_start(found=found, actor=None)
    with django_assert_max_num_queries(60):
        suppression_import_run(found.pk)
    assert Suppression.objects.count() == 20_000


def test_consent_that_a_file_takes_back_is_told_to_each_account(world: World) -> None:
    """A network's file may concern several accounts: each hears of its own, and once."""
    for account, advertiser in (
        (world.account, world.advertiser),
        (world.other_account, world.other_advertiser),
    ):
        consent_record(
            account=account, advertiser=advertiser, msisdn=FIRST, purpose="marketing",
            action="granted", method="form", actor=None,
        )  # fmt: skip
    for _ in range(2):
        from_network(world, f"{FIRST}\n{SECOND}\n", account=None, cause="refusal")
    told = Event.objects.filter(type="consent.revoked")
    assert {one.account for one in told} == {world.account, world.other_account}
    assert told.count() == 2
    mine = json.loads(told.get(account=world.account).body)["data"]
    assert (mine["number"], mine["advertiser"], mine["source"]) == (
        f"+{FIRST}", world.advertiser.name, "operator",
    )  # fmt: skip


def test_consent_of_many_is_taken_back_by_few_statements_and_as_one_by_one(
    world: World, django_assert_max_num_queries: Any
) -> None:
    """Of two brands and of another account, asked or given, for one purpose or both; what was
    refused before, and whom the file does not name, stays as it is."""
    second = make_advertiser(world.account, name="Hoa Sen")
    numbers = [f"8491{number:07d}" for number in range(40)]
    owners = [
        (world.account, world.advertiser), (world.account, second),
        (world.other_account, world.other_advertiser),
    ]  # fmt: skip
    for account, advertiser in owners:
        for purpose, action in (("marketing", "granted"), ("care", "requested")):
            rows = [ConsentGiven(one, purpose, ago(2)) for one in (*numbers, SECOND)]
            consents_import(
                account=account, advertiser=advertiser, rows=rows, source="shop", actor=None,
                action=action,
            )  # fmt: skip
    before = ConsentRecord.objects.count()
    content = "".join(f"{one}\n" for one in [*numbers, FIRST])
    found = upload(
        world, content, account=None, kind="operator", network="Viettel 1313", purpose="all"
    )
    suppression_import_start(found=found, actor=world.bob)
    with django_assert_max_num_queries(60):
        suppression_import_run(found.pk)
    made = ConsentRecord.objects.filter(action="revoked")
    assert (made.count(), ConsentRecord.objects.count() - before) == (240, 240)
    assert set(made.values_list("account", "advertiser", "msisdn", "purpose")) == {
        (account.pk, advertiser.pk, one, purpose)
        for account, advertiser in owners for one in numbers for purpose in ("marketing", "care")
    }  # fmt: skip
    evidence = {"import": found.pk, "file": "list.csv", "sha256": found.checksum}
    for one in made:
        assert (one.method, one.source, one.evidence) == ("import", "Viettel 1313", evidence)
        assert (one.actor, one.given_at <= one.recorded_at) == (world.bob, True)
    assert ConsentState.objects.filter(state="revoked").count() == 240
    assert set(ConsentState.objects.filter(msisdn=SECOND).values_list("state", flat=True)) == {
        "granted", "requested",
    }  # fmt: skip
    assert states_rebuild(is_check=True).total == 0
    # The file's own, of every brand, and no other beside them.
    standing = Suppression.objects.filter(lifted_at=None)
    assert set(standing.values_list("imported_in", "advertiser")) == {(found.pk, None)}
    told = Event.objects.filter(type="consent.revoked")
    assert [told.filter(account=one).count() for one in (world.account, world.other_account)] == [
        160, 80,
    ]  # fmt: skip
    suppression_import_run(found.pk)
    assert made.count() == 240


def ago(days: int) -> datetime:
    return clock.now() - timedelta(days=days)
