"""Bodies of events as values: read strictly, numbers exact, bounded in depth."""

import json
from decimal import Decimal
from typing import Any, Final, NoReturn

from campaigns.triggers.paths import DEEPEST

LONGEST_NUMBER: Final = 64


class DocumentError(Exception):
    """A body that is no document; `code` says why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def document_read(body: bytes) -> Any:
    """The JSON object or list in a body. Raises DocumentError."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError("not_utf8", position=error.start) from error
    try:
        found = json.loads(text, parse_float=_number, parse_int=_whole, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise DocumentError("not_json", line=error.lineno, column=error.colno) from error
    except (RecursionError, ValueError) as error:
        raise DocumentError("too_deep", limit=DEEPEST) from error
    if not isinstance(found, dict | list):
        raise DocumentError("not_an_object")
    if is_deeper(found, DEEPEST):
        raise DocumentError("too_deep", limit=DEEPEST)
    return found


def _number(text: str) -> Decimal:
    return Decimal(text[:LONGEST_NUMBER])


def _whole(text: str) -> int | str:
    """An identifier of hundreds of digits stays the text that it is."""
    return int(text) if len(text) <= LONGEST_NUMBER else text


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def is_deeper(document: Any, limit: int) -> bool:
    """Whether something is nested in more than `limit` objects and lists."""
    level: list[Any] = [document]
    for _depth in range(limit):
        below: list[Any] = []
        for one in level:
            inner = one.values() if isinstance(one, dict) else one
            below += [value for value in inner if isinstance(value, dict | list)]
        if not below:
            return False
        level = below
    return True
