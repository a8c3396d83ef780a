"""Imports that are interrupted, run twice, or meet one another."""

import threading
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection

from campaigns.constants import ImportStatus
from campaigns.models import BadLine, Contact, ContactImport, ContactList, ListMembership
from campaigns.services.imports import (
    ConsentOptions,
    batches,
    import_cancel,
    import_retry,
    import_run,
    imports_resume,
    running,
)
from compliance.models import ConsentRecord
from config.common import clock
from config.common.errors import ConflictError
from tests.campaigns.building import counts, start, upload
from tests.factories import make_list


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(batches, "BATCH_ROWS", 10)


def numbered(count, *, shift=0):
    """Rows with repeats across batches (every 7th) and bad lines (every 11th)."""
    lines = ["name,phone,consent"]
    for index in range(count):
        number = index - 5 if index % 7 == 6 else index
        phone = "12345" if index % 11 == 10 else f"09{12_000_000 + shift + number}"
        lines.append(f"Person {index},{phone},{'x' if index % 3 else ''}")
    return "\n".join(lines) + "\n"


PLAIN = {0: "name", 1: "number"}


def queued(world, count, **options):
    """An import of so many rows, without their consent."""
    return start(upload(world.account, numbered(count)), mapping=PLAIN, **options)


class Killed(BaseException):
    """What SIGKILL does to the transaction at hand."""


def kill_after(monkeypatch, commits):
    """Lets so many batches commit, then dies in the middle of the next transaction."""
    real, done = running.merge_rows, []

    def dying(*arguments, **values):
        merged = real(*arguments, **values)
        if len(done) >= commits:
            raise Killed
        done.append(merged)
        return merged

    monkeypatch.setattr(running, "merge_rows", dying)


@pytest.mark.django_db
@pytest.mark.parametrize("commits", [0, 1, 4, 9])
def test_a_killed_import_ends_as_if_nothing_had_happened(world, monkeypatch, commits):
    consent = ConsentOptions(world.advertiser, source="web")
    calm = start(upload(world.other_account, numbered(100)), mapping=PLAIN)
    import_run(calm.pk)
    calm.refresh_from_db()
    found = start(upload(world.account, numbered(100)), new_list_name="L", consent=consent)
    with monkeypatch.context() as patch:
        kill_after(patch, commits)
        with pytest.raises(Killed):
            import_run(found.pk)
    found.refresh_from_db()
    assert (found.status, found.rows_done) == (ImportStatus.RUNNING, commits * 10)
    assert import_run(found.pk) == ImportStatus.COMPLETED
    found.refresh_from_db()
    assert counts(found) == counts(calm)
    numbers = Contact.objects.filter(account=world.account).count()
    assert numbers == found.rows_created
    assert ListMembership.objects.filter(contact_list__name="L").count() == numbers
    assert BadLine.objects.filter(contact_import=found).count() == found.rows_bad
    assert ConsentRecord.objects.count() == found.consents_recorded


@pytest.mark.django_db
def test_a_database_failure_is_left_to_the_task(world, monkeypatch):
    found = queued(world, 30)
    with monkeypatch.context() as patch:
        patch.setattr(running, "merge_rows", _raise(OperationalError("deadlock detected")))
        with pytest.raises(OperationalError):
            import_run(found.pk)
    found.refresh_from_db()
    assert found.status == ImportStatus.RUNNING
    assert import_run(found.pk) == ImportStatus.COMPLETED


@pytest.mark.django_db
def test_an_unexpected_failure_can_be_retried(world, monkeypatch):
    found = queued(world, 30)
    with monkeypatch.context() as patch:
        patch.setattr(running, "merge_rows", _raise(ValueError("a bug")))
        with pytest.raises(ValueError, match="a bug"):
            import_run(found.pk)
    found.refresh_from_db()
    assert (found.status, found.error) == (ImportStatus.FAILED, "unexpected")
    import_retry(found, actor=world.alice)
    assert import_run(found.pk) == ImportStatus.COMPLETED
    found.refresh_from_db()
    assert found.error == ""


def _raise(error):
    def failing(*_arguments, **_values):
        raise error

    return failing


