"""The test messages: what each sends and what a handset should show. Pure.

Every text begins with a tag such as “T07 ”, by which people and simulated handsets tell which
message they see.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from carriers.smpp import pdu

# Characters whose octets differ between GSM 03.38, Latin-1 and ASCII, with those of GSM 03.38
# (3GPP TS 23.038 §6.2.1, §6.2.1.1).
SPECIAL: Final = "@£$¥§[]{}~^|\\"
SPECIAL_GSM: Final = bytes.fromhex("000102035f1b3c1b3e1b281b291b3d1b141b401b2f")
EURO_GSM: Final = bytes.fromhex("1b65")
VIETNAMESE: Final = "Tiếng Việt: ă â đ ê ô ơ ư"
EMOJI: Final = "emoji 😀👍🏽"
LATIN1: Final = "Latin ã ç ê õ ü"
REFERENCE: Final = 0x5A5A
_UCS2: Final = 8
_LATIN1_CODING: Final = 3
_LONG: Final = "Long text in two parts, joined by the handset. "

Tlvs = tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One test: its messages in order. `expected` is what a handset shows when all is well,
    "" where nobody needs to look; `partly` is another reading with its meaning."""

    key: str
    messages: tuple[pdu.SubmitSm, ...]
    expected: str = ""
    partly: tuple[tuple[str, str], ...] = ()


def tag(number: int) -> str:
    """How the text of the case with this number begins."""
    return f"T{number:02d} "


def cases(base: pdu.SubmitSm) -> Iterator[Case]:
    """All tests of texts, built on what works: addresses and receipts of `base`."""
    makers = (
        _gsm,
        _latin1_as_default,
        _latin1,
        _ucs2,
        _emoji,
        _whole_160,
        _whole_161,
        _whole_70,
        _whole_71,
        _udh8,
        _udh16,
        _sar,
        _payload,
        _reference,
        _relative,
        _absolute,
        _failures_only,
    )
    for number, maker in enumerate(makers, 1):
        yield maker(base, tag(number))


def message_count() -> int:
    """How many messages the tests of texts send."""
    return sum(len(case.messages) for case in cases(pdu.SubmitSm()))


def _one(
    key: str, base: pdu.SubmitSm, octets: bytes, coding: int = 0, expected: str = "", **more: object
) -> Case:
    message = replace_in(base, short_message=octets, data_coding=coding, **more)
    return Case(key, (message,), expected)


def replace_in(base: pdu.SubmitSm, **values: object) -> pdu.SubmitSm:
    """The message with other values."""
    return base._replace(**values)  # type: ignore[arg-type]  # fields of the tuple


def _gsm(base: pdu.SubmitSm, mark: str) -> Case:
    octets = mark.encode() + SPECIAL_GSM + EURO_GSM
    return _one("default_gsm7", base, octets, expected=mark + SPECIAL + "€")


def _latin1_as_default(base: pdu.SubmitSm, mark: str) -> Case:
    case = _one("default_latin1", base, (mark + SPECIAL).encode("latin-1"), expected=mark + SPECIAL)
    ascii_only = "".join(one if one.isascii() else "\ufffd" for one in SPECIAL)
    return replace(case, partly=((mark + ascii_only, "ascii"),))


def _latin1(base: pdu.SubmitSm, mark: str) -> Case:
    octets = (mark + LATIN1).encode("latin-1")
    return _one("latin1", base, octets, _LATIN1_CODING, mark + LATIN1)


def _ucs2(base: pdu.SubmitSm, mark: str) -> Case:
    octets = (mark + VIETNAMESE).encode("utf-16-be")
    return _one("ucs2", base, octets, _UCS2, mark + VIETNAMESE)


def _emoji(base: pdu.SubmitSm, mark: str) -> Case:
    return _one("emoji", base, (mark + EMOJI).encode("utf-16-be"), _UCS2, mark + EMOJI)


def _filled(mark: str, length: int) -> str:
    return (mark + "0123456789" * 20)[:length]


def _whole_160(base: pdu.SubmitSm, mark: str) -> Case:
    return _one("length_160", base, _filled(mark, 160).encode(), expected=_filled(mark, 160))


def _whole_161(base: pdu.SubmitSm, mark: str) -> Case:
    return _one("length_161", base, _filled(mark, 161).encode(), expected=_filled(mark, 161))


def _whole_70(base: pdu.SubmitSm, mark: str) -> Case:
    text = _filled(mark, 69) + "ệ"
    return _one("length_70", base, text.encode("utf-16-be"), _UCS2, text)


def _whole_71(base: pdu.SubmitSm, mark: str) -> Case:
    text = _filled(mark, 70) + "ệ"
    return _one("length_71", base, text.encode("utf-16-be"), _UCS2, text)


def _halves(mark: str) -> tuple[str, str]:
    text = (mark + _LONG * 5)[:200]
    return text[:120], text[120:]


def _headed(key: str, base: pdu.SubmitSm, mark: str, header: bytes) -> Case:
    first, second = _halves(mark)
    messages = tuple(
        replace_in(
            base,
            esm_class=base.esm_class | pdu.ESM_UDHI,
            short_message=header + bytes((2, number)) + half.encode(),
        )
        for number, half in enumerate((first, second), 1)
    )
    return Case(key, messages, first + second)


def _udh8(base: pdu.SubmitSm, mark: str) -> Case:
    return _headed("udh8", base, mark, bytes((5, 0, 3, 0x5A)))


def _udh16(base: pdu.SubmitSm, mark: str) -> Case:
    return _headed("udh16", base, mark, bytes((6, 8, 4, 0x5A, 0x5A)))


def _sar(base: pdu.SubmitSm, mark: str) -> Case:
    halves = _halves(mark)
    messages = tuple(
        replace_in(
            base,
            short_message=half.encode(),
            tlvs=(
                *base.tlvs,
                (pdu.TLV_SAR_MSG_REF_NUM, struct.pack(">H", 0x5A)),
                (pdu.TLV_SAR_TOTAL_SEGMENTS, b"\x02"),
                (pdu.TLV_SAR_SEGMENT_SEQNUM, bytes((number,))),
            ),
        )
        for number, half in enumerate(halves, 1)
    )
    return Case("sar", messages, "".join(halves))


def _payload(base: pdu.SubmitSm, mark: str) -> Case:
    text = "".join(_halves(mark))
    tlvs = (*base.tlvs, (pdu.TLV_MESSAGE_PAYLOAD, text.encode()))
    return Case("payload", (replace_in(base, short_message=b"", tlvs=tlvs),), text)


def _reference(base: pdu.SubmitSm, mark: str) -> Case:
    tlvs: Tlvs = (*base.tlvs, (pdu.TLV_USER_MESSAGE_REFERENCE, struct.pack(">H", REFERENCE)))
    return _one("reference", base, (mark + "reference").encode(), tlvs=tlvs)


def _relative(base: pdu.SubmitSm, mark: str) -> Case:
    octets = (mark + "valid for one hour").encode()
    return _one("validity_relative", base, octets, validity_period="000000010000000R")


def _absolute(base: pdu.SubmitSm, mark: str) -> Case:
    octets = (mark + "valid until a time").encode()
    return _one("validity_absolute", base, octets, validity_period=ABSOLUTE)


# Filled in by the session, which knows the time.
ABSOLUTE: Final = "ABSOLUTE"


def _failures_only(base: pdu.SubmitSm, mark: str) -> Case:
    octets = (mark + "no receipt wanted but for a failure").encode()
    return _one("failures_only", base, octets, registered_delivery=2)
