from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile

from compliance.models import AuditEntry, Register, RegisterBadLine, RegisterEntry, RegisterSnapshot
from compliance.selectors.registers import listed, register_standings
from compliance.services.registers import (
    SnapshotValues,
    register_load,
    register_preview,
    snapshot_discard,
    snapshot_start,
    snapshot_upload,
)
from config.common import clock, versions
from config.common.errors import ConflictError, InvalidError
from tests.factories import serial

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = "84912345678", "84912345679", "84912345670"


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def register() -> Register:
    return Register.objects.get(country="VN")


def upload(content: str, as_of: datetime | None = None, **values: Any) -> RegisterSnapshot:
    return snapshot_upload(
        register=register(),
        file=ContentFile(content.encode(), name="list.csv"),
        file_name="list.csv",
        values=SnapshotValues(f"S{serial()}", as_of or clock.now(), **values),
        actor=None,
    )


def load(content: str, as_of: datetime | None = None, **values: Any) -> RegisterSnapshot:
    snapshot = upload(content, as_of, **values)
    snapshot_start(snapshot=snapshot, actor=None)
    register_load(snapshot.pk)
    snapshot.refresh_from_db()
    return snapshot


def test_a_list_tells_who_refuses_messages_and_who_only_calls() -> None:
    snapshot = load(f"0912345678,S\n{SECOND},V\n+{THIRD},\n")
    assert listed("VN", [FIRST, SECOND, THIRD, "84999999999"]) == {FIRST, THIRD}
    assert (snapshot.numbers, snapshot.numbers_sms, snapshot.numbers_voice) == (3, 2, 2)
    assert snapshot.state == "in_force"


def test_a_country_without_a_list_has_no_standing() -> None:
    assert register_standings() == {}
    load(f"{FIRST},S\n")
    assert register_standings()["VN"].reference == register().in_force.reference  # type: ignore[union-attr]
    assert listed("US", ["12125551212"]) == frozenset()


def test_the_age_counts_from_the_keepers_time_not_from_the_upload() -> None:
    as_of = clock.now() - timedelta(days=3)
    load(f"{FIRST},S\n", as_of)
    assert register_standings()["VN"].as_of == as_of


def test_a_new_whole_list_replaces_the_old_one_and_writes_only_what_differs() -> None:
    old = load(f"{FIRST},S\n{SECOND},S\n{THIRD},S\n")
    new = load(f"{FIRST},S\n{SECOND},V\n84988888888,S\n", may_shrink=True)
    assert listed("VN", [FIRST, SECOND, THIRD, "84988888888"]) == {FIRST, "84988888888"}
    assert (new.added, new.changed, new.removed, new.numbers) == (1, 1, 1, 3)
    assert RegisterEntry.objects.get(msisdn=int(FIRST)).since_id == old.pk
    old.refresh_from_db()
    assert old.state == "superseded"


def test_changes_add_and_remove_and_leave_the_rest() -> None:
    load(f"{FIRST},S,+\n{SECOND},S,+\n")
    changes = load(f"{SECOND},S,-\n{THIRD},S,+\n84977777777,S,-\n", kind="changes")
    assert listed("VN", [FIRST, SECOND, THIRD]) == {FIRST, THIRD}
    assert (changes.added, changes.changed, changes.removed) == (1, 0, 1)


def test_of_two_changes_to_a_number_the_later_line_holds() -> None:
    load(f"{FIRST},S\n")
    load(f"{SECOND},S,+\n{SECOND},S,-\n", kind="changes")
    assert listed("VN", [SECOND]) == frozenset()


def test_two_lines_of_a_whole_list_about_a_number_add_up() -> None:
    load(f"{FIRST},S\n{FIRST},V\n")
    entry = RegisterEntry.objects.get(msisdn=int(FIRST))
    assert (entry.refuses_sms, entry.refuses_voice) == (True, True)


def test_what_a_list_said_before_stays_on_record() -> None:
    old = load(f"{FIRST},S\n{SECOND},S\n")
    new = load(f"{FIRST},S\n", may_shrink=True)
    gone = RegisterEntry.objects.get(msisdn=int(SECOND))
    assert (gone.since_id, gone.until_id) == (old.pk, new.pk)


def test_bad_lines_are_set_aside_with_their_place_and_reason() -> None:
    snapshot = load(f"number,flag\n{FIRST},S\n{SECOND},S\nhello,S\n{THIRD},Q\n")
    bad = RegisterBadLine.objects.filter(snapshot=snapshot).values_list("line", "code", "content")
    assert list(bad) == [
        (4, "number_wrong", "hello,S"),
        (5, "flag_unknown", f"{THIRD},Q"),
    ]
    assert (snapshot.lines_read, snapshot.lines_bad) == (4, 2)