@pytest.mark.django_db
def test_cancel_stops_before_the_next_batch(world, monkeypatch):
    found = queued(world, 100)
    real = running.record_consents

    def canceling(contact_import, rows):
        if contact_import.rows_done == 0 and Contact.objects.count() > 10:
            import_cancel(contact_import, actor=None)
        return real(contact_import, rows)

    monkeypatch.setattr(running, "record_consents", canceling)
    assert import_run(found.pk) == ImportStatus.CANCELED
    found.refresh_from_db()
    assert 0 < found.rows_done < 100
    with pytest.raises(ConflictError):
        import_cancel(found, actor=None)


@pytest.mark.django_db
def test_only_a_failed_import_is_retried(world):
    with pytest.raises(ConflictError):
        import_retry(queued(world, 3), actor=None)


@pytest.mark.django_db
def test_imports_that_lost_their_worker_are_queued_again(
    world, published, django_capture_on_commit_callbacks
):
    stalled = queued(world, 3)
    alive = queued(world, 3)
    now = clock.now()
    ContactImport.objects.filter(pk=stalled.pk).update(
        status=ImportStatus.RUNNING, progress_at=now - timedelta(minutes=2)
    )
    published.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert imports_resume(now) == {"resumed": 1, "dropped": 0}
    assert published == [("campaigns.tasks.run_import", (stalled.pk,))]
    assert alive.pk != stalled.pk


@pytest.mark.django_db
def test_uploads_nobody_started_are_dropped_after_a_week(world, django_capture_on_commit_callbacks):
    found = upload(world.account, numbered(3))
    with django_capture_on_commit_callbacks(execute=True):
        later = clock.now() + timedelta(days=8)
        assert imports_resume(later) == {"resumed": 0, "dropped": 1}
    assert not default_storage.exists(found.file.name)


def in_threads(*calls):
    """Runs the calls at the same time, each with a connection of its own."""
    failures = []

    def one(call):
        try:
            call()
        except Exception as error:  # noqa: BLE001  reported by the caller
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_the_same_numbers_at_once(world):
    orders = make_list(world.account)
    text = numbered(200)
    head, *lines = text.splitlines()
    backwards = "\n".join([head, *reversed(lines)])
    found = [
        start(upload(world.account, one), mapping=PLAIN, contact_list=orders)
        for one in (text, backwards)
    ]
    in_threads(*(lambda one=one: import_run(one.pk) for one in found))
    for one in found:
        one.refresh_from_db()
        assert one.status == ImportStatus.COMPLETED
        counts(one)
    contacts = Contact.objects.filter(account=world.account).count()
    assert sum(one.rows_created for one in found) == contacts
    assert orders.memberships.count() == contacts


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_import_do_its_work_once(world):
    found = queued(world, 200, new_list_name="L")
    in_threads(*[lambda: import_run(found.pk)] * 2)
    found.refresh_from_db()
    if found.status == ImportStatus.RUNNING:  # each may have stopped for the other
        import_run(found.pk)
        found.refresh_from_db()
    assert found.status == ImportStatus.COMPLETED
    assert counts(found)[0] == Contact.objects.count()
    assert BadLine.objects.count() == found.rows_bad


@pytest.mark.django_db
def test_a_list_deleted_on_the_way_does_not_stop_the_import(world, monkeypatch):
    found = queued(world, 50, new_list_name="L")
    kill_after(monkeypatch, 2)
    with pytest.raises(Killed):
        import_run(found.pk)
    monkeypatch.undo()
    monkeypatch.setattr(batches, "BATCH_ROWS", 10)
    ContactList.objects.get(name="L").delete()
    assert import_run(found.pk) == ImportStatus.COMPLETED


@pytest.mark.django_db
def test_twenty_thousand_rows_add_up(world, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_ROWS", 4_000)
    consent = ConsentOptions(world.advertiser, source="web")
    found = start(upload(world.account, numbered(20_000)), new_list_name="L", consent=consent)
    assert found.rows_total == 20_000
    assert import_run(found.pk) == ImportStatus.COMPLETED
    found.refresh_from_db()
    created, updated, duplicates, bad = counts(found)
    assert (found.rows_done, found.rows_total, updated) == (20_000, 20_000, 0)
    assert bad == 20_000 // 11
    assert created == Contact.objects.count() == ListMembership.objects.count()
    assert duplicates == 20_000 - created - bad
