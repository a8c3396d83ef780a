"""The alphabets of the air: what a text becomes in each, and how much a segment holds.

Limits all follow from the 140 octets of TP-UD (3GPP TS 23.040 §9.2.3.24).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Literal, TypeAlias

from messaging.encoding import gsm7, shifts, ucs2
from messaging.encoding.profile import USER_DATA_OCTETS, EncodingProfile

Encoding: TypeAlias = Literal["gsm7", "ucs2", "latin1"]

_LENGTH_OCTETS = 1  # of the header itself, where there is one
_CONCATENATION_OCTETS = {0: 0, 8: 5, 16: 6}  # by reference bits; 0 = a lone segment
_SHIFT_OCTETS = 3


@dataclass(frozen=True, slots=True)
class Alphabet:
    """How characters become octets of a payload, where a septet takes a whole octet.

    `limits` are payload octets of a segment by reference bits, 0 for a lone segment;
    `splits_pair` says whether a cut at `end` parts an ESC or surrogate pair; `characters` counts
    those of a piece of the payload.
    """

    encoding: Encoding
    data_coding: int
    unit_octets: int
    limits: Mapping[int, int]
    encode: Callable[[str], bytes | None]
    splits_pair: Callable[[bytes, int], bool]
    characters: Callable[[bytes], int]
    locking_shift: int = 0
    single_shift: int = 0


def _limits(
    air_bits: int, unit_octets: int, shift_count: int = 0, octets: int = USER_DATA_OCTETS
) -> dict[int, int]:
    limits = {}
    for bits, concatenation in _CONCATENATION_OCTETS.items():
        elements = concatenation + shift_count * _SHIFT_OCTETS
        header = elements + _LENGTH_OCTETS if elements else 0
        limits[bits] = (octets - header) * 8 // air_bits * unit_octets
    return limits


def _latin1(text: str) -> bytes | None:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return None


def _ends_on_escape(payload: bytes, end: int) -> bool:
    return payload[end - 1] == gsm7.ESCAPE


def _septet_characters(chunk: bytes) -> int:
    return len(chunk) - chunk.count(gsm7.ESCAPE)


GSM7 = Alphabet(
    encoding="gsm7",
    data_coding=0x00,
    unit_octets=1,
    limits=_limits(air_bits=7, unit_octets=1),
    encode=gsm7.encode,
    splits_pair=_ends_on_escape,
    characters=_septet_characters,
)
UCS2 = Alphabet(
    encoding="ucs2",
    data_coding=0x08,
    unit_octets=2,
    limits=_limits(air_bits=16, unit_octets=2),
    encode=ucs2.encode,
    splits_pair=lambda payload, end: 0xD8 <= payload[end - 2] <= 0xDB,
    characters=lambda chunk: len(chunk.decode("utf-16-be")),
)
LATIN1 = Alphabet(
    encoding="latin1",
    data_coding=0x03,
    unit_octets=1,
    limits=_limits(air_bits=8, unit_octets=1),
    encode=_latin1,
    splits_pair=lambda _payload, _end: False,
    characters=len,
)


# Units of a lone segment, and of one of several behind a reference of eight bits.
UNIT_LIMITS: Mapping[Encoding, tuple[int, int]] = {
    one.encoding: (one.limits[0] // one.unit_octets, one.limits[8] // one.unit_octets)
    for one in (GSM7, UCS2, LATIN1)
}


def limits_of(alphabet: Alphabet, profile: EncodingProfile) -> Mapping[int, int]:
    """Payload octets of a segment by reference bits, where a segment may hold less than usual."""
    if profile.max_octets == USER_DATA_OCTETS:
        return alphabet.limits
    shifts = bool(alphabet.locking_shift) + bool(alphabet.single_shift)
    return _shorter_limits(alphabet.encoding, alphabet.unit_octets, shifts, profile.max_octets)


@lru_cache(maxsize=64)
def _shorter_limits(
    encoding: Encoding, unit_octets: int, shift_count: int, octets: int
) -> Mapping[int, int]:
    air_bits = 7 if encoding == "gsm7" else 8 * unit_octets
    return _limits(air_bits, unit_octets, shift_count, octets)


@lru_cache(maxsize=256)
def shifted_alphabets(profile: EncodingProfile) -> tuple[Alphabet, ...]:
    """GSM-7 with each pair of tables that the profile declares, fewest header elements first."""
    pairs = product((0, *profile.locking_shifts), (0, *profile.single_shifts))
    found = [_shifted(locking, single) for locking, single in pairs if locking or single]
    return tuple(sorted(found, key=lambda one: bool(one.locking_shift) + bool(one.single_shift)))


def _shifted(locking: int, single: int) -> Alphabet:
    def encode(text: str) -> bytes | None:
        return shifts.encode(text, locking, single)

    return Alphabet(
        encoding="gsm7",
        data_coding=0x00,
        unit_octets=1,
        limits=_limits(7, 1, shift_count=bool(locking) + bool(single)),
        encode=encode,
        splits_pair=_ends_on_escape,
        characters=_septet_characters,
        locking_shift=int(locking),
        single_shift=int(single),
    )
