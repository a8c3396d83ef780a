"""Steps of a value as one line that people type: `last_word | shorten length=20`, and back.

A step is a word with options; texts with spaces or signs are in quotes as in a shell, and
`join with=", "` stands for joining all the values at a path.
"""

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any, Final

from campaigns.triggers.formats import STEPS
from campaigns.triggers.problems import Problem, SpecError

_WHOLE: Final = frozenset({"length", "decimals", "divide"})
_PLAIN: Final = re.compile(r"[\w./:+-]+")
_JOIN: Final = "join"


def steps_read(text: str, place: str) -> tuple[list[Any], str]:
    """The steps as a mapping's JSON has them, and by what values are joined. Raises SpecError for
    what is no notation; whether a step has the options it needs is checked with the mapping."""
    steps: list[Any] = []
    join = ""
    for words in _parts(text, place):
        kind, options = words[0], _options(words[1:], place)
        if kind == _JOIN:
            join = options.get("with", "")
            if not join or len(options) != 1:
                raise SpecError([Problem(place, "join_without")])
        elif kind not in STEPS:
            known = ", ".join((*STEPS, _JOIN))
            raise SpecError([Problem(place, "unknown_word", {"word": kind[:40], "known": known})])
        else:
            steps.append(_step(kind, options))
    return steps, join


def _parts(text: str, place: str) -> list[list[str]]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        tokens = list(lexer)
    except ValueError as error:  # a quote that does not end
        raise SpecError([Problem(place, "steps_not_understood")]) from error
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token == "|":  # noqa: S105
            parts.append([])
        else:
            parts[-1].append(token)
    if parts == [[]]:
        return []
    if not all(parts):
        raise SpecError([Problem(place, "steps_not_understood")])
    return parts


def _options(words: Iterable[str], place: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name:
            raise SpecError([Problem(place, "option_without", {"word": word[:40]})])
        found[name] = value
    return found


def _step(kind: str, options: Mapping[str, str]) -> Any:
    if kind == "map":
        return {"kind": kind, "values": dict(options)}
    if not options:
        return kind
    return {"kind": kind} | {name: _value(name, text) for name, text in options.items()}


def _value(name: str, text: str) -> Any:
    is_number = name in _WHOLE and text.isascii() and text.isdecimal() and len(text) < 12
    return int(text) if is_number else text


def steps_written(steps: Iterable[Any], join: str = "") -> str:
    """The line for steps as they are stored."""
    parts = [f"{_JOIN} with={_quoted(join)}"] if join else []
    for step in steps:
        if isinstance(step, str):
            parts.append(step)
            continue
        options = step.get("values", {}) if step["kind"] == "map" else step
        words = [
            f"{_quoted(str(name))}={_quoted(str(value))}"
            for name, value in options.items()
            if name != "kind" or step["kind"] == "map"
        ]
        parts.append(" ".join([step["kind"], *words]))
    return " | ".join(parts)


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
