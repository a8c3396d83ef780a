"""Reading what a lookup service answers, by paths that an operator gives. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from routing.lookups.protocol import Answered


@dataclass(frozen=True, slots=True)
class Reading:
    """Where in an answer what stands. `codes`: our networks' codes by what the service calls
    them, in small letters."""

    items_path: str
    number_path: str
    network_path: str
    status_path: str
    absent_words: frozenset[str]
    codes: Mapping[str, str]


class AnswerError(ValueError):
    """The answer has not the form that the paths say."""


def at_path(value: object, path: str) -> object:
    """The member at `path` (names with dots between, positions in lists); None where there is
    none; the value itself for an empty path."""
    for name in filter(None, path.split(".")):
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def answers_read(reading: Reading, answer: object, asked: Sequence[str]) -> Iterator[Answered]:
    """What the answer says of the numbers asked about; of others nothing is believed.

    The answers are a list, an object with a member per number, or, where one number was asked
    about, a single object. Raises AnswerError.
    """
    items = at_path(answer, reading.items_path)
    wanted = set(asked)
    for msisdn, item in _items(reading, items, asked):
        if msisdn in wanted:
            wanted.discard(msisdn)
            yield _answered(reading, msisdn, item)


def _items(reading: Reading, items: object, asked: Sequence[str]) -> Iterator[tuple[str, object]]:
    if isinstance(items, list):
        for item in items:
            yield _digits(at_path(item, reading.number_path)), item
        return
    if not isinstance(items, Mapping):
        raise AnswerError("no answers at the path")
    if len(asked) == 1 and not any(_digits(name) == asked[0] for name in items):
        yield asked[0], items
        return
    for name, item in items.items():
        yield _digits(name), item


def _digits(value: object) -> str:
    return str(value if value is not None else "").strip().lstrip("+")


def _answered(reading: Reading, msisdn: str, item: object) -> Answered:
    if not isinstance(item, Mapping):
        return _named(reading, msisdn, item)
    status = at_path(item, reading.status_path) if reading.status_path else None
    if status is not None and str(status).strip().casefold() in reading.absent_words:
        return Answered(msisdn, is_absent=True, detail=str(status)[:40])
    return _named(reading, msisdn, at_path(item, reading.network_path))


def _named(reading: Reading, msisdn: str, word: object) -> Answered:
    said = str(word if word is not None else "").strip()
    if said.casefold() in reading.absent_words:
        return Answered(msisdn, is_absent=True, detail=said[:40])
    return Answered(msisdn, reading.codes.get(said.casefold(), ""), detail=said[:40])
