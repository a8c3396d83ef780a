"""UCS-2 as the air has it: UTF-16, big endian, no byte order mark (3GPP TS 23.038 §6.2.3)."""

import codecs


def well_formed(text: str) -> str:
    """`text` with surrogate pairs joined and lone surrogates replaced by U+FFFD."""
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


def units(text: str) -> int:
    """Code units of `text`: what a phone counts, two per code point beyond the first plane."""
    return len(text) if text.isascii() else len(text.encode("utf-16-be", "surrogatepass")) // 2


def encode(text: str) -> bytes:
    """Octets of `text`, two per code unit; lone surrogates go out as U+FFFD."""
    try:
        return text.encode("utf-16-be")
    except UnicodeEncodeError:
        return well_formed(text).encode("utf-16-be")


def decode(octets: bytes) -> str:
    """Text of `octets`; never raises.

    Half characters become U+FFFD. A byte order mark is against the specification but some phones
    send one: it decides the order and is dropped.
    """
    if octets.startswith(codecs.BOM_UTF16_LE):
        return octets[2:].decode("utf-16-le", "replace")
    return octets.removeprefix(codecs.BOM_UTF16_BE).decode("utf-16-be", "replace")
