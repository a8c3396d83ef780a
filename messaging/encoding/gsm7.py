"""GSM 7-bit default alphabet with its extension table (3GPP TS 23.038 §6.2.1).

Octets here are unpacked: one septet per octet, an extension character is ESC and its code. That is
what SMPP carries under data_coding 0; the SMSC packs them for the air.
"""

import codecs
import re

ESCAPE = 0x1B

# TS 23.038 §6.2.1, codes 0x00 to 0x7F in order; 0x1B is the escape to the extension table.
DEFAULT_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)

# TS 23.038 §6.2.1.1.
EXTENSION = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}

# U+001B would reach the phone as an escape and show another character than the one approved.
CHARACTERS = frozenset(DEFAULT_ALPHABET) - {"\x1b"} | frozenset(EXTENSION)

# Between the two steps an extension character is its code with the top bit set, so that
# `isascii()` tells at machine speed that nothing is left to do.
_MARK = 0x80
_OUTSIDE = 0xFF
_EXPANSIONS = tuple(
    (bytes([_MARK | code]), bytes([ESCAPE, code])) for code in sorted(EXTENSION.values())
)


def _codes() -> dict[str, int]:
    codes = {char: code for code, char in enumerate(DEFAULT_ALPHABET) if code != ESCAPE}
    return codes | {char: _MARK | code for char, code in EXTENSION.items()}


def _latin1_table() -> bytes:
    codes = _codes()
    return bytes(codes.get(chr(octet), _OUTSIDE) for octet in range(256))


def _charmap_table() -> str:
    # The C trie needs U+0000 at 0x00, where GSM has "@": "@" takes 0xFF and they change places
    # after encoding, which also marks a real U+0000 as outside.
    table = ["\ufffe"] * 256
    for char, code in _codes().items():
        table[code or _OUTSIDE] = char
    table[0] = "\x00"
    return "".join(table)


_LATIN1_TO_GSM = _latin1_table()
_CHARMAP = codecs.charmap_build(_charmap_table())
_SWAP_NUL_AND_AT = bytes.maketrans(bytes([0, _OUTSIDE]), bytes([_OUTSIDE, 0]))
_DECODING_TABLE = DEFAULT_ALPHABET + "\ufffe" * 128
_ESCAPED = {DEFAULT_ALPHABET[code]: char for char, code in EXTENSION.items()}
_ESCAPE_PAIR = re.compile("\x1b(.?)", re.DOTALL)


def encode(text: str) -> bytes | None:
    """Unpacked septets of `text`, or None when a character is outside both tables."""
    try:
        octets = text.encode("latin-1").translate(_LATIN1_TO_GSM)
    except UnicodeEncodeError as error:
        # Only the Greek capitals and the euro are in GSM-7 but not in Latin-1.
        if text[error.start] not in CHARACTERS:
            return None
        maybe = _encode_beyond_latin1(text)
        if maybe is None:
            return None
        octets = maybe
    if octets.isascii():
        return octets
    if _OUTSIDE in octets:
        return None
    for mark, pair in _EXPANSIONS:
        octets = octets.replace(mark, pair)
    return octets


def _encode_beyond_latin1(text: str) -> bytes | None:
    try:
        octets, _ = codecs.charmap_encode(text, "strict", _CHARMAP)
    except UnicodeEncodeError:
        return None
    return octets.translate(_SWAP_NUL_AND_AT)


def is_gsm7(text: str) -> bool:
    """Whether every character of `text` is in the default or the extension table."""
    return encode(text) is not None


def decode(octets: bytes) -> str:
    """Text of unpacked septets; never raises.

    As TS 23.038 §6.2.1.1 asks of a receiver: an unknown extension code shows the default table's
    character, ESC ESC (and an ESC at the end) a space. Octets over 0x7F become U+FFFD.
    """
    text, _ = codecs.charmap_decode(octets, "replace", _DECODING_TABLE)
    if "\x1b" not in text:
        return text
    return _ESCAPE_PAIR.sub(_unescape, text)


def _unescape(pair: re.Match[str]) -> str:
    char = pair[1]
    return " " if char in {"", "\x1b"} else _ESCAPED.get(char, char)
