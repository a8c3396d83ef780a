"""Books that prove themselves: sealed rows, links at commit, and tampering that is named."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection

from compliance.canonical import BOOKS
from compliance.models import AuditEntry, ChainHead, ChainLink, ConsentRecord
from compliance.services.chains import Anchor, verify
from compliance.services.consent import consent_record
from compliance.services.consent_imports import ConsentGiven, consents_import
from config.common import audit
from tests.factories import serial
from tests.world import World

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 2, 9, 30, 0, 123, tzinfo=UTC)


def commit() -> None:
    """Deferred triggers run, as at a commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def agree(world: World, count: int = 1) -> None:
    """A transaction of so many records."""
    rows = [ConsentGiven(f"8491{serial():07d}", "marketing", DAY) for _ in range(count)]
    consents_import(
        account=world.account,
        advertiser=world.advertiser,
        rows=rows,
        source="Sổ khách hàng “2026”\n",
        evidence={"note": 'line\n"two"', "longer key": 1.50, "đ": None},
        actor=world.bob,
    )
    commit()


@contextmanager
def superuser() -> Iterator[None]:
    """What somebody does who owns the database: no trigger refuses."""
    tables = ("compliance_consentrecord", "compliance_chainlink", "compliance_auditentry")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def book(world: World) -> World:
    """Three links of two, one and three records."""
    for count in (2, 1, 3):
        agree(world, count)
    return world


def broken(world: World, anchor: Anchor | None = None) -> tuple[int, str] | None:
    found = verify(world.account.pk, "consent", anchor).first_broken
    return (found.link, found.code) if found else None


def ids() -> list[int]:
    return list(ConsentRecord.objects.order_by("id").values_list("id", flat=True))


def test_one_link_per_transaction_and_all_recomputed(book: World) -> None:
    found = verify(book.account.pk, "consent")
    assert (found.links, found.rows, found.erased, found.is_whole) == (3, 6, 0, True)
    head = ChainHead.objects.get(account=book.account, chain="consent")
    assert (head.number, head.rows, bytes(head.digest).hex()) == (3, 6, found.head)


def test_records_of_every_field_verify(world: World) -> None:
    consent_record(
        account=world.account,
        advertiser=world.advertiser,
        msisdn="84912345678",
        purpose="all",
        action="granted",
        method="form",
        source="https://shop.example/?a=\"b\"&c='d' \\ \t\x7f",
        evidence={"form": {"name": "Nguyễn", "boxes": [1, 2.5, True]}, "😀": "\u2028"},
        text_version="v3",
        content="Offers",
        form="SMS",
        frequency="3 lần/tuần",
        given_at=DAY,
        actor=world.bob,
    )
    commit()
    assert verify(world.account.pk, "consent").is_whole


def test_the_platform_has_a_book_of_its_own(world: World) -> None:
    audit.record(action="test.platform", actor=world.ada, subject="số 1", detail={"đ": ["\n"]})
    audit.record(action="test.account", actor=None, account_id=world.account.pk)
    commit()
    assert (verify(None, "audit").is_whole, verify(world.account.pk, "audit").is_whole) == (
        True,
        True,
    )
    assert verify(None, "audit").rows == AuditEntry.objects.filter(account=None).count() > 0


