"""From a claimed message to what an HTTP carrier's template may name: values, not octets."""

import json
from collections.abc import Sequence
from datetime import datetime

from carriers.constants import BindKind, LongMessages
from carriers.models import Bind
from carriers.ports import Submission
from compliance.constants import LANES
from messaging.encoding import udh
from messaging.encoding.segmentation import SegmentedText
from messaging.pump.claims import Claim
from messaging.pump.composing import Composer
from messaging.pump.cutting import Cutter
from messaging.pump.papers import NO_PAPERS, Papers
from messaging.pump.sources import address_of
from messaging.selectors.profiles import profile_of
from messaging.selectors.snapshot import SenderCard

_OWN_HEADER = frozenset({LongMessages.UDH8, LongMessages.UDH16})
_NO_SHIFTS = (0, 0)


def composer_of(bind: Bind) -> "Composer | HttpComposer":
    """What makes this bind's submissions."""
    return HttpComposer(bind) if bind.kind == BindKind.HTTP else Composer(bind)


class HttpComposer:
    """Makes submissions whose body is the JSON of the values (carriers.http.options)."""

    def __init__(self, bind: Bind) -> None:
        self._bind = bind
        self._profile = profile_of(bind)
        self._cutter = Cutter(bind)
        self._bits = self._profile.reference_bits

    needs_papers = False

    def compose(
        self,
        claim: Claim,
        sender: SenderCard,
        now: datetime,
        share: float | None,
        papers: Papers = NO_PAPERS,
    ) -> list[Submission]:
        """The message's segments in order without those that the carrier has, or one for all of
        them where the carrier cuts."""
        segmented = self._cutter.cut(claim.text, self._profile)
        parts = self._parts(claim, segmented)
        common = self._common(claim, sender, now) | {
            "encoding": segmented.encoding,
            "segments": len(parts),
        }
        submissions = []
        for number, part in enumerate(parts, 1):
            if number in claim.results:
                continue
            values = common | part | {"segment": number}
            # The same for each try, so that a carrier that looks for repeats finds them.
            values["reference"] = f"{claim.id}.{number}" if len(parts) > 1 else str(claim.id)
            body = json.dumps(values, ensure_ascii=False).encode("utf-8", "replace")
            submissions.append(
                Submission(
                    claim,
                    claim.id.bytes,
                    number,
                    len(parts),
                    body,
                    claim.lane,
                    sender.id,
                    share,
                )
            )
        return submissions

    def _common(self, claim: Claim, sender: SenderCard, now: datetime) -> dict[str, object]:
        return {
            "from": address_of(self._bind, sender)[0],
            "to": claim.msisdn,
            "to_plus": f"+{claim.msisdn}",
            "class": LANES[claim.lane],
            "wants_receipt": self._bind.registered_delivery != "none",
            "validity_seconds": self._validity(claim, now),
        }

    def _validity(self, claim: Claim, now: datetime) -> int | None:
        """Never past the deadline: a carrier's retry must not arrive after the legal window."""
        limits = [self._bind.validity_seconds] if self._bind.validity_seconds else []
        if claim.not_after is not None:
            limits.append(max(1, int((claim.not_after - now).total_seconds())))
        return min(limits) if limits else None

    def _parts(self, claim: Claim, segmented: SegmentedText) -> Sequence[dict[str, object]]:
        segments = segmented.segments
        if len(segments) == 1 or self._bind.long_messages == LongMessages.PAYLOAD:
            octets = b"".join(segment.payload for segment in segments)
            return [
                {"text": "".join(one.text for one in segments), "data": octets.hex(), "udh": ""}
            ]
        return [
            {
                "text": segment.text,
                "data": segment.payload.hex(),
                "udh": self._header(claim, segmented, number).hex(),
            }
            for number, segment in enumerate(segments, 1)
        ]

    def _header(self, claim: Claim, segmented: SegmentedText, number: int) -> bytes:
        """The header of the segment's own; none where the carrier joins by the numbers given."""
        shifts = (segmented.locking_shift, segmented.single_shift)
        if self._bind.long_messages not in _OWN_HEADER and shifts == _NO_SHIFTS:
            return b""
        reference = abs(claim.segment_reference or 0) & ((1 << self._bits) - 1)
        total = len(segmented.segments)
        return udh.concat_udh(reference, total, number, self._bits, shifts=shifts)
