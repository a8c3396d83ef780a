"""From text to segments: which encoding, how many units, where to cut.

An ESC pair and a surrogate pair are never cut. A grapheme cluster is cut only where keeping it
whole would cost a segment: phones join the segments before they show them, and the count is what
is paid.
"""

import re
from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from messaging.encoding import gsm7, labels, ucs2
from messaging.encoding.alphabets import (
    GSM7,
    LATIN1,
    UCS2,
    Alphabet,
    Encoding,
    limits_of,
    shifted_alphabets,
)
from messaging.encoding.cutting import cluster_ends, plain_ends
from messaging.encoding.errors import TooManySegmentsError, UnencodableError
from messaging.encoding.profile import DEFAULT_PROFILE, DefaultAlphabet, EncodingProfile

EncodingChoice: TypeAlias = Literal["auto", "gsm7", "ucs2", "latin1"]

_LATIN1 = re.compile("[\x00-\xff]*")

# The total of a concatenated message is one octet (3GPP TS 23.040 §9.2.3.24.1).
MAX_SEGMENTS = 255


class SegmentText(NamedTuple):  # named tuples here are made in half a frozen dataclass's time
    """One segment: its text, its units and its octets without user data header."""

    text: str
    units: int
    payload: bytes


class SegmentedText(NamedTuple):
    """A text as it goes on the air; `units` are septets, code units or octets by encoding.

    The shifts are national language identifiers, 0 for the default tables: where one is not, each
    segment needs the header that says so, a lone one too.
    """

    encoding: Encoding
    data_coding: int
    units: int
    segments: tuple[SegmentText, ...]
    locking_shift: int = 0
    single_shift: int = 0


class SegmentCount(NamedTuple):
    """What a text costs."""

    encoding: Encoding
    units: int
    segment_count: int


_Encoded: TypeAlias = tuple[Alphabet, str, bytes]  # the text without lone surrogates


def segment(
    text: str,
    *,
    encoding: EncodingChoice = "auto",
    profile: EncodingProfile = DEFAULT_PROFILE,
    max_segments: int = MAX_SEGMENTS,
) -> SegmentedText:
    """Segments of `text`, in order, at least one.

    `auto` is GSM-7 where every character allows it, else what the profile has, else UCS-2.
    Lone surrogates become U+FFFD, and the profile's forbidden characters their replacement;
    nothing else is changed. A label of the other end counts and is left out of the segments. Raises UnencodableError when the
    encoding asked for lacks a character, TooManySegmentsError above `max_segments`.
    """
    alphabet, text, payload = _encode(_labelled(text, profile), encoding, profile)
    units = len(payload) // alphabet.unit_octets
    limits = limits_of(alphabet, profile)
    if len(payload) <= limits[0]:  # most texts: no cutting
        segments: tuple[SegmentText, ...] = (SegmentText(text, units, payload),)
    else:
        limit = limits[profile.reference_bits]
        ends = plain_ends(alphabet, payload, limit)
        if len(ends) > max_segments:
            raise TooManySegmentsError(len(ends), max_segments, units)
        if profile.keeps_clusters:
            ends = cluster_ends(alphabet, text, payload, ends, limit)
        segments = _cut(alphabet, text, payload, ends)
    if profile.has_label:
        segments = _unlabelled(alphabet, segments, profile)
    if alphabet is GSM7 and encoding == "auto" and profile.default_alphabet != "gsm7":
        segments = _spelled(segments, profile.default_alphabet)
    return SegmentedText(
        alphabet.encoding,
        alphabet.data_coding,
        units,
        segments,
        alphabet.locking_shift,
        alphabet.single_shift,
    )


