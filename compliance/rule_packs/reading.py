"""Reads untrusted JSON into typed values, naming the place of whatever is wrong."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

T = TypeVar("T")
_LONGEST_PATTERN = 400


class PackError(ValueError):
    """A rule pack breaks its format; `where` is a path like `rules[3].params.limit`."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


class Reader:
    """One JSON object; every field must be asked for, so that a misspelt rule is not lost."""

    def __init__(self, value: object, where: str = "pack") -> None:
        if not isinstance(value, Mapping):
            raise PackError(where, "must be an object")
        self.where = where
        self._value: Mapping[str, Any] = value
        self._asked: set[str] = set()

    def finish(self) -> None:
        """Refuses fields that nobody asked for."""
        unknown = sorted(set(self._value) - self._asked)
        if unknown:
            raise PackError(f"{self.where}.{unknown[0]}", "unknown field; check its spelling")

    def has(self, key: str) -> bool:
        """Whether the field is there and not null."""
        self._asked.add(key)
        return self._value.get(key) is not None

    def text(self, key: str, *, default: str | None = None, among: Iterable[str] = ()) -> str:
        """A string, one of `among` where given."""
        value = self._get(key, str, "text", default)
        return self._among(key, value, among)

    def integer(self, key: str, *, least: int = 0) -> int:
        """A whole number of at least `least`."""
        value: int = self._get(key, int, "a whole number", None)
        if isinstance(value, bool) or value < least:
            raise PackError(self._at(key), f"must be a whole number of at least {least}")
        return value

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """True or false."""
        value: bool = self._get(key, bool, "true or false", default)
        return value

    def day(self, key: str) -> date:
        """A date as YYYY-MM-DD."""
        return self.convert(key, date.fromisoformat, "a date as YYYY-MM-DD")

    def convert(self, key: str, how: Callable[[str], T], form: str) -> T:
        """A text that `how` understands."""
        text = self.text(key)
        try:
            return how(text)
        except (ValueError, KeyError, OSError) as error:
            raise PackError(self._at(key), f"must be {form}") from error

    def texts(
        self, key: str, *, among: Iterable[str] = (), default: list[str] | None = None
    ) -> tuple[str, ...]:
        """A list of strings."""
        values = self._get(key, list, "a list", default)
        for value in values:
            if not isinstance(value, str):
                raise PackError(self._at(key), "must hold texts only")
            self._among(key, value, among)
        return tuple(values)

    def patterns(
        self, key: str, *, default: list[str] | None = None
    ) -> tuple[re.Pattern[str], ...]:
        """A list of regular expressions, each short enough to be read by a person."""
        return tuple(self._compiled(key, text) for text in self.texts(key, default=default))

    def pattern(self, key: str) -> re.Pattern[str]:
        """One regular expression."""
        return self._compiled(key, self.text(key))

    def _compiled(self, key: str, pattern: str) -> re.Pattern[str]:
        if len(pattern) > _LONGEST_PATTERN:
            raise PackError(self._at(key), f"a pattern has at most {_LONGEST_PATTERN} characters")
        try:
            return re.compile(pattern)
        except re.error as error:
            raise PackError(self._at(key), f"is no pattern: {error}") from error

    def part(self, key: str) -> "Reader":
        """An object inside this one."""
        return Reader(self._get(key, Mapping, "an object", None), self._at(key))

    def parts(self, key: str) -> Iterator["Reader"]:
        """The objects of a list."""
        for number, value in enumerate(self._get(key, list, "a list", None)):
            yield Reader(value, f"{self._at(key)}[{number}]")

    def value(self, key: str) -> object:
        """A field as it is, for tables whose reader is elsewhere."""
        self._asked.add(key)
        return self._value.get(key)

    def __iter__(self) -> Iterator[str]:
        """The names of all fields, for objects that are tables."""
        return iter(self._value)

    def _get(self, key: str, kind: type | Any, form: str, default: object) -> Any:
        self._asked.add(key)
        value = self._value.get(key, default)
        if value is None:
            raise PackError(self._at(key), f"is missing; give {form}")
        if not isinstance(value, kind):
            raise PackError(self._at(key), f"must be {form}")
        return value

    def _among(self, key: str, value: str, among: Iterable[str]) -> str:
        allowed = sorted(among)
        if allowed and value not in allowed:
            raise PackError(self._at(key), f"“{value}” is not one of {', '.join(allowed)}")
        return value

    def _at(self, key: str) -> str:
        return f"{self.where}.{key}"
