"""Where a payload is cut: never inside a pair, and inside a grapheme cluster only where keeping it
whole would cost a segment."""

from typing import NamedTuple

import regex

from messaging.encoding.alphabets import Alphabet

_CLUSTER = regex.compile(r"\X")
# Between two of these there is always a boundary, whatever stands around (Unicode UAX 29 §3.1.1).
_APART = r"[\p{GCB=Other}\p{GCB=LV}\p{GCB=LVT}]"
# The most frequent of them, looked up without a regular expression: ASCII, Latin, Vietnamese.
_OFTEN_APART = frozenset(
    map(chr, (*range(0x20, 0x7F), *range(0xC0, 0x300), *range(0x1EA0, 0x1F00)))
)
_CERTAIN_BOUNDARY = regex.compile(rf"(?r)(?<={_APART})(?={_APART})")


class Place(NamedTuple):
    """A point between two characters: payload octets and characters before it."""

    octets: int
    characters: int


def next_end(alphabet: Alphabet, payload: bytes, start: int, limit: int) -> int:
    """The furthest end of a segment that starts at `start`, in payload octets."""
    end = start + limit
    if end >= len(payload):
        return len(payload)
    return end - alphabet.unit_octets if alphabet.splits_pair(payload, end) else end


def plain_ends(alphabet: Alphabet, payload: bytes, limit: int) -> list[int]:
    """Ends of segments filled as far as they go: the least number there can be."""
    ends = [next_end(alphabet, payload, 0, limit)]
    while ends[-1] < len(payload):
        ends.append(next_end(alphabet, payload, ends[-1], limit))
    return ends


def cluster_ends(
    alphabet: Alphabet, text: str, payload: bytes, ends: list[int], limit: int
) -> list[int]:
    """Ends of as many segments as `plain_ends` made, with as few clusters cut as can be.

    Exact: of the ways to fill so many segments with so many clusters cut, only the one that got
    furthest matters, because whatever follows a shorter one can follow it.
    """
    if not _cuts_any(alphabet, text, payload, ends):
        return ends
    ways: dict[int, list[Place]] = {0: [Place(0, 0)]}
    for _ in ends[:-1]:
        longer: dict[int, list[Place]] = {}
        for cuts, way in ways.items():
            for place, is_cut in _places(alphabet, text, payload, way[-1], limit):
                best = longer.get(cuts + is_cut)
                if best is None or best[-1] < place:
                    longer[cuts + is_cut] = [*way, place]
        ways = longer
    enough = len(payload) - limit
    fewest = min(cuts for cuts, way in ways.items() if way[-1].octets >= enough)
    return [place.octets for place in ways[fewest][1:]] + [len(payload)]


def _cuts_any(alphabet: Alphabet, text: str, payload: bytes, ends: list[int]) -> bool:
    start = at = 0
    for end in ends[:-1]:
        at += alphabet.characters(payload[start:end])
        if boundary_before(text, at) != at:
            return True
        start = end
    return False


def _places(
    alphabet: Alphabet, text: str, payload: bytes, start: Place, limit: int
) -> list[tuple[Place, bool]]:
    """Where a segment from `start` may end, with whether that cuts a cluster."""
    end = next_end(alphabet, payload, start.octets, limit)
    furthest = Place(end, start.characters + alphabet.characters(payload[start.octets : end]))
    boundary = boundary_before(text, furthest.characters)
    if boundary == furthest.characters:
        return [(furthest, False)]
    found = [(furthest, True)]
    if boundary > start.characters:
        cluster = alphabet.encode(text[boundary : furthest.characters]) or b""
        found.append((Place(end - len(cluster), boundary), False))
    return found


def boundary_before(text: str, at: int) -> int:
    """The last boundary of grapheme clusters at or before character `at`."""
    if not 0 < at < len(text) or (text[at - 1] in _OFTEN_APART and text[at] in _OFTEN_APART):
        return at
    certain = _CERTAIN_BOUNDARY.search(text, 0, at + 1)
    start = certain.start() if certain else 0
    for cluster in _CLUSTER.finditer(text, start):
        if cluster.end() > at:
            return int(cluster.start())
    return start