def segment_count(
    text: str,
    *,
    encoding: EncodingChoice = "auto",
    profile: EncodingProfile = DEFAULT_PROFILE,
) -> SegmentCount:
    """Encoding, units and number of segments that `segment` makes of `text`; no upper limit.

    Raises UnencodableError like `segment`.
    """
    alphabet, _text, payload = _encode(_labelled(text, profile), encoding, profile)
    count = _count(alphabet, payload, profile)
    return SegmentCount(alphabet.encoding, len(payload) // alphabet.unit_octets, count)


def _labelled(text: str, profile: EncodingProfile) -> str:
    """What the recipient reads, by which segments are counted."""
    if profile.forbidden:
        text = profile.written(text)
    return f"{profile.label_before}{text}{profile.label_after}" if profile.has_label else text


def _unlabelled(
    alphabet: Alphabet, segments: tuple[SegmentText, ...], profile: EncodingProfile
) -> tuple[SegmentText, ...]:
    """What we send of it: the other end adds its label in the room that is left."""
    texts = labels.taken_off(
        [one.text for one in segments], len(profile.label_before), len(profile.label_after)
    )
    payloads = [alphabet.encode(one) or b"" for one in texts]
    return tuple(
        SegmentText(one, len(payload) // alphabet.unit_octets, payload)
        for one, payload in zip(texts, payloads, strict=True)
    )


def _encode(text: str, encoding: EncodingChoice, profile: EncodingProfile) -> _Encoded:
    if encoding != "auto":
        return _ENCODERS[encoding](text)
    octets = gsm7.encode(text)
    if octets is not None and _can_spell(text, profile.default_alphabet):
        return GSM7, text, octets
    octets = LATIN1.encode(text) if profile.has_latin1 else None
    plain = _encode_ucs2(text) if octets is None else (LATIN1, text, octets)
    if profile.single_shifts or profile.locking_shifts:
        return _shifted(plain, profile)
    return plain


def _shifted(plain: _Encoded, profile: EncodingProfile) -> _Encoded:
    """`plain`, or the text in shifted GSM-7 where that takes fewer segments.

    Of those: fewest segments, then fewest header elements, then fewest units, then the profile's
    order.
    """
    best, fewest = plain, _count(plain[0], plain[2], profile)
    if fewest == 1:
        return plain
    for alphabet in shifted_alphabets(profile):
        payload = alphabet.encode(plain[1])
        if payload is None:
            continue
        count = _count(alphabet, payload, profile)
        if count < fewest or (count == fewest and _is_smaller(alphabet, payload, best)):
            best, fewest = (alphabet, plain[1], payload), count
    return best


def _is_smaller(alphabet: Alphabet, payload: bytes, best: _Encoded) -> bool:
    """With as many header elements as the best so far, which is shifted too."""
    elements = [bool(one.locking_shift) + bool(one.single_shift) for one in (alphabet, best[0])]
    return elements[0] == elements[1] and len(payload) < len(best[2])


def _encode_ucs2(text: str) -> _Encoded:
    try:
        return UCS2, text, text.encode("utf-16-be")
    except UnicodeEncodeError:
        return UCS2, ucs2.well_formed(text), ucs2.encode(text)


def _encode_gsm7(text: str) -> _Encoded:
    octets = gsm7.encode(text)
    if octets is not None:
        return GSM7, text, octets
    position = next(i for i, char in enumerate(text) if char not in gsm7.CHARACTERS)
    raise UnencodableError("gsm7", position, text[position])


def _encode_latin1(text: str) -> _Encoded:
    try:
        return LATIN1, text, text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise UnencodableError("latin1", error.start, text[error.start]) from None


_ENCODERS: dict[str, Callable[[str], _Encoded]] = {
    "gsm7": _encode_gsm7,
    "ucs2": _encode_ucs2,
    "latin1": _encode_latin1,
}


def _count(alphabet: Alphabet, payload: bytes, profile: EncodingProfile) -> int:
    limits = limits_of(alphabet, profile)
    if len(payload) <= limits[0]:
        return 1
    return len(plain_ends(alphabet, payload, limits[profile.reference_bits]))


def _can_spell(text: str, alphabet: DefaultAlphabet) -> bool:
    """Whether an SMSC that reads data_coding 0 so can be told a text of GSM-7."""
    if alphabet == "gsm7":
        return True
    return text.isascii() or (alphabet == "latin1" and _LATIN1.fullmatch(text) is not None)


def _spelled(
    segments: tuple[SegmentText, ...], alphabet: DefaultAlphabet
) -> tuple[SegmentText, ...]:
    """The octets from which the SMSC makes the septets; `units` stay those of the air."""
    return tuple(one._replace(payload=one.text.encode(alphabet)) for one in segments)


def _cut(alphabet: Alphabet, text: str, payload: bytes, ends: list[int]) -> tuple[SegmentText, ...]:
    segments = []
    start = characters = 0
    for end in ends:
        chunk = payload[start:end]
        after = characters + alphabet.characters(chunk)
        part = text[characters:after]
        segments.append(SegmentText(part, len(chunk) // alphabet.unit_octets, chunk))
        start, characters = end, after
    return tuple(segments)
