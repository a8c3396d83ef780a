"""What carriers' binds would refuse of a message, so that deciding knows it before sending.

The same profile and the same options as composing: what a preview says is what sending does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from carriers.constants import BindType, SourcePolicy
from carriers.models import Bind
from messaging.encoding.profile import USER_DATA_OCTETS, EncodingProfile
from messaging.encoding.segmentation import segment_count
from messaging.selectors.profiles import profile_of, refused_characters

LONGEST = 10  # segments that any message has at most
# Whatever the letters, so many characters fit into a whole segment.
_SURELY_FIT = 30


@dataclass(frozen=True, slots=True)
class BindLimit:
    """One bind's refusals; `sources` None: every sender may leave."""

    profile: EncodingProfile
    max_segments: int
    sources: frozenset[str] | None
    refused: re.Pattern[str] | None

    def refuses(self, text: str, address: str) -> bool:
        """Whether composing would refuse the text from this sender."""
        if self.sources is not None and address not in self.sources:
            return True
        if self.refused is not None and self.refused.search(text):
            return True
        return self._is_too_long(text)

    def _is_too_long(self, text: str) -> bool:
        profile = self.profile
        is_usual = profile.max_octets == USER_DATA_OCTETS and not profile.has_label
        if is_usual and len(text) <= _SURELY_FIT * self.max_segments:
            return False
        return segment_count(text, profile=profile).segment_count > self.max_segments


BindLimits = Mapping[int, tuple[BindLimit, ...]]  # by carrier


def bind_limits() -> BindLimits:
    """Of carriers that may refuse a message; one query."""
    found: dict[int, list[BindLimit | None]] = {}
    rows = Bind.objects.filter(is_enabled=True).exclude(bind_type=BindType.RECEIVER)
    for bind in rows.defer("password", "tls_key", "tls_certificate", "tls_ca_bundle"):
        found.setdefault(bind.carrier_id, []).append(_limit(bind))
    return {
        carrier_id: tuple(limit for limit in limits if limit is not None)
        for carrier_id, limits in found.items()
        if None not in limits
    }


def _limit(bind: Bind) -> BindLimit | None:
    """None for a bind that takes everything."""
    profile, refused = profile_of(bind), refused_characters(bind)
    is_listed = bind.source_policy == SourcePolicy.ALLOWED
    is_short = (
        bind.max_segments < LONGEST
        or profile.has_label
        or profile.max_octets < USER_DATA_OCTETS
        or profile.reference_bits != 8
    )
    if not (is_listed or refused or is_short):
        return None
    sources = frozenset(bind.allowed_sources) if is_listed else None
    return BindLimit(profile, bind.max_segments, sources, refused)


def carriers_refusing(limits: BindLimits, text: str, address: str) -> frozenset[int]:
    """The carriers of which no bind takes the text from this sender."""
    return frozenset(
        carrier_id
        for carrier_id, binds in limits.items()
        if all(limit.refuses(text, address) for limit in binds)
    )
