"""Characters that nobody sees, though they change what is read or how it is set."""

import re
import unicodedata

# Shown as nothing, though they are letters or symbols: Hangul fillers, Mongolian and Khmer
# inherent vowels, the empty braille pattern.
_BLANK = "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0"
_JOINERS = "\u200c\u200d"  # scripts and emoji need them, between characters beyond ASCII
_INVISIBLE = re.compile(f"[{_BLANK}{_JOINERS}]")


def first_invisible(text: str) -> int | None:
    """Position of the first invisible character; joiners count where they join nothing."""
    if text.isprintable() and not _INVISIBLE.search(text):
        return None
    for at, character in enumerate(text):
        if character in _JOINERS:
            is_between = 0 < at < len(text) - 1 and not text[at - 1].isascii()
            if not is_between:
                return at
        elif _is_invisible(character):
            return at
    return None


def _is_invisible(character: str) -> bool:
    # Unassigned ones (Cn) may be letters of a Unicode newer than this Python's.
    return unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") or bool(
        _INVISIBLE.match(character)
    )


def shown(character: str) -> str:
    """The character, or its number where it cannot be shown alone."""
    if character.isprintable() and not unicodedata.combining(character):
        return character
    return f"U+{ord(character):04X}"
