"""What texts may become on the way over a bind."""

from typing import cast

from carriers.constants import LongMessages
from carriers.models import Bind
from messaging.encoding.profile import DefaultAlphabet, EncodingProfile, NationalLanguage


def profile_of(bind: Bind) -> EncodingProfile:
    """The encoding profile of a bind, by its options.

    Where the SMSC makes the header (SAR, message_payload), 8 bits are what most of them use.
    """
    return EncodingProfile(
        reference_bits=16 if bind.long_messages == LongMessages.UDH16 else 8,
        has_latin1=bind.has_latin1,
        single_shifts=_languages(bind.single_shifts),
        locking_shifts=_languages(bind.locking_shifts),
        default_alphabet=cast(DefaultAlphabet, bind.default_alphabet),
    )


def _languages(names: list[str]) -> tuple[NationalLanguage, ...]:
    return tuple(NationalLanguage[name.upper()] for name in names)
