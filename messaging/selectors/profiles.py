"""What texts may become on the way over a bind."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from carriers.constants import BindType, CharacterPolicy, LongMessages
from carriers.models import Bind
from messaging.encoding.errors import EncodingError
from messaging.encoding.profile import DefaultAlphabet, EncodingProfile, NationalLanguage
from messaging.encoding.segmentation import segment_count


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
        max_octets=bind.max_octets,
        label_before=bind.label_before,
        label_after=bind.label_after,
        forbidden=_replaced(bind),
        replacement=bind.replacement,
    )


def segments_sent(bind: Bind, text: str, reference: int | None) -> int:
    """How many segments the bind makes of a text; a negative reference needs 16 bits."""
    profile = profile_of(bind)
    if reference is not None and reference < 0:
        profile = replace(profile, reference_bits=16)
    return segment_count(text, profile=profile).segment_count


def segments_by_carrier(carrier_ids: Iterable[int], text: str) -> dict[int, int]:
    """How many segments the text is over each carrier: the most of its binds that send; carriers
    without such a bind, or of which none can write the text, are left out. One query."""
    rows = Bind.objects.filter(carrier_id__in=set(carrier_ids), is_enabled=True)
    found: dict[int, int] = {}
    counted: dict[EncodingProfile, int] = {}
    for bind in rows.exclude(bind_type=BindType.RECEIVER).defer("password", "tls_key"):
        profile = profile_of(bind)
        try:
            if profile not in counted:
                counted[profile] = segment_count(text, profile=profile).segment_count
        except EncodingError:
            continue
        found[bind.carrier_id] = max(found.get(bind.carrier_id, 0), counted[profile])
    return found


def refused_characters(bind: Bind) -> re.Pattern[str] | None:
    """What no text over this bind may have; None where everything may."""
    if bind.character_policy != CharacterPolicy.REFUSE or not bind.forbidden_characters:
        return None
    return re.compile(f"[{re.escape(bind.forbidden_characters)}]")


def _replaced(bind: Bind) -> str:
    return bind.forbidden_characters if bind.character_policy == CharacterPolicy.REPLACE else ""


def _languages(names: list[str]) -> tuple[NationalLanguage, ...]:
    return tuple(NationalLanguage[name.upper()] for name in names)
