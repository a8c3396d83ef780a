"""What the other end of a bind reads: the options that decide how a text is encoded and cut."""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Literal, TypeAlias

USER_DATA_OCTETS = 140  # TP-UD (3GPP TS 23.040 §9.2.3.24)

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
    `max_octets`: what a segment holds on the air, with its header. `label_before`, `label_after`:
    what the other end puts around every text itself, so that room is kept for it and it counts.
    `forbidden` characters become `replacement` before all else.
    """

    reference_bits: ReferenceBits = 8
    has_latin1: bool = False
    single_shifts: tuple[NationalLanguage, ...] = ()
    locking_shifts: tuple[NationalLanguage, ...] = ()
    keeps_clusters: bool = True
    default_alphabet: DefaultAlphabet = "gsm7"
    max_octets: int = USER_DATA_OCTETS
    label_before: str = ""
    label_after: str = ""
    forbidden: str = ""
    replacement: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError where a size or a table does not exist."""
        if self.reference_bits not in (8, 16):
            raise ValueError(f"reference_bits {self.reference_bits}: choose 8 or 16")
        if NationalLanguage.SPANISH in self.locking_shifts:
            raise ValueError("Spanish has no locking shift table (3GPP TS 23.038 A.3.2)")
        if not 40 <= self.max_octets <= USER_DATA_OCTETS:
            raise ValueError(f"max_octets {self.max_octets}: choose 40 to {USER_DATA_OCTETS}")

    @property
    def has_label(self) -> bool:
        """Whether the other end adds something of its own."""
        return bool(self.label_before or self.label_after)

    def written(self, text: str) -> str:
        """The text without the characters that the other end does not take."""
        if not self.forbidden:
            return text
        return text.translate(_replacements(self.forbidden, self.replacement))


@lru_cache(maxsize=256)
def _replacements(forbidden: str, replacement: str) -> dict[int, str]:
    return dict.fromkeys(map(ord, forbidden), replacement)


DEFAULT_PROFILE = EncodingProfile()
