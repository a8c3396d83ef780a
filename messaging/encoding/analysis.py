"""What a text costs and which characters make it so: the facts behind preview and live counter."""

import re
import unicodedata
from dataclasses import dataclass

from messaging.encoding import gsm7, ucs2
from messaging.encoding.alphabets import Encoding
from messaging.encoding.profile import DEFAULT_PROFILE, EncodingProfile
from messaging.encoding.replacements import LATIN_MARKS, suggestion
from messaging.encoding.segmentation import (
    MAX_SEGMENTS,
    EncodingChoice,
    SegmentText,
    segment,
)

_OUTSIDE_GSM7 = re.compile(f"[^{re.escape(''.join(sorted(gsm7.CHARACTERS)))}]")


@dataclass(frozen=True, slots=True)
class Culprit:
    """A character outside GSM-7.

    `position` counts code points from 0; `name` is Unicode's, or U+hex where it has none;
    `suggestion` is a replacement in GSM-7, "" to leave the character out, None where nothing says
    the same.
    """

    position: int
    character: str
    name: str
    suggestion: str | None


@dataclass(frozen=True, slots=True)
class TextAnalysis:
    """How `segment` sends a text, and why. Where `is_nfc` is false, NFC comes before all else."""

    encoding: Encoding
    data_coding: int
    units: int
    segments: tuple[SegmentText, ...]
    culprits: tuple[Culprit, ...]
    is_nfc: bool


def analyse(
    text: str,
    *,
    encoding: EncodingChoice = "auto",
    profile: EncodingProfile = DEFAULT_PROFILE,
    max_segments: int = MAX_SEGMENTS,
) -> TextAnalysis:
    """Segments of `text` with every character that forces UCS-2, in order.

    Options and errors are those of `segmentation.segment`: one code path with sending.
    """
    segmented = segment(text, encoding=encoding, profile=profile, max_segments=max_segments)
    return TextAnalysis(
        encoding=segmented.encoding,
        data_coding=segmented.data_coding,
        units=segmented.units,
        segments=segmented.segments,
        culprits=culprits(text) if segmented.encoding == "ucs2" else (),
        is_nfc=unicodedata.is_normalized("NFC", text),
    )


def culprits(text: str) -> tuple[Culprit, ...]:
    """Every character of `text` outside GSM-7, in order; lone surrogates count as U+FFFD."""
    text = ucs2.well_formed(text)
    marks = {at for run in LATIN_MARKS.finditer(text) for at in range(*run.span())}
    return tuple(
        Culprit(
            position=match.start(),
            character=match[0],
            name=unicodedata.name(match[0], f"U+{ord(match[0]):04X}"),
            suggestion="" if match.start() in marks else suggestion(match[0]),
        )
        for match in _OUTSIDE_GSM7.finditer(text)
    )
