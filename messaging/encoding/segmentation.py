"""From text to segments: which encoding, how many units, where to cut.

Limits all follow from the 140 octets of TP-UD (3GPP TS 23.040 §9.2.3.24). An ESC pair and a
surrogate pair are never cut. A grapheme cluster may be: phones join the segments before they show
them, and keeping clusters whole can cost a segment more. Filling each segment as far as it goes is
therefore also the least number of segments.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from messaging.encoding import gsm7, ucs2
from messaging.encoding.errors import TooManySegmentsError, UnencodableError

Encoding: TypeAlias = Literal["gsm7", "ucs2", "latin1"]
EncodingChoice: TypeAlias = Literal["auto", "gsm7", "ucs2", "latin1"]
ReferenceBits: TypeAlias = Literal[8, 16]

# The total of a concatenated message is one octet (3GPP TS 23.040 §9.2.3.24.1).
MAX_SEGMENTS = 255
_USER_DATA_OCTETS = 140
_HEADER_OCTETS = {0: 0, 8: 6, 16: 7}  # by reference bits


@dataclass(frozen=True, slots=True)
class SegmentText:
    """One segment: its text, its units and its octets without user data header."""

    text: str
    units: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class SegmentedText:
    """A text as it goes on the air; `units` are septets, code units or octets by encoding."""

    encoding: Encoding
    data_coding: int
    units: int
    segments: tuple[SegmentText, ...]


class SegmentCount(NamedTuple):
    """What a text costs."""

    encoding: Encoding
    units: int
    segment_count: int


@dataclass(frozen=True, slots=True)
class _Alphabet:
    encoding: Encoding
    data_coding: int
    unit_octets: int  # in the payload, where a septet takes a whole octet
    limits: dict[int, int]  # payload octets of a segment by reference bits; 0 = no header
    splits_pair: Callable[[bytes, int], bool]
    take: Callable[[str, int, bytes], str]


def _limits(air_bits: int, unit_octets: int) -> dict[int, int]:
    return {
        bits: (_USER_DATA_OCTETS - header) * 8 // air_bits * unit_octets
        for bits, header in _HEADER_OCTETS.items()
    }


def _take_gsm7(text: str, start: int, chunk: bytes) -> str:
    return text[start : start + len(chunk) - chunk.count(gsm7.ESCAPE)]


_GSM7 = _Alphabet(
    encoding="gsm7",
    data_coding=0x00,
    unit_octets=1,
    limits=_limits(air_bits=7, unit_octets=1),
    splits_pair=lambda payload, end: payload[end - 1] == gsm7.ESCAPE,
    take=_take_gsm7,
)
_UCS2 = _Alphabet(
    encoding="ucs2",
    data_coding=0x08,
    unit_octets=2,
    limits=_limits(air_bits=16, unit_octets=2),
    splits_pair=lambda payload, end: 0xD8 <= payload[end - 2] <= 0xDB,
    take=lambda _text, _start, chunk: chunk.decode("utf-16-be"),
)
_LATIN1 = _Alphabet(
    encoding="latin1",
    data_coding=0x03,
    unit_octets=1,
    limits=_limits(air_bits=8, unit_octets=1),
    splits_pair=lambda _payload, _end: False,
    take=lambda _text, _start, chunk: chunk.decode("latin-1"),
)


def segment(
    text: str,
    *,
    encoding: EncodingChoice = "auto",
    reference_bits: ReferenceBits = 8,
    max_segments: int = MAX_SEGMENTS,
) -> SegmentedText:
    """Segments of `text`, in order, at least one.

    `auto` is GSM-7 where every character allows it, else UCS-2; Latin-1 is only ever asked for.
    Lone surrogates become U+FFFD; nothing else is changed. Raises UnencodableError when the
    encoding asked for lacks a character, TooManySegmentsError above `max_segments`.
    """
    alphabet, payload = _encode(text, encoding)
    units = len(payload) // alphabet.unit_octets
    if len(payload) <= alphabet.limits[0]:  # most texts: no cutting
        if alphabet is _UCS2:
            text = payload.decode("utf-16-be")
        single = SegmentText(text, units, payload)
        return SegmentedText(alphabet.encoding, alphabet.data_coding, units, (single,))
    ends = _ends(alphabet, payload, reference_bits)
    if len(ends) > max_segments:
        raise TooManySegmentsError(len(ends), max_segments, units)
    segments = _cut(alphabet, text, payload, ends)
    return SegmentedText(alphabet.encoding, alphabet.data_coding, units, segments)


def segment_count(
    text: str, *, encoding: EncodingChoice = "auto", reference_bits: ReferenceBits = 8
) -> SegmentCount:
    """Encoding, units and number of segments that `segment` makes of `text`; no upper limit.

    Raises UnencodableError like `segment`.
    """
    alphabet, payload = _encode(text, encoding)
    ends = _ends(alphabet, payload, reference_bits)
    return SegmentCount(alphabet.encoding, len(payload) // alphabet.unit_octets, len(ends))


def _encode(text: str, encoding: EncodingChoice) -> tuple[_Alphabet, bytes]:
    if encoding == "auto":
        octets = gsm7.encode(text)
        return (_UCS2, ucs2.encode(text)) if octets is None else (_GSM7, octets)
    return _ENCODERS[encoding](text)


def _encode_gsm7(text: str) -> tuple[_Alphabet, bytes]:
    octets = gsm7.encode(text)
    if octets is not None:
        return _GSM7, octets
    position = next(i for i, char in enumerate(text) if char not in gsm7.CHARACTERS)
    raise UnencodableError("gsm7", position, text[position])


def _encode_latin1(text: str) -> tuple[_Alphabet, bytes]:
    try:
        return _LATIN1, text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise UnencodableError("latin1", error.start, text[error.start]) from None


_ENCODERS: dict[str, Callable[[str], tuple[_Alphabet, bytes]]] = {
    "gsm7": _encode_gsm7,
    "ucs2": lambda text: (_UCS2, ucs2.encode(text)),
    "latin1": _encode_latin1,
}


def _ends(alphabet: _Alphabet, payload: bytes, reference_bits: ReferenceBits) -> list[int]:
    """Where each segment ends, in payload octets."""
    size = len(payload)
    if size <= alphabet.limits[0]:
        return [size]
    limit = alphabet.limits[reference_bits]
    ends = []
    end = limit
    while end < size:
        if alphabet.splits_pair(payload, end):
            end -= alphabet.unit_octets
        ends.append(end)
        end += limit
    ends.append(size)
    return ends


def _cut(
    alphabet: _Alphabet, text: str, payload: bytes, ends: list[int]
) -> tuple[SegmentText, ...]:
    segments = []
    start = characters = 0
    for end in ends:
        chunk = payload[start:end]
        part = alphabet.take(text, characters, chunk)
        segments.append(SegmentText(part, len(chunk) // alphabet.unit_octets, chunk))
        start = end
        characters += len(part)
    return tuple(segments)
