"""Words that no table knows: noted by the threads that meet them, written down once a second.

A receipt's state that nobody knows must neither fail a message nor pass unseen, and the first
`0x0432` of a vendor is worth a question to the carrier.
"""

from collections import Counter
from datetime import datetime
from threading import Lock
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from carriers.models import Bind, UnknownWord
from carriers.smpp.receipts import RECEIPT_STATES
from carriers.smpp.statuses import StatusClass
from config.common import audit, clock
from config.common.errors import InvalidError

STATE: Final = UnknownWord.Kind.STATE.value
STATUS: Final = UnknownWord.Kind.STATUS.value
STATUS_MEANINGS: Final = frozenset(str(one) for one in StatusClass if one is not StatusClass.OK)
_LONGEST: Final = 40
_MOST_WAITING: Final = 1000  # different words: more is garbage, not a dialect

_noted: Counter[tuple[int, str, str]] = Counter()
_lock = Lock()

_WRITE = """
INSERT INTO carriers_unknownword (bind_id, kind, word, count, first_at, last_at, meaning)
SELECT w.bind_id, w.kind, w.word, w.n, %(now)s, %(now)s, ''
FROM unnest(%(binds)s::bigint[], %(kinds)s::text[], %(words)s::text[], %(counts)s::bigint[])
    AS w(bind_id, kind, word, n)
WHERE EXISTS (SELECT 1 FROM carriers_bind b WHERE b.id = w.bind_id)
ORDER BY w.bind_id, w.kind, w.word
ON CONFLICT (bind_id, kind, word) DO UPDATE
    SET count = carriers_unknownword.count + excluded.count, last_at = excluded.last_at
"""


def note(bind_id: int, kind: str, word: str) -> None:
    """Counts a word in memory; from any thread."""
    key = (bind_id, kind, word.replace("\0", "")[:_LONGEST])
    with _lock:
        if key in _noted or len(_noted) < _MOST_WAITING:
            _noted[key] += 1


def words_write(now: datetime | None = None) -> int:
    """Writes down what was noted; returns how many different words. What cannot be written
    now is kept for the next time."""
    with _lock:
        taken = Counter(_noted)
        _noted.clear()
    if not taken:
        return 0
    keys = list(taken)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                _WRITE,
                {
                    "binds": [key[0] for key in keys],
                    "kinds": [key[1] for key in keys],
                    "words": [key[2] for key in keys],
                    "counts": [taken[key] for key in keys],
                    "now": now or clock.now(),
                },
            )
    except Exception:
        with _lock:
            _noted.update(taken)
        raise
    return len(keys)


def word_take_as(*, word: UnknownWord, meaning: str, actor: Any) -> Bind:
    """Puts the word into its bind's map with this meaning: a receipt state, or a class of status
    codes. Running workers take it over by themselves. Raises InvalidError for another meaning."""
    is_state = word.kind == STATE
    known = RECEIPT_STATES if is_state else STATUS_MEANINGS
    if meaning not in known:
        raise InvalidError(
            "unknown_meaning",
            _("“%(meaning)s” is none of the meanings: choose one of %(known)s.")
            % {"meaning": meaning, "known": ", ".join(sorted(known))},
            field="meaning",
        )
    with transaction.atomic():
        bind = Bind.objects.select_for_update().get(pk=word.bind_id)
        if is_state:
            bind.receipt_states = {**bind.receipt_states, word.word: meaning}
            bind.save(update_fields=["receipt_states"])
        else:
            bind.status_classes = {**bind.status_classes, word.word: meaning}
            bind.save(update_fields=["status_classes"])
        word.meaning = meaning
        word.save(update_fields=["meaning"])
        audit.record(
            action="bind.word_explained",
            actor=actor,
            subject=f"bind:{bind.pk}",
            detail={"kind": word.kind, "word": word.word, "meaning": meaning},
        )
    return bind
