"""Template bodies: text with `{slot}` placeholders, where `{{` and `}}` are plain braces."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[a-z][a-z0-9_]*")

GrammarErrorCode = Literal["unclosed_brace", "unopened_brace", "bad_slot_name"]


class GrammarError(ValueError):
    """A body that is no template: `code` says what is wrong at `position` (code points from 0).

    `unclosed_brace`: "{" without "}"; `unopened_brace`: "}" without "{"; `bad_slot_name`: `name`
    is not a small letter followed by small letters, digits and "_", all ASCII.
    """

    def __init__(self, position: int, code: GrammarErrorCode, name: str = "") -> None:
        super().__init__(f"{code} at {position}")
        self.position = position
        self.code = code
        self.name = name


class MissingSlotError(ValueError):
    """Values for `slots` (in body order) were not given."""

    code = "missing_slots"

    def __init__(self, slots: tuple[str, ...]) -> None:
        super().__init__(f"no value for {', '.join(slots)}")
        self.slots = slots


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed body: `parts` are literal text and slot names in turn, literal first and last.

    `slots` names each slot once, in the order of the body. Parse once, render often.
    """

    parts: tuple[str, ...]
    slots: tuple[str, ...]

    def render(self, values: Mapping[str, str]) -> str:
        """The text with every slot filled; braces in values stay as they are.

        Values without a slot are ignored. Raises MissingSlotError.
        """
        filled = list(self.parts)
        try:
            filled[1::2] = [values[name] for name in self.parts[1::2]]
        except KeyError:
            missing = tuple(name for name in self.slots if name not in values)
            raise MissingSlotError(missing) from None
        return "".join(filled)


def parse(body: str) -> Template:
    """Template of `body`; every character outside slots is kept, newlines too. Raises GrammarError."""
    parts = []
    literal = ""
    end = 0
    for token in _TOKEN.finditer(body):
        literal += body[end : token.start()]
        end = token.end()
        name = token[1]
        if name is None:
            literal += _plain_brace(token)
        elif _NAME.fullmatch(name):
            parts += [literal, name]
            literal = ""
        else:
            raise GrammarError(token.start(), "bad_slot_name", name)
    parts.append(literal + body[end:])
    return Template(tuple(parts), tuple(dict.fromkeys(parts[1::2])))


def _plain_brace(token: re.Match[str]) -> str:
    if len(token[0]) == 2:
        return token[0][0]
    raise GrammarError(token.start(), "unclosed_brace" if token[0] == "{" else "unopened_brace")
