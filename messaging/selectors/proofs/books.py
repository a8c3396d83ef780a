"""The links of the chained books that bind records of a pack, computed anew."""

import hashlib
from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from compliance.canonical import BOOKS, Book, Link, link_digest, personal_digest, row_digest
from compliance.models import ChainLink, LedgerDigest
from messaging.selectors.proofs.model import LinkFacts, SignedDigest

# A transaction's records lie close together: a link is looked for this far before a record.
_REACH = 10_000
_MOST_ROWS = 5_000  # of one link; an import's link binds more, and is verified as a whole book


def links_binding(
    account_id: int, book: str, records: Collection[tuple[int, int]]
) -> list[LinkFacts]:
    """The links of (record, transaction) pairs, each with whether it still proves its records."""
    if not records:
        return []
    ids = [pk for pk, _transaction in records]
    rows = ChainLink.objects.filter(
        account_id=account_id,
        chain=book,
        first_row__range=(min(ids) - _REACH, max(ids)),
        transaction__in={transaction for _pk, transaction in records},
    ).order_by("number")
    return [_verified(account_id, book, row) for row in rows]


def digests_after(account_id: int, links: Iterable[LinkFacts]) -> list[SignedDigest]:
    """The first signed digest that covers all of the links; none where none was made yet."""
    made = [link.made_at for link in links]
    if not made:
        return []
    row = (
        LedgerDigest.objects.filter(
            account_id=account_id, day__gte=max(made).date(), made_at__gte=max(made)
        )
        .order_by("day", "pk")
        .first()
    )
    if row is None:
        return []
    return [SignedDigest(row.day, row.body, row.signature, row.public_key)]


def _verified(account_id: int, book: str, row: ChainLink) -> LinkFacts:
    link = Link(
        row.number,
        bytes(row.previous),
        bytes(row.digest),
        bytes(row.rows_digest),
        row.rows,
        row.first_row,
        row.last_row,
        row.transaction,
        row.made_at,
    )
    problem = _problem(account_id, book, link)
    return LinkFacts(
        book=book,
        number=link.number,
        digest=link.digest.hex(),
        previous=link.previous.hex(),
        records=link.rows,
        made_at=link.made_at,
        is_whole=not problem,
        problem=problem,
    )


def _problem(account_id: int, book: str, link: Link) -> str:
    if link_digest(book, account_id, link) != link.digest:
        return _("The link was changed.")
    before = ChainLink.objects.filter(
        account_id=account_id, chain=book, number=link.number - 1
    ).first()
    if before is not None and bytes(before.digest) != link.previous:
        return _("The link does not follow the one before.")
    if link.rows > _MOST_ROWS:
        return ""
    digests = hashlib.sha256()
    count = 0
    for record in _records(BOOKS[book], account_id, link):
        count += 1
        digest, is_whole = _record(BOOKS[book], record)
        if not is_whole:
            return _("The record %(row)d was changed.") % {"row": record[0]}
        digests.update(digest)
    if count != link.rows or digests.digest() != link.rows_digest:
        return _("Its records are not those it was made of.")
    return ""


def _records(book: Book, account_id: int, link: Link) -> list[tuple[Any, ...]]:
    columns = ", ".join(("id", "personal", "digest", *book.columns))
    query = (
        f"SELECT {columns} FROM {book.table} WHERE id BETWEEN %s AND %s"  # noqa: S608
        " AND transaction = %s AND account_id IS NOT DISTINCT FROM %s ORDER BY id"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [link.first_row, link.last_row, link.transaction, account_id])
        return list(cursor.fetchall())


def _record(book: Book, record: tuple[Any, ...]) -> tuple[bytes, bool]:
    """The record's digest, and whether it is the record's."""
    _pk, personal, digest, *values = record
    personal, digest = bytes(personal), bytes(digest)
    cut = 1 + len(book.personal)
    is_erased = values[0] is None
    is_own = is_erased or personal_digest(values[:cut]) == personal
    return digest, is_own and row_digest(book, values[cut:], personal) == digest
