"""Texts that nobody may read before they leave: a message is stored with stars for its one-time
code, and the whole text lies encrypted beside it until an SMSC has it.

So no page, answer, export, proof or search can show a code, whatever state the message is in;
the pump alone opens it, for the rows that it has claimed.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from config.common.arrays import Uuids
from config.common.secrets import decrypt, encrypt
from messaging.constants import OPEN, Origin

_SEAL = """
INSERT INTO messaging_sealedtext (message_id, sealed, created_at)
SELECT id, sealed, %(now)s FROM unnest(%(ids)s::uuid[], %(sealed)s::text[]) AS t(id, sealed)
"""
_UNSEAL = """
SELECT m.id, s.sealed FROM messaging_message m
LEFT JOIN messaging_sealedtext s ON s.message_id = m.id
WHERE m.id = ANY(%(ids)s) AND m.origin = %(origin)s
"""
# What has left or will never leave has no secret any more. It is a small table: what is on its way.
_FORGET = """
DELETE FROM messaging_sealedtext s WHERE NOT EXISTS (
    SELECT 1 FROM messaging_message m WHERE m.id = s.message_id AND m.status = ANY(%(open)s))
"""


def texts_seal(texts: Sequence[tuple[uuid.UUID, str]], now: datetime) -> None:
    """Keeps texts of messages encrypted, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SEAL,
            {
                "ids": [key for key, _text in texts],
                "sealed": [encrypt(text) for _key, text in texts],
                "now": now,
            },
        )


def texts_unseal(cursor: Any, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str | None]:
    """The texts of those messages that have one sealed; None where it is gone."""
    cursor.execute(_UNSEAL, {"ids": Uuids(sorted(ids)), "origin": Origin.VERIFY.value})
    return {key: None if sealed is None else decrypt(sealed) for key, sealed in cursor.fetchall()}


def sealed_texts_forget() -> int:
    """Drops the texts of messages that have left, or never will; how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"open": sorted(OPEN)})
        return int(cursor.rowcount)
