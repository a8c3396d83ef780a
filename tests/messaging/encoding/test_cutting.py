"""Whole clusters where there is room, and never a segment more for them."""

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.encoding.cutting import _OFTEN_APART, boundary_before
from messaging.encoding.profile import EncodingProfile
from messaging.encoding.segmentation import segment

PLAIN = EncodingProfile(keeps_clusters=False)
FAMILY = "👨\u200d👩\u200d👧\u200d👦"  # 11 units
FLAG = "🇻🇳"  # 4 units

CLUSTERED = st.sampled_from(
    [
        FAMILY,
        FLAG,
        "👍🏽",
        "e\u0323\u0302",
        "a",
        "ế",
        "\r\n",
        "क्षि",
        "각",
        "가",
        "ท่",
        "1\ufe0f\u20e3",
    ]
)
RUNS = st.lists(st.tuples(CLUSTERED, st.integers(1, 60)), max_size=6).map(
    lambda runs: "".join(text * times for text, times in runs)
)


def boundaries(text):
    return {0} | {match.end() for match in regex.finditer(r"\X", text)}


def cuts_of(segmented):
    ends, at = [], 0
    for part in segmented.segments[:-1]:
        at += len(part.text)
        ends.append(at)
    return ends


def cut_clusters(text, profile=None):
    segmented = segment(text, profile=profile or EncodingProfile())
    return sum(end not in boundaries(text) for end in cuts_of(segmented))


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("ế" * 60 + FAMILY, [60, 11]),
        ("ế" * 66 + "e\u0323\u0302" + "ế" * 5, [66, 8]),
        ("ế" * 65 + FLAG + "ế" * 5, [65, 9]),
        ("ế" * 100, [67, 33]),
    ],
)
def test_cluster_moves_whole_to_the_next_segment(text, units):
    assert [part.units for part in segment(text).segments] == units
    assert cut_clusters(text) == 0


def test_line_end_of_two_characters_stays_together():
    text = "a" * 152 + "\r\n" + "b" * 20
    assert [part.units for part in segment(text).segments] == [152, 22]
    assert [part.units for part in segment(text, profile=PLAIN).segments] == [153, 21]


def test_cluster_is_cut_where_keeping_it_would_cost_a_segment():
    text = "ế" * 59 + FAMILY + "ế" * 64  # 134 units, two segments filled to the last
    assert [part.units for part in segment(text).segments] == [67, 67]
    assert cut_clusters(text) == 1


def test_cluster_longer_than_a_segment_is_cut():
    text = "ế" * 10 + "a" + "\u0301" * 100
    assert len(segment(text).segments) == 2


def test_as_few_clusters_are_cut_as_can_be():
    """Room for one move of ten units, or for two of four: the two count more."""
    text = "ế" * 57 + FAMILY + "ế" * 64 + FLAG + "ế" * 63 + FLAG + "ế" * 58
    kept = segment(text)
    assert len(kept.segments) == len(segment(text, profile=PLAIN).segments)
    assert cut_clusters(text) == fewest_cuts(text, len(kept.segments))


def units(text):
    return len(text.encode("utf-16-be")) // 2


def fewest_cuts(text, count, limit=67):
    """Oracle: the least number of clusters cut over all ways to make `count` segments."""
    whole = boundaries(text)
    least = {0: 0}
    for _ in range(count):
        longer = {}
        for start, cuts in least.items():
            size, end = 0, start
            while end < len(text) and size + units(text[end]) <= limit:
                size += units(text[end])
                end += 1
                cost = cuts + (end not in whole)
                longer[end] = min(cost, longer.get(end, cost))
        least = longer
    return least[len(text)]


@given(RUNS)
@settings(deadline=None, max_examples=60)
def test_count_stays_and_no_way_cuts_fewer_clusters(text):
    kept, plain = segment(text), segment(text, profile=PLAIN)
    assert len(kept.segments) == len(plain.segments)
    assert (kept.encoding, kept.units) == (plain.encoding, plain.units)
    assert "".join(part.text for part in kept.segments) == text
    if kept.encoding == "ucs2" and 1 < len(kept.segments) <= 4:
        assert cut_clusters(text) == fewest_cuts(text, len(kept.segments))


@given(st.text(st.sampled_from("ae\u0301👨\u200d🇻\r\nक्ष각ᄀ각\u0600ế"), max_size=40), st.data())
@settings(deadline=None, max_examples=200)
def test_boundary_is_that_of_the_whole_text(text, data):
    at = data.draw(st.integers(0, len(text)))
    assert boundary_before(text, at) == max(end for end in boundaries(text) if end <= at)


def test_characters_looked_up_always_stand_apart():
    for char in _OFTEN_APART:
        assert regex.fullmatch(r"\p{GCB=Other}", char)
