"""Texts that no part of the platform can hold, refused at every entrance."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class TextError:
    """Why a text is refused; `position` counts code points from 0."""

    position: int
    code: Literal["lone_surrogate", "nul"]


def text_error(text: str) -> TextError | None:
    """First character of `text` that can be neither stored nor sent, or None.

    PostgreSQL's UTF-8 holds no U+0000 and no surrogate; JSON brings both (`"\\u0000"`,
    `"\\ud83d"`).
    """
    nul = text.find("\x00")
    if text.isascii():
        return None if nul < 0 else TextError(nul, "nul")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        if nul < 0 or error.start < nul:
            return TextError(error.start, "lone_surrogate")
    return None if nul < 0 else TextError(nul, "nul")
