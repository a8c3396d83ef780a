"""Refused binds: remembered with the lease, so that nobody tries the same login again.

Operators lock accounts that repeat a wrong password, so neither a restart of the worker nor a
move to another one may cost a login: the configuration must change, or a person must ask.
"""

import json
from dataclasses import asdict, fields
from typing import Any, NamedTuple

from django.db import connection
from django.utils.crypto import salted_hmac

from carriers.ports import BindConfig

_MOST_DETAIL = 200
_NOT_TOLD = frozenset({"tls_context", "http"})  # tls_fingerprint speaks for the one

_REMEMBER = """
UPDATE carriers_bindlease SET refused_mark = %s, refused_detail = %s
WHERE bind_id = %s AND epoch = %s
"""
_FORGET = """
UPDATE carriers_bindlease SET refused_mark = '', refused_detail = ''
WHERE bind_id = %s AND refused_mark <> ''
"""
_READ = "SELECT refused_mark, refused_detail FROM carriers_bindlease WHERE bind_id = %s"
_STILL = "SELECT bind_id FROM carriers_bindlease WHERE bind_id = ANY(%s) AND refused_mark <> ''"


class Refusal(NamedTuple):
    """Which configuration was refused (`config_mark`; "": none), and in which words."""

    mark: str = ""
    detail: str = ""


def config_mark(config: BindConfig) -> str:
    """What tells configurations apart; keyed, because a password is part of it."""
    values: dict[str, Any] = {
        one.name: getattr(config, one.name) for one in fields(config) if one.name not in _NOT_TOLD
    }
    values["http"] = asdict(config.http) if config.http else None
    text = json.dumps(values, default=str, sort_keys=True)
    return salted_hmac("carriers.refusals", text, algorithm="sha256").hexdigest()


def refusal_of(bind_id: int) -> Refusal:
    """What is remembered of a bind."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [bind_id])
        return Refusal(*(cursor.fetchone() or ()))


def refusal_remember(*, bind_id: int, epoch: int, refusal: Refusal) -> None:
    """Keeps a refusal, whoever holds the bind next."""
    values: list[Any] = [refusal.mark, refusal.detail[:_MOST_DETAIL], bind_id, epoch]
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, values)


def refusal_forget(bind_id: int) -> bool:
    """The bind may be tried again; False where nothing was remembered."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [bind_id])
        return bool(cursor.rowcount)


def still_refused(bind_ids: list[int]) -> set[int]:
    """Of these binds those whose refusal nobody has lifted."""
    with connection.cursor() as cursor:
        cursor.execute(_STILL, [bind_ids])
        return {row[0] for row in cursor.fetchall()}
