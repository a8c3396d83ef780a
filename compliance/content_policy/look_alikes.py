"""Domains that only look like another: one picture of a host for what the eye cannot tell apart.

The table holds what is used to deceive in Latin text (Cyrillic, Greek and small-capital letters,
digits for letters); it is short on purpose and no complete list of confusable characters.
"""

import unicodedata

_SEEN_AS = {
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "һ": "h", "і": "i", "ј": "j", "к": "k",
    "м": "m", "н": "h", "о": "o", "р": "p", "ѕ": "s", "т": "t", "у": "y", "х": "x", "ӏ": "i",
    "ԛ": "q", "ԝ": "w", "г": "r",
    "α": "a", "β": "b", "ε": "e", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t",
    "υ": "u", "χ": "x",
    "ı": "i", "ɡ": "g", "ɑ": "a", "ʀ": "r", "ɴ": "n", "đ": "d", "ø": "o", "ł": "i",
    "0": "o", "1": "i", "l": "i", "5": "s", "3": "e",
}  # fmt: skip
_TABLE = str.maketrans(_SEEN_AS)


def picture(host: str) -> str:
    """The host as the eye takes it: equal pictures, look-alike hosts."""
    decomposed = unicodedata.normalize("NFKD", host.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.translate(_TABLE).replace("rn", "m").replace("vv", "w")
