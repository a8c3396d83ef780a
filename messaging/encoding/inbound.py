"""Text of what phones and SMSCs send us, whatever they send."""

from messaging.encoding import gsm7, shifts, ucs2
from messaging.encoding.profile import DefaultAlphabet

# SMPP 3.4 §5.2.19; 0x00 is the bind's. 0x02 and 0x04 are octets: Latin-1 keeps each one apart.
_CHARSETS = {
    0x01: "ascii",
    0x02: "latin-1",
    0x03: "latin-1",
    0x04: "latin-1",
    0x05: "shift_jis",
    0x06: "iso8859-5",
    0x07: "iso8859-8",
    0x08: "ucs2",
    0x0A: "iso2022_jp",
    0x0E: "euc_kr",
}
# Bits 3 and 2 of a general data coding group (3GPP TS 23.038 §4); the fourth value is reserved.
_GENERAL_GROUP = ("default", "latin-1", "ucs2", "default")


def decode_inbound(
    short_message: bytes,
    data_coding: int,
    default_alphabet: DefaultAlphabet = "gsm7",
    *,
    locking_shift: int = 0,
    single_shift: int = 0,
) -> str:
    """Text of `short_message` (without user data header); never raises.

    `default_alphabet` is the bind's meaning of data_coding 0; the shifts are what the header says,
    and concern GSM-7 alone (3GPP TS 23.038 §6.2.1.2). What has no character becomes
    U+FFFD, and so does U+0000, so that the result can always be stored. Join the segments' octets
    before decoding where a sender may have cut a pair.
    """
    charset = charset_of(data_coding, default_alphabet)
    if charset == "gsm7" and (locking_shift or single_shift):
        return shifts.decode(short_message, locking_shift, single_shift)
    return _decode(short_message, charset).replace("\x00", "\ufffd")


def charset_of(data_coding: int, default_alphabet: DefaultAlphabet = "gsm7") -> str:
    """What a text of this data_coding is read by: `gsm7`, `ucs2` or one of Python's codecs."""
    charset = _charset(data_coding & 0xFF)
    return default_alphabet if charset == "default" else charset


def _decode(octets: bytes, charset: str) -> str:
    if charset == "gsm7":
        return gsm7.decode(octets)
    if charset == "ucs2":
        return ucs2.decode(octets)
    return octets.decode(charset, "replace")


def _charset(data_coding: int) -> str:
    """A Python codec, `ucs2`, or `default`, by SMPP 3.4 §5.2.19 and 3GPP TS 23.038 §4."""
    if data_coding >= 0xF0:  # message class: bit 2 tells octets from the default alphabet
        return "latin-1" if data_coding & 0x04 else "default"
    if data_coding >= 0xE0:  # message waiting, UCS-2
        return "ucs2"
    if 0x10 <= data_coding < 0x80 and not data_coding & 0x20:  # with class, uncompressed
        return _GENERAL_GROUP[data_coding >> 2 & 0x03]
    return _CHARSETS.get(data_coding, "default")