@pytest.mark.parametrize(
    ("content", "error"),
    [("hello\n", "no_numbers"), (f"{FIRST},S\nx,S\ny,S\n", "mostly_unreadable")],
)
def test_a_file_that_is_not_the_list_never_comes_into_force(content: str, error: str) -> None:
    load(f"{FIRST},S\n")
    assert load(content).error == error
    assert listed("VN", [FIRST]) == {FIRST}


def test_a_list_that_was_cut_off_frees_nobody() -> None:
    load("".join(f"8491234{number:04d},S\n" for number in range(100)))
    cut = load("".join(f"8491234{number:04d},S\n" for number in range(50)))
    assert (cut.state, cut.error) == ("failed", "too_many_removed")
    assert listed("VN", ["84912340099"]) == {"84912340099"}
    assert load("84912340000,S\n", may_shrink=True).removed == 99


def test_a_new_list_raises_the_configuration_version_and_progress_does_not() -> None:
    snapshot = upload(f"{FIRST},S\n")
    snapshot_start(snapshot=snapshot, actor=None)
    before = versions.current()
    RegisterSnapshot.objects.filter(pk=snapshot.pk).update(lines_read=1)
    assert versions.current() == before
    register_load(snapshot.pk)
    assert versions.current() > before


def test_loading_twice_changes_nothing() -> None:
    snapshot = load(f"{FIRST},S\n")
    assert register_load(snapshot.pk) == "in_force"
    assert RegisterEntry.objects.count() == 1


def test_the_same_id_is_refused_unless_the_first_try_failed() -> None:
    snapshot = load(f"{FIRST},S\n")
    again = SnapshotValues(snapshot.reference, clock.now())
    file = ContentFile(b"84912345678,S\n", name="x")
    with pytest.raises(ConflictError):
        snapshot_upload(register=register(), file=file, file_name="x", values=again, actor=None)
    RegisterSnapshot.objects.update(state="failed")
    assert snapshot_upload(
        register=register(), file=file, file_name="x", values=again, actor=None
    ).pk


@pytest.mark.parametrize(
    ("as_of", "kind", "field"),
    [
        (timedelta(hours=1), "full", "as_of"),
        (timedelta(days=-2), "full", "as_of"),
        (timedelta(0), "nothing", "reference"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(as_of: timedelta, kind: str, field: str) -> None:
    load(f"{FIRST},S\n")
    reference = " " if kind == "nothing" else "S-next"
    values = SnapshotValues(reference, clock.now() + as_of)
    with pytest.raises(InvalidError) as caught:
        snapshot_upload(
            register=register(),
            file=ContentFile(b"1", name="x"),
            file_name="x",
            values=values,
            actor=None,
        )
    assert caught.value.field == field


def test_changes_without_a_list_are_refused() -> None:
    with pytest.raises(InvalidError) as caught:
        upload(f"{FIRST},S,+\n", kind="changes")
    assert caught.value.field == "kind"


def test_lists_come_into_force_in_the_order_of_their_uploads() -> None:
    now = clock.now()
    first, second = upload(f"{FIRST},S\n", now), upload(f"{SECOND},S\n", now)
    for snapshot in (second, first):
        snapshot_start(snapshot=snapshot, actor=None)
        register_load(snapshot.pk)
    first.refresh_from_db()
    assert (first.state, first.error) == ("failed", "newer_in_force")
    assert listed("VN", [FIRST, SECOND]) == {SECOND}


def test_a_preview_counts_the_beginning_and_puts_nothing_in_force() -> None:
    snapshot = upload(f"{FIRST},S\n{SECOND},V\nhello\n")
    seen = register_preview(snapshot)
    assert (seen.good, seen.bad, seen.sms, seen.voice, seen.lines_about) == (2, 1, 1, 1, 3)
    assert register_standings() == {}


def test_a_discarded_file_is_never_loaded() -> None:
    snapshot = upload(f"{FIRST},S\n")
    snapshot_discard(snapshot=snapshot, actor=None)
    assert register_load(snapshot.pk) == "failed"
    with pytest.raises(ConflictError):
        snapshot_start(snapshot=snapshot, actor=None)


def test_a_lost_file_is_a_clean_failure() -> None:
    snapshot = upload(f"{FIRST},S\n")
    snapshot_start(snapshot=snapshot, actor=None)
    snapshot.file.storage.delete(snapshot.file.name)
    assert register_load(snapshot.pk) == "failed"
    snapshot.refresh_from_db()
    assert snapshot.error == "file_missing"


def test_the_audit_log_tells_what_came_into_force() -> None:
    snapshot = load(f"{FIRST},S\n")
    entry = AuditEntry.objects.get(action="register.list_in_force")
    assert entry.detail["sha256"] == snapshot.checksum


def test_a_hundred_thousand_lines_are_one_run() -> None:
    lines = "".join(f"8491{number:07d},S\n" for number in range(100_000))
    snapshot = load(lines)
    assert (snapshot.numbers, snapshot.lines_read) == (100_000, 100_000)
    assert len(listed("VN", [f"8491{number:07d}" for number in range(0, 100_000, 100)])) == 1000
