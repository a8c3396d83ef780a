"""Verifies the chained books: consent ledger and audit log, by recomputing every digest.

A verification reads one snapshot, in two passes that hold little in memory: the links in their
order, then the rows beside the links they belong to.
"""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from compliance.canonical import (
    BOOKS,
    NO_LINK,
    Book,
    Link,
    link_digest,
    personal_digest,
    row_digest,
)
from compliance.constants import Chain
from compliance.models import ChainHead

_FETCH = 5_000
_LINKS = """
SELECT number, previous, digest, rows_digest, rows, first_row, last_row, transaction, made_at
FROM compliance_chainlink WHERE account_id IS NOT DISTINCT FROM %s AND chain = %s ORDER BY {}
"""


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where a book does not prove itself; `row` where one can be named."""

    link: int
    row: int | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an exported digest says of a book: its newest link then, and the digest of it."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification found; `erased` records keep their digest alone."""

    account_id: int | None
    chain: str
    links: int
    rows: int
    erased: int
    head: str
    seconds: float
    first_broken: Broken | None

    @property
    def is_whole(self) -> bool:
        """Whether every link and record is as it was written."""
        return self.first_broken is None


@dataclass(slots=True)
class _Open:
    link: Link
    digest: Any = field(default_factory=hashlib.sha256)
    rows: int = 0


@dataclass(slots=True)
class _Findings:
    """The first broken link so far; one link's first finding stands."""

    first: Broken | None = None
    links: int = 0
    rows: int = 0
    erased: int = 0

    def add(self, link: int, row: int | None, code: str, message: str) -> None:
        if self.first is None or link < self.first.link:
            self.first = Broken(link, row, code, message)


def verify(account_id: int | None, chain: str, anchor: Anchor | None = None) -> Verification:
    """Recomputes a book's digests from its rows; `account_id` None: the platform's own book.

    `anchor`, from an exported digest, also proves that no link was taken off the end since.
    Finds changed, removed, inserted and reordered rows and links.
    """
    started = monotonic()
    findings = _Findings()
    with _snapshot():
        head = _check_links(account_id, chain, anchor, findings)
        _check_rows(account_id, chain, findings)
    return Verification(
        account_id=account_id,
        chain=Chain(chain).value,
        links=findings.links,
        rows=findings.rows,
        erased=findings.erased,
        head=head.hex(),
        seconds=monotonic() - started,
        first_broken=findings.first,
    )


@contextmanager
def _snapshot() -> Iterator[None]:
    """Links and rows of one moment; inside a transaction of the caller's, that one's."""
    outer = connection.in_atomic_block
    with transaction.atomic():
        if not outer:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _streamed(query: str, values: list[Any]) -> Iterator[tuple[Any, ...]]:
    opened: AbstractContextManager[Any] = connection.chunked_cursor()
    with opened as cursor:
        cursor.execute(query, values)
        while rows := cursor.fetchmany(_FETCH):
            yield from rows


def _links(account_id: int | None, chain: str, order: str) -> Iterator[Link]:
    for number, previous, digest, rows_digest, *rest in _streamed(
        _LINKS.format(order), [account_id, chain]
    ):
        yield Link(number, bytes(previous), bytes(digest), bytes(rows_digest), *rest)


def _check_links(
    account_id: int | None, chain: str, anchor: Anchor | None, findings: _Findings
) -> bytes:
    expected, previous, anchored = 1, NO_LINK, anchor is None
    for link in _links(account_id, chain, "number"):
        findings.links += 1
        if link.number != expected:
            findings.add(expected, None, "link_missing", _("The link is missing."))
        elif link.previous != previous:
            findings.add(
                link.number, None, "link_order", _("The link does not follow the one before.")
            )
        if link_digest(chain, account_id, link) != link.digest:
            findings.add(link.number, None, "link_changed", _("The link was changed."))
        if anchor and link.number == anchor.number:
            anchored = link.digest.hex() == anchor.digest
        expected, previous = link.number + 1, link.digest
    if anchor and not anchored:
        missing = anchor.number >= expected
        text = (
            _("The exported digest knows this link; it is missing.")
            if missing
            else _("The exported digest has another digest for this link.")
        )
        findings.add(min(anchor.number, expected), None, "digest_differs", text)
    head = ChainHead.objects.filter(account=account_id, chain=chain).first()
    known = (head.number, bytes(head.digest)) if head else (0, NO_LINK)
    if known != (expected - 1, previous):
        findings.add(
            min(known[0], expected), None, "head_differs", _("The newest links are missing.")
        )
    return previous


def _check_rows(account_id: int | None, chain: str, findings: _Findings) -> None:
    book = BOOKS[chain]
    coming = _links(account_id, chain, "first_row, number")
    following = next(coming, None)
    opened: dict[int, _Open] = {}
    newest = 0
    for row in _streamed(_rows_query(book, account_id), [account_id] if account_id else []):
        row_id, transaction_id = row[0], row[1]
        while following and following.first_row <= row_id:
            _open(opened, following, findings)
            newest, following = max(newest, following.number), next(coming, None)
        findings.rows += 1
        at = opened.get(transaction_id)
        if at is None or row_id > at.link.last_row:
            text = _("The record %(row)d belongs to no link.") % {"row": row_id}
            findings.add(newest + 1, row_id, "row_unlinked", text)
            continue
        _check_row(book, row, at, findings)
        if row_id == at.link.last_row:
            _close(opened.pop(transaction_id), findings)
    for left in [
        *opened.values(),
        *map(_Open, [following] if following else []),
        *map(_Open, coming),
    ]:
        _close(left, findings)


def _open(opened: dict[int, _Open], link: Link, findings: _Findings) -> None:
    if before := opened.get(link.transaction):
        _close(before, findings)
    opened[link.transaction] = _Open(link)


def _check_row(book: Book, row: tuple[Any, ...], at: _Open, findings: _Findings) -> None:
    personal, digest = bytes(row[2]), bytes(row[3])
    cut = 5 + len(book.personal)  # the number, transaction and digests, and the salt
    if row[4] is None:
        findings.erased += 1
        is_whole = not any(value not in (None, "", "{}") for value in row[5:cut])
    else:
        is_whole = personal_digest(row[4:cut]) == personal
    if not is_whole or row_digest(book, row[cut:], personal) != digest:
        text = _("The record %(row)d was changed.") % {"row": row[0]}
        findings.add(at.link.number, row[0], "row_changed", text)
    at.digest.update(digest)
    at.rows += 1


def _close(at: _Open, findings: _Findings) -> None:
    link = at.link
    if at.rows != link.rows:
        text = _("%(found)d of its %(count)d records %(first)d to %(last)d are there.") % {
            "found": at.rows,
            "count": link.rows,
            "first": link.first_row,
            "last": link.last_row,
        }
        findings.add(link.number, None, "row_missing", text)
    elif at.digest.digest() != link.rows_digest:
        row = link.first_row if link.rows == 1 else None
        text = _("Its records %(first)d to %(last)d are not those it was made of.") % {
            "first": link.first_row,
            "last": link.last_row,
        }
        findings.add(link.number, row, "rows_changed", text)


def _rows_query(book: Book, account_id: int | None) -> str:
    columns = ", ".join(("id", "transaction", "personal", "digest", *book.columns))
    owner = "account_id = %s" if account_id else "account_id IS NULL"
    # Names of this program alone.
    return f"SELECT {columns} FROM {book.table} WHERE {owner} ORDER BY id"  # noqa: S608
