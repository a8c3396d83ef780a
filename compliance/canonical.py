"""The canonical texts of the chained books and their digests, as docs/compliance.md gives them.

Pure, and written apart from the database's triggers: what one of them gets wrong, the other
finds. A text is a JSON array with ", " between its items, in UTF-8; its digest is SHA-256.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

Values = Sequence[Any]
NO_LINK = bytes(32)
_encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Book:
    """How the rows of a book are written: the columns of the person's part (behind the salt),
    and those of the row (behind the form's name)."""

    form: str
    table: str
    personal: tuple[str, ...]
    row: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """What `personal_digest` and `row_digest` take, in this order."""
        return ("salt", *self.personal, *self.row)


BOOKS = {
    "consent": Book(
        "consent/1",
        "compliance_consentrecord",
        ("msisdn", "source", "evidence::text", "document_id"),
        (
            *("id", "account_id", "advertiser_id", "purpose", "action", "method"),
            *("text_version", "content", "form", "frequency", "promised_limit"),
            *("promised_hours", "expires_at", "cause", "actor_id", "given_at", "recorded_at"),
        ),
    ),
    "audit": Book(
        "audit/1",
        "compliance_auditentry",
        ("subject", "detail::text"),
        ("id", "account_id", "actor_id", "action", "at"),
    ),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is stored."""

    number: int
    previous: bytes
    digest: bytes
    rows_digest: bytes
    rows: int
    first_row: int
    last_row: int
    transaction: int
    made_at: datetime


def text(values: Values) -> str:
    """The canonical text of an array: numbers, strings, null; times in UTC with microseconds
    and Z; ids of salt as UUID text."""
    return _encode([_plain(value) for value in values])


def personal_digest(personal: Values) -> bytes:
    """Of the salt and what is about the person."""
    return _sha256(personal)


def row_digest(book: Book, row: Values, personal: bytes) -> bytes:
    """Of what stays when the person is forgotten, and of the person's digest."""
    return _sha256([book.form, *row, personal.hex()])


def link_digest(chain: str, account_id: int | None, link: Link) -> bytes:
    """Of the link's place and its rows; `rows_digest` is SHA-256 over the rows' digests (32
    bytes each) in the order of their numbers."""
    return _sha256(
        [
            *("link/1", chain, account_id, link.number, link.previous.hex(), link.rows),
            *(link.first_row, link.last_row, link.rows_digest.hex(), link.made_at),
        ]
    )


def _sha256(values: Values) -> bytes:
    return hashlib.sha256(text(values).encode()).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return str(value) if isinstance(value, UUID) else value
