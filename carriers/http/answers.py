"""What a carrier's HTTP answer means for the segment that met it. Pure.

An answer is a number beside SMPP's command_status (carriers.smpp.statuses.HTTP_BASE): so the same
columns, journal and pages hold both.
"""

import json
from collections.abc import Mapping
from typing import Final, NamedTuple

from carriers.http import paths
from carriers.http.options import HttpOptions
from carriers.smpp.statuses import CODE_BASE, ESME_ROK, HTTP_BASE, LAST_CODE, StatusClass

UNKNOWN: Final = "unknown"  # of an error class: the carrier may have the message
CLASS_WORDS: Final = frozenset({*StatusClass, UNKNOWN} - {StatusClass.OK})

_PERSON: Final = StatusClass.CREDENTIALS.value  # somebody must change the bind
_PERMANENT: Final = StatusClass.PERMANENT_MESSAGE.value
_TEMPORARY: Final = StatusClass.TEMPORARY.value
# RFC 9110 §15, RFC 6585 §4. A server error in general says nothing about whether the message
# was taken; 503 says that the server did not work on it.
_USUAL: Final[Mapping[int, str]] = {
    401: _PERSON,
    402: _TEMPORARY,
    403: _PERSON,
    404: _PERSON,
    405: _PERSON,
    408: _TEMPORARY,
    410: _PERSON,
    415: _PERSON,
    425: _TEMPORARY,
    429: StatusClass.THROTTLE.value,
    503: _TEMPORARY,
}


class Judgement(NamedTuple):
    """`word` is a StatusClass or "unknown"; `number` as described above, 0 for taken."""

    word: str
    number: int
    message_id: str

    @property
    def status_class(self) -> StatusClass:
        return StatusClass.AMBIGUOUS if self.word == UNKNOWN else StatusClass(self.word)


def judge(options: HttpOptions, status: int, body: bytes) -> Judgement:
    """What the answer with this HTTP status and body says."""
    document = _document(body)
    code = paths.text(document, options.error_path)
    if 200 <= status < 300:
        if _is_unreadable(options, document):
            # It said yes, and then something that nobody understands: it may have the message.
            return Judgement(UNKNOWN, HTTP_BASE + status, "")
        if _is_taken(options, document):
            return Judgement(StatusClass.OK.value, ESME_ROK, paths.text(document, options.id_path))
        return Judgement(_code_word(options, code) or _PERMANENT, _number(status, code), "")
    word = _code_word(options, code) or _status_word(options, status)
    return Judgement(word, _number(status, code), "")


def stored_class(number: int, error_classes: Mapping[str, str]) -> StatusClass:
    """The class of a stored number: of what a dead worker had an answer to."""
    word = _stored_word(number, error_classes)
    return StatusClass.AMBIGUOUS if word == UNKNOWN else StatusClass(word)


def _stored_word(number: int, error_classes: Mapping[str, str]) -> str:
    if number == ESME_ROK:
        return StatusClass.OK.value
    if number >= CODE_BASE:
        return error_classes.get(f"code:{number - CODE_BASE}", _PERMANENT)
    status = number - HTTP_BASE
    return error_classes.get(str(status)) or _usual(status)


def _document(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _is_unreadable(options: HttpOptions, document: object) -> bool:
    return document is None and bool(options.success_path or options.id_path)


def _is_taken(options: HttpOptions, document: object) -> bool:
    if not options.success_path:
        # Without a condition: an id where one is expected says it, else the status alone.
        return not options.id_path or bool(paths.text(document, options.id_path))
    found = paths.text(document, options.success_path)
    return found in options.success_values if options.success_values else bool(found)


def _code_word(options: HttpOptions, code: str) -> str:
    return options.error_classes.get(f"code:{code}", "") if code else ""


def _status_word(options: HttpOptions, status: int) -> str:
    return options.error_classes.get(str(status)) or _usual(status)


def _usual(status: int) -> str:
    if status in _USUAL:
        return _USUAL[status]
    if status >= 500 or status < 200:
        return UNKNOWN
    # A redirect is not followed: the address is to be corrected by a person.
    return _PERSON if 300 <= status < 400 else _PERMANENT


def _number(status: int, code: str) -> int:
    if code.isascii() and code.isdecimal() and int(code) <= LAST_CODE - CODE_BASE:
        return CODE_BASE + int(code)
    return HTTP_BASE + status
