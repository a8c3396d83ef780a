"""What the other end of a bind reads: the options that decide how a text is encoded and cut."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, TypeAlias

ReferenceBits: TypeAlias = Literal[8, 16]
DefaultAlphabet: TypeAlias = Literal["gsm7", "latin1", "ascii"]


class NationalLanguage(IntEnum):
    """National language identifiers (3GPP TS 23.038 §6.2.1.2.4). None of them is Vietnamese."""

    TURKISH = 1
    SPANISH = 2
    PORTUGUESE = 3
    BENGALI = 4
    GUJARATI = 5
    HINDI = 6
    KANNADA = 7
    MALAYALAM = 8
    ORIYA = 9
    PUNJABI = 10
    TAMIL = 11
    TELUGU = 12
    URDU = 13


@dataclass(frozen=True, slots=True)
class EncodingProfile:
    """How texts go out over one bind; the default is what every SMSC and phone takes.

    `default_alphabet`: how the SMSC reads data_coding 0. Where that is not GSM 03.38, it makes the
    septets itself, and what its alphabet cannot spell goes as another encoding.
    `reference_bits`: size of the concatenation reference; 16 take one octet more of each segment.
    `has_latin1`: a text outside GSM-7 but inside Latin-1 goes as data_coding 3, not as UCS-2.
    `single_shifts`, `locking_shifts`: national tables the other end knows, best first; one is used
    only where it saves segments. `keeps_clusters`: where there is room, no grapheme cluster is cut.
    """

    reference_bits: ReferenceBits = 8
    has_latin1: bool = False
    single_shifts: tuple[NationalLanguage, ...] = ()
    locking_shifts: tuple[NationalLanguage, ...] = ()
    keeps_clusters: bool = True
    default_alphabet: DefaultAlphabet = "gsm7"

    def __post_init__(self) -> None:
        """Raises ValueError where a size or a table does not exist."""
        if self.reference_bits not in (8, 16):
            raise ValueError(f"reference_bits {self.reference_bits}: choose 8 or 16")
        if NationalLanguage.SPANISH in self.locking_shifts:
            raise ValueError("Spanish has no locking shift table (3GPP TS 23.038 A.3.2)")


DEFAULT_PROFILE = EncodingProfile()
