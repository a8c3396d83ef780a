"""The books as people read them: how they stand, and what is on record about one number."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection

from compliance.canonical import BOOKS, personal_digest, row_digest
from compliance.constants import Chain
from compliance.models import Account, ChainCheck, ChainHead, ConsentRecord

_LINKS = """
SELECT r.id, (
    SELECT l.number FROM compliance_chainlink AS l
    WHERE l.account_id = r.account_id AND l.chain = 'consent' AND l.first_row <= r.id
        AND l.last_row >= r.id AND l.transaction = r.transaction
    ORDER BY l.first_row DESC LIMIT 1
) FROM compliance_consentrecord AS r WHERE r.id = ANY(%s)
"""
_MOST_FACTS = 200


@dataclass(frozen=True, slots=True)
class BookStanding:
    """A book's length, and the newest verification of the whole of it (None: never yet)."""

    account: Account | None
    chain: str
    links: int
    rows: int
    check: ChainCheck | None


@dataclass(frozen=True, slots=True)
class Fact:
    """A record with the link that binds it (None: not committed yet), whether its own digests
    are right, and whether the newest verification covered its link."""

    record: ConsentRecord
    link: int | None
    is_whole: bool
    is_verified: bool


def book_standings(account_ids: Collection[int] | None) -> list[BookStanding]:
    """Both books of these accounts; None: of every account and the platform."""
    heads = ChainHead.objects.select_related("account").order_by("account__name", "-chain")
    checks = ChainCheck.objects.order_by("account_id", "chain", "-id").distinct(
        "account_id", "chain"
    )
    if account_ids is not None:
        heads = heads.filter(account__in=account_ids)
        checks = checks.filter(account__in=account_ids)
    newest = {(one.account_id, one.chain): one for one in checks}
    return [
        BookStanding(
            head.account,
            head.chain,
            head.number,
            head.rows,
            newest.get((head.account_id, head.chain)),
        )
        for head in heads
    ]


def number_facts(account_id: int, msisdn: str, advertiser_id: int | None = None) -> list[Fact]:
    """What the consent ledger says about a number, newest first (at most 200)."""
    records = ConsentRecord.objects.filter(account_id=account_id, msisdn=msisdn)
    if advertiser_id is not None:
        records = records.filter(advertiser_id=advertiser_id)
    found = list(
        records.select_related("advertiser", "actor", "account")
        .select_related("document")
        .defer("document__content")
        .order_by("-given_at", "-id")[:_MOST_FACTS]
    )
    ids = [record.pk for record in found]
    links, whole = links_of(ids), whole_records(ids)
    check = (
        ChainCheck.objects.filter(account_id=account_id, chain=Chain.CONSENT)
        .order_by("-id")
        .first()
    )
    return [
        Fact(
            record,
            links.get(record.pk),
            record.pk in whole,
            _covers(check, links.get(record.pk)),
        )
        for record in found
    ]


def links_of(record_ids: Collection[int]) -> Mapping[int, int]:
    """By consent record the number of its link."""
    with connection.cursor() as cursor:
        cursor.execute(_LINKS, [list(record_ids)])
        return {record: link for record, link in cursor.fetchall() if link is not None}


def whole_records(record_ids: Collection[int]) -> frozenset[int]:
    """Those of the consent records whose own digests are right."""
    book = BOOKS[Chain.CONSENT.value]
    columns = ", ".join(("id", "personal", "digest", *book.columns))
    cut = 4 + len(book.personal)
    whole = set()
    with connection.cursor() as cursor:
        # Names of this program alone.
        query = f"SELECT {columns} FROM {book.table} WHERE id = ANY(%s)"  # noqa: S608
        cursor.execute(query, [list(record_ids)])
        for row in cursor.fetchall():
            personal = bytes(row[1])
            is_erased = row[3] is None
            if (is_erased or personal_digest(row[3:cut]) == personal) and row_digest(
                book, row[cut:], personal
            ) == bytes(row[2]):
                whole.add(row[0])
    return frozenset(whole)


def _covers(check: ChainCheck | None, link: int | None) -> bool:
    if check is None or link is None or link > check.links:
        return False
    return check.broken_link is None or link < check.broken_link