CHANGES = {
    "a field": ("UPDATE compliance_consentrecord SET purpose = 'all' WHERE id = %s", 2, "row_changed"),
    "a number": ("UPDATE compliance_consentrecord SET msisdn = '849' WHERE id = %s", 2, "row_changed"),
    "a row with its digest": (
        "UPDATE compliance_consentrecord SET digest = sha256('x') WHERE id = %s", 2, "row_changed"),
    "only evidence blanked": (
        "UPDATE compliance_consentrecord SET evidence = '{}' WHERE id = %s", 2, "row_changed"),
    "only the salt gone": (
        "UPDATE compliance_consentrecord SET salt = NULL WHERE id = %s", 2, "row_changed"),
    "a row removed": ("DELETE FROM compliance_consentrecord WHERE id = %s", 2, "row_missing"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_record_is_named(book: World, change: str) -> None:
    statement, link, code = CHANGES[change]
    third = ids()[2]
    with superuser():
        run("DELETE FROM compliance_consentstate WHERE record_id = %s", third)
        run(statement, third)
    assert broken(book) == (link, code)
    if code == "row_changed":
        found = verify(book.account.pk, "consent").first_broken
        assert found is not None
        assert found.row == third


def test_records_that_change_places_are_found(book: World) -> None:
    one, two = ids()[3:5]
    columns = "msisdn, salt, personal, digest"
    with superuser():
        run(
            f"UPDATE compliance_consentrecord AS r SET ({columns}) = (SELECT {columns} FROM"
            " compliance_consentrecord AS o WHERE o.id = %s + %s - r.id) WHERE id IN (%s, %s)",
            one, two, one, two,
        )  # fmt: skip
    assert broken(book) == (3, "row_changed")


def test_an_inserted_record_is_found(book: World) -> None:
    with superuser():
        run(
            "INSERT INTO compliance_consentrecord SELECT (r).* FROM (SELECT jsonb_populate_record("
            "c, '{\"id\": 900000000}') AS r FROM compliance_consentrecord AS c LIMIT 1) AS copy"
        )
    assert broken(book) == (4, "row_unlinked")


def test_links_removed_changed_and_reordered_are_found(book: World) -> None:
    link = ChainLink.objects.get(number=2, chain="consent")
    with superuser():
        run("UPDATE compliance_chainlink SET rows = 7 WHERE id = %s", link.pk)
    assert broken(book) == (2, "link_changed")
    with superuser():
        run("UPDATE compliance_chainlink SET rows = 1, number = 9 WHERE id = %s", link.pk)
    assert broken(book) == (2, "link_missing")
    with superuser():
        run("DELETE FROM compliance_chainlink WHERE id = %s", link.pk)
    assert broken(book) == (2, "link_missing")


def test_links_that_change_places_are_found(book: World) -> None:
    with superuser():
        for old, new in ((1, 99), (2, 1), (99, 2)):
            run("UPDATE compliance_chainlink SET number = %s WHERE number = %s"
                " AND chain = 'consent'", new, old)  # fmt: skip
    assert broken(book) == (1, "link_order")


def test_newest_links_removed_with_their_rows_differ_from_an_exported_digest(book: World) -> None:
    head = verify(book.account.pk, "consent")
    anchor = Anchor(head.links, head.head)
    with superuser():
        run("DELETE FROM compliance_consentstate WHERE record_id = ANY(%s)", ids()[3:])
        run("DELETE FROM compliance_consentrecord WHERE id = ANY(%s)", ids()[3:])
        run("DELETE FROM compliance_chainlink WHERE number = 3 AND chain = 'consent'")
    assert broken(book) == (3, "head_differs")
    second = ChainLink.objects.get(number=2, chain="consent")
    run("UPDATE compliance_chainhead SET number = 2, rows = 3, digest = %s WHERE chain ="
        " 'consent'", second.digest)  # fmt: skip
    assert broken(book) is None, "who owns the database can shorten a book unseen"
    assert broken(book, anchor) == (3, "digest_differs"), "but not against a digest kept outside"


def test_a_digest_of_before_still_fits_a_book_that_grew(book: World) -> None:
    head = verify(book.account.pk, "consent")
    agree(book)
    assert broken(book, Anchor(head.links, head.head)) is None
    assert broken(book, Anchor(head.links, "00" * 32)) == (3, "digest_differs")


def test_a_savepoint_rolled_back_leaves_no_trace(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT here")
        audit.record(action="test.undone", actor=None, account_id=world.account.pk)
        cursor.execute("ROLLBACK TO SAVEPOINT here")
    audit.record(action="test.kept", actor=None, account_id=world.account.pk)
    commit()
    assert verify(world.account.pk, "audit").is_whole
    assert not AuditEntry.objects.filter(action="test.undone").exists()


@pytest.mark.parametrize("chain", BOOKS)
def test_every_column_of_a_book_is_in_its_digest(chain: str) -> None:
    model = {"consent": ConsentRecord, "audit": AuditEntry}[chain]
    written = {column.removesuffix("::text") for column in BOOKS[chain].columns}
    seals = {"transaction", "personal", "digest"}
    assert {field.column for field in model._meta.fields} - seals == written


@pytest.mark.parametrize("column", ["purpose", "given_at", "digest", "salt", "msisdn"])
def test_rows_refuse_changes_that_are_no_erasure(book: World, column: str) -> None:
    values = {"purpose": "'all'", "given_at": "now()", "digest": "''", "salt": "NULL"}
    with pytest.raises(DatabaseError, match="append-only"):
        run(f"UPDATE compliance_consentrecord SET {column} = {values.get(column, chr(39) * 2)}")


@pytest.mark.parametrize("statement", ["UPDATE {} SET rows = 1", "DELETE FROM {}", "TRUNCATE {}"])
def test_links_refuse_every_change(book: World, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement.format("compliance_chainlink"))
