"""The author's choice of letters, applied to the literal parts of a body and to its values alike.

A body is parsed before it is rewritten, so that rewriting can neither make nor break a slot: a
full-width brace becomes a brace of the text, not of the grammar.
"""

import re
import unicodedata
from typing import Final, Literal, TypeAlias

from messaging.encoding.replacements import replace_smart, strip_marks
from messaging.wording.grammar import Template

Rewriting: TypeAlias = Literal["none", "smart", "unmarked"]
REWRITINGS: Final = ("none", "smart", "unmarked")

# Characters that NFC may join to the one before (NFC_Quick_Check=Maybe), beside marks: the vowels
# and final consonants of conjoining Hangul.
_JOINING_JAMO = re.compile("[\u1161-\u1175\u11a8-\u11c2]")


def rewrite(text: str, rewriting: str) -> str:
    """`text` in NFC and in the chosen letters; idempotent."""
    if text.isascii():
        # The only ASCII that is not GSM-7 and has a replacement is the backtick and the tab.
        return text if rewriting == "none" else replace_smart(text)
    if rewriting == "smart":
        return replace_smart(unicodedata.normalize("NFC", text))
    if rewriting == "unmarked":
        return strip_marks(text)
    return unicodedata.normalize("NFC", text)


def rewrite_template(parsed: Template, rewriting: str) -> Template:
    """The same slots between rewritten literal parts."""
    parts = list(parsed.parts)
    parts[::2] = [rewrite(part, rewriting) for part in parts[::2]]
    return Template(tuple(parts), parsed.slots)


def joins_backwards(text: str) -> bool:
    """Whether the first character of `text` belongs to the one before it: a combining mark, or
    a part of a Hangul syllable. Such a piece changes its neighbour, so none may begin with it."""
    if not text or text[0].isascii():
        return False
    return unicodedata.category(text[0])[0] == "M" or bool(_JOINING_JAMO.match(text))
