"""Text of a cell made fit to store, and folded forms for comparing."""

import re
import unicodedata

_NOT_TEXT = re.compile(r"[\ud800-\udfff]")
_NOT_STORABLE = re.compile(r"[\0\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_LOOKALIKES = str.maketrans({"đ": "d", "ð": "d", "ɖ": "d"})
_NOT_WORD = re.compile(r"[^a-z0-9]+")


class DamagedTextError(ValueError):
    """U+0000, half a character, or bytes that were not text in the file's encoding (kept as lone
    surrogates), at `position` (characters from 0)."""

    def __init__(self, position: int) -> None:
        super().__init__(f"damaged at {position}")
        self.position = position


def clean(value: str) -> str:
    """The value in NFC, trimmed, without zero-width and control characters; line ends as \\n.

    Raises DamagedTextError for what cannot be stored, and bytes that did not decode.
    """
    if value.isprintable():
        return unicodedata.normalize("NFC", value).strip()
    damage = _NOT_STORABLE.search(value)
    if damage:
        raise DamagedTextError(damage.start())
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(map(_visible, text))
    return unicodedata.normalize("NFC", kept).strip()


def clean_line(value: str) -> str:
    """`clean` with every run of white space as one space: for names."""
    text = clean(value)
    return _SPACES.sub(" ", text) if "  " in text or "\n" in text else text


def _visible(character: str) -> str:
    if character.isprintable() or character == "\n":
        return character
    # Every other white space (tab, no-break space, line separator) is a space; what is left
    # is invisible: zero-width and direction marks, soft hyphens, controls.
    return " " if character.isspace() else ""


def storable(value: str, limit: int) -> str:
    """A piece of the file for an error report: what PostgreSQL cannot hold is made visible."""
    return _NOT_TEXT.sub("\ufffd", value[:limit]).replace("\0", "\u2400")


def fold(value: str) -> str:
    """Small letters and digits without accents, anything else as one space: `Họ_Tên` → `ho ten`."""
    decomposed = unicodedata.normalize("NFKD", value.lower()).translate(_LOOKALIKES)
    bare = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return _NOT_WORD.sub(" ", bare).strip()
