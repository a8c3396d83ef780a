"""What a text costs its customer: the published count, with what the recipient's network adds."""

from functools import lru_cache
from typing import NamedTuple

from messaging.encoding import gsm7, segmentation, ucs2
from messaging.encoding.alphabets import UNIT_LIMITS, Encoding
from routing.network_texts import NetworkText


class Counted(NamedTuple):
    """A text as it is handed over, and as the network bills it.

    `units` and `segment_count` are of the text alone; `billed_segments` of the text between
    `adds_before` and `adds_after`, in the encoding that both together need.
    """

    encoding: str
    units: int
    segment_count: int
    billed_segments: int
    billed_units: int
    adds_before: str = ""
    adds_after: str = ""

    @property
    def billed_column(self) -> int | None:
        """How a message keeps it: nothing where as many are billed as are sent."""
        return None if self.billed_segments == self.segment_count else self.billed_segments

    @property
    def added(self) -> str:
        """The characters that the network adds."""
        return self.adds_before + self.adds_after


def text_counted_by(rule: NetworkText | None, text: str) -> Counted:
    """What a text costs where the rule holds; one encode where the network adds nothing, and
    where text and addition fit into one segment."""
    return count_widened(rule, text, segmentation.segment_count(text))


def count_widened(rule: NetworkText | None, text: str, count: segmentation.SegmentCount) -> Counted:
    """The count of a text that was counted already, with what the rule adds."""
    if rule is None or not rule.adds:
        return Counted(*count, count.segment_count, count.units)
    added = _units(rule.adds_before + rule.adds_after, count.encoding)
    if added is not None and count.units + added <= UNIT_LIMITS[count.encoding][0]:
        billed, units = 1, count.units + added
    else:
        whole = segmentation.segment_count(rule.wrapped(text))
        billed, units = whole.segment_count, whole.units
    return Counted(*count, billed, units, rule.adds_before, rule.adds_after)


def fitting_lengths(before: str, after: str, encoding: Encoding, segments: int) -> list[int]:
    """Units of text that fit into 1, 2 … segments between the additions, at least 0: as prices
    are quoted, so without a pair at a boundary."""
    added = _units(before + after, encoding)
    if added is None:
        return [0] * segments
    lone, shared = UNIT_LIMITS[encoding]
    whole = [lone, *(shared * count for count in range(2, segments + 1))]
    return [max(0, units - added) for units in whole]


@lru_cache(maxsize=256)  # a few texts per network
def _units(addition: str, encoding: str) -> int | None:
    """Units of an addition inside a text of this encoding; None where it changes the encoding."""
    if encoding == "gsm7":
        octets = gsm7.encode(addition)
        return None if octets is None else len(octets)
    if encoding == "ucs2":
        return ucs2.units(addition)
    return None
