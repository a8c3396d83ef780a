"""Characters that a reader cannot see, or that some operators refuse."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import regex

from messaging.encoding.replacements import suggestion

# Format characters, spaces that are not U+0020, separators, controls other than the line ends,
# variation selectors, and what Unicode calls letters or symbols but shows as nothing.
_INVISIBLE = regex.compile(
    r"[\p{Cf}\p{Zl}\p{Zp}[\p{Zs}--\u0020][\p{Cc}--\n\r]"
    r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u2800\u3164\ufe00-\ufe0f\uffa0]",
    regex.VERSION1,
)
# In emoji they are part of what is seen (UTS 51 §1.4).
_EMOJI = regex.compile(
    r"[\p{Extended_Pictographic}0-9#*]\p{Emoji_Modifier}?\ufe0f?"
    r"(?:\u200d\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?)*"
    r"|\U0001f3f4[\U000e0020-\U000e007f]+"
)


@dataclass(frozen=True, slots=True)
class Culprit:
    """A character worth pointing at.

    `position` counts code points from 0; `name` is Unicode's, or U+hex where it has none;
    `suggestion` is a replacement in GSM-7, "" to leave the character out, None where nothing says
    the same.
    """

    position: int
    character: str
    name: str
    suggestion: str | None


def culprit(position: int, character: str) -> Culprit:
    """`character` with its name and what may stand for it."""
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    return Culprit(position, character, name, suggestion(character))


def invisible(text: str) -> tuple[Culprit, ...]:
    """Every character of `text` that shows as nothing or as just another space, in order.

    The plain space, line ends, and joiners and selectors inside emoji are not meant.
    """
    found = [culprit(match.start(), match[0]) for match in _INVISIBLE.finditer(text)]
    if not found:
        return ()
    in_emoji = set(_inside_emoji(text))
    return tuple(one for one in found if one.position not in in_emoji)


def refused(text: str, characters: str) -> tuple[Culprit, ...]:
    """Every character of `text` that is one of `characters`, in order."""
    unwanted = frozenset(characters)
    return tuple(culprit(at, char) for at, char in enumerate(text) if char in unwanted)


def _inside_emoji(text: str) -> Iterator[int]:
    for match in _EMOJI.finditer(text):
        if not match[0].isascii():
            yield from range(match.start() + 1, match.end())
