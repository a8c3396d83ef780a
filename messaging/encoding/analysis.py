"""What a text costs and which characters make it so: the facts behind preview and live counter."""

import re
import unicodedata
from dataclasses import dataclass, replace

from messaging.encoding import characters, gsm7, ucs2
from messaging.encoding.alphabets import Encoding
from messaging.encoding.characters import Culprit, culprit
from messaging.encoding.profile import DEFAULT_PROFILE, EncodingProfile
from messaging.encoding.replacements import LATIN_MARKS
from messaging.encoding.segmentation import (
    MAX_SEGMENTS,
    EncodingChoice,
    SegmentText,
    segment,
    segment_count,
)

_OUTSIDE_GSM7 = re.compile(f"[^{re.escape(''.join(sorted(gsm7.CHARACTERS)))}]")


@dataclass(frozen=True, slots=True)
class TextAnalysis:
    """How `segment` sends a text, and why.

    `culprits` force UCS-2; `invisible` characters are listed whether they do or not; `refused` are
    those of the set asked for. Where `is_nfc` is false, NFC comes before all else; `nfd_units` is
    what the text costs with its marks typed apart, whichever way it was given.
    """

    encoding: Encoding
    data_coding: int
    units: int
    segments: tuple[SegmentText, ...]
    culprits: tuple[Culprit, ...]
    invisible: tuple[Culprit, ...]
    refused: tuple[Culprit, ...]
    is_nfc: bool
    nfd_units: int


def analyse(
    text: str,
    *,
    encoding: EncodingChoice = "auto",
    profile: EncodingProfile = DEFAULT_PROFILE,
    max_segments: int = MAX_SEGMENTS,
    refused: str = "",
) -> TextAnalysis:
    """Segments of `text` with every character worth pointing at, in order.

    `refused` are characters that operators on the way turn down. Options and errors are otherwise
    those of `segmentation.segment`: one code path with sending.
    """
    segmented = segment(text, encoding=encoding, profile=profile, max_segments=max_segments)
    decomposed = segment_count(unicodedata.normalize("NFD", text), profile=profile)
    text = ucs2.well_formed(text)
    return TextAnalysis(
        encoding=segmented.encoding,
        data_coding=segmented.data_coding,
        units=segmented.units,
        segments=segmented.segments,
        culprits=culprits(text) if segmented.encoding == "ucs2" else (),
        invisible=characters.invisible(text),
        refused=characters.refused(text, refused) if refused else (),
        is_nfc=unicodedata.is_normalized("NFC", text),
        nfd_units=decomposed.units,
    )


def culprits(text: str) -> tuple[Culprit, ...]:
    """Every character of `text` outside GSM-7, in order; lone surrogates count as U+FFFD."""
    text = ucs2.well_formed(text)
    marks = {at for run in LATIN_MARKS.finditer(text) for at in range(*run.span())}
    found = (culprit(match.start(), match[0]) for match in _OUTSIDE_GSM7.finditer(text))
    return tuple(replace(one, suggestion="") if one.position in marks else one for one in found)
