"""Safe rewriting: word-processor characters, and Vietnamese without its marks.

Always NFC first: mapping characters of decomposed text turns "Việt" into "Vie^t" (combining marks
look like accents on their own). Combining marks are never mapped.
"""

import re
import unicodedata
from functools import lru_cache

from messaging.encoding import gsm7

# Ours, short on purpose: only what keeps the meaning. Fractions and superscripts are left out
# (1½ is not 11/2, 10² is not 102), and so is everything a reader would miss.
_GROUPS = {
    '"': "“”„‟«»″〃",
    "'": "‘’‚‛′`´ʼ",
    "-": "‐‑‒–—―−•",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000",
    "\n": "\u0085\u2028\u2029",
    "": "\u00ad\u200b\u200e\u200f\u2060\ufeff",  # invisible; joiners stay, scripts need them
    "...": "…",
    "!!": "‼",
    ".": "·",
    "*": "∗★☆✱",
    "<": "‹",
    ">": "›",
    "x": "×",
    "->": "→",
    "<-": "←",
    "(C)": "©",
    "(R)": "®",
    "(TM)": "™",
    "VND": "₫",
    "fi": "ﬁ",
    "fl": "ﬂ",
}
_SINGLE = {char: replacement for replacement, chars in _GROUPS.items() for char in chars}
_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}

# Character -> what says the same in GSM-7.
SAFE_REPLACEMENTS = _SINGLE | {wide: _SINGLE.get(char, char) for wide, char in _FULL_WIDTH.items()}

# Letters that NFD leaves whole, with what is typed for them by mistake: Eth and African D look the
# same in capitals. The dong sign is written as the letter in unmarked Vietnamese ("99.000d").
_UNDECOMPOSED = {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ɖ": "d", "Ɖ": "D", "₫": "d"}

_SAFE_TABLE = str.maketrans(SAFE_REPLACEMENTS)
_UNDECOMPOSED_TABLE = str.maketrans(_UNDECOMPOSED)
# Only after Latin letters: in other scripts (й, Thai) a mark is part of the letter.
LATIN_MARKS = re.compile("(?<=[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ])[\u0300-\u036f]+")


def replace_smart(text: str) -> str:
    """`text` in NFC with word-processor characters replaced by what says the same in GSM-7.

    Letters keep their marks; what has no safe replacement stays. Idempotent.
    """
    if gsm7.is_gsm7(text):
        return text
    replaced = unicodedata.normalize("NFC", text).translate(_SAFE_TABLE)
    # A removed invisible character may leave a letter and its mark side by side.
    return unicodedata.normalize("NFC", replaced)


def strip_marks(text: str) -> str:
    """Vietnamese without marks ("không dấu"): Latin letters lose theirs, đ is d, the rest as above.

    It can change the meaning (bàn, bán and bạn all become ban), so it is only ever a visible
    choice. Idempotent.
    """
    replaced = replace_smart(text.translate(_UNDECOMPOSED_TABLE))
    if replaced.isascii():
        return replaced
    unmarked = LATIN_MARKS.sub("", unicodedata.normalize("NFD", replaced))
    return unicodedata.normalize("NFC", unmarked)


@lru_cache(maxsize=4096)
def suggestion(char: str) -> str | None:
    """What to write for one character outside GSM-7 ("" = leave it out), None if nothing is safe."""
    replaced = SAFE_REPLACEMENTS.get(char)
    if replaced is None:
        replaced = strip_marks(char)
    return replaced if replaced != char and gsm7.is_gsm7(replaced) else None
