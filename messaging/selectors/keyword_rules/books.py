"""An account's rules compiled once per version: one look at an index per reply, no more."""

import threading
from collections import OrderedDict
from typing import Final

from django.db import connection

from messaging.keyword_rules import Book, Plan, Rule, phrase_of, plan_of
from messaging.models import KeywordRule

_KEPT: Final = 500  # books of so many accounts
# What is changed has another greatest version, what is deleted another count.
_VERSION = """
SELECT count(*), coalesce(max(version), 0) FROM messaging_keywordrule WHERE account_id = %s
"""
_lock = threading.Lock()
_books: OrderedDict[int, tuple[tuple[int, int], Book]] = OrderedDict()


def book_of(account_id: int) -> Book | None:
    """The account's rules as they are now, committed; None where it has none."""
    version = _version(account_id)
    if not version[0]:
        return None
    known = _books.get(account_id)
    if known is not None and known[0] == version:
        return known[1]
    rows = KeywordRule.objects.filter(account=account_id)
    book = Book(compiled(row) for row in rows)
    with _lock:
        _books[account_id] = (version, book)
        _books.move_to_end(account_id)
        while len(_books) > _KEPT:
            _books.popitem(last=False)
    return book


def _version(account_id: int) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, [account_id])
        count, greatest = cursor.fetchone()
    return int(count), int(greatest)


def compiled(row: KeywordRule, *, plan: Plan | None = None) -> Rule:
    """A rule as the engine takes it. Raises PhraseError, PlanError for what was never checked."""
    return Rule(
        id=row.pk or 0,
        name=row.name,
        kind=row.match_kind,
        phrases=tuple(phrase_of(row.match_kind, word) for word in row.words),
        priority=row.priority,
        sender_id=row.sender_id,
        languages=frozenset(row.languages),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        is_active=row.is_active,
        is_shadow=row.is_shadow,
        plan=plan or plan_of(row.actions, row.question),
    )
