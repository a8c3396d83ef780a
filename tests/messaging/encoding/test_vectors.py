"""The shared encoding vectors: every case must hold, including octets on the air."""

import json
from pathlib import Path

import pytest

from messaging.encoding import ucs2
from messaging.encoding.errors import TooManySegmentsError
from messaging.encoding.profile import EncodingProfile
from messaging.encoding.segmentation import SegmentedText, segment, segment_count

VECTORS = Path(__file__).parents[2] / "data" / "encoding_vectors.json"
CASES = json.loads(VECTORS.read_text(encoding="ascii"))["cases"]
SPLIT = [case for case in CASES if "error" not in case["expected"]]
REFUSED = [case for case in CASES if "error" in case["expected"]]


def text_of(case):
    if "text_repeat" in case:
        return "".join(text * times for text, times in case["text_repeat"])
    return case["text"]


def options_of(case, keeps_clusters=False):
    return {
        "encoding": case.get("encoding", "auto"),
        "profile": EncodingProfile(
            reference_bits=case.get("ref_bits", 8), keeps_clusters=keeps_clusters
        ),
    }


def octets_on_air(segmented: SegmentedText, header: int) -> list[int]:
    """TP-UD octets; a 7-bit text after a header starts at a septet (23.040 §9.2.3.24)."""
    if segmented.encoding != "gsm7":
        return [header + len(part.payload) for part in segmented.segments]
    header_septets = (header * 8 + 6) // 7
    return [((header_septets + part.units) * 7 + 7) // 8 for part in segmented.segments]


def test_all_58_cases_are_here():
    assert len(CASES) == 58
    assert len({case["name"] for case in CASES}) == 58


@pytest.mark.parametrize("case", SPLIT, ids=lambda case: case["name"])
def test_vector(case):
    expected = case["expected"]
    segmented = segment(text_of(case), **options_of(case))
    units = [part.units for part in segmented.segments]
    assert segmented.encoding == expected["encoding"]
    assert segmented.data_coding == expected["data_coding"]
    assert segmented.units == sum(units) == expected["total_units"]
    assert len(units) == expected["parts"]
    if "part_units" in expected:
        assert units == expected["part_units"]
        assert [len(part.text) for part in segmented.segments] == expected["part_chars"]
        header = 0 if len(units) == 1 else case.get("ref_bits", 8) // 8 + 5
        assert octets_on_air(segmented, header) == expected["part_octets"]
    else:
        assert set(units[:-1]) == {expected["part_units_all_but_last"]}
        assert units[-1] == expected["part_units_last"]


@pytest.mark.parametrize("case", SPLIT, ids=lambda case: case["name"])
def test_vector_text_is_kept(case):
    text = text_of(case)
    segmented = segment(text, **options_of(case))
    sent = "".join(part.text for part in segmented.segments)
    assert sent == ucs2.well_formed(text)
    assert sent.count("\ufffd") == case["expected"].get("replaced_surrogates", 0)


@pytest.mark.parametrize("case", SPLIT, ids=lambda case: case["name"])
def test_vector_count_without_segments(case):
    expected = case["expected"]
    counted = segment_count(text_of(case), **options_of(case))
    assert counted == (expected["encoding"], expected["total_units"], expected["parts"])


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["name"])
def test_vector_refused(case):
    assert case["expected"]["error"] == "too_long"
    with pytest.raises(TooManySegmentsError) as caught:
        segment(text_of(case), **options_of(case))
    assert (caught.value.count, caught.value.limit, caught.value.units) == (256, 255, 39016)


@pytest.mark.parametrize("case", SPLIT, ids=lambda case: case["name"])
def test_keeping_clusters_costs_no_segment(case):
    text = text_of(case)
    plain = segment(text, **options_of(case))
    kept = segment(text, **options_of(case, keeps_clusters=True))
    assert len(kept.segments) == len(plain.segments) == case["expected"]["parts"]
    assert kept.units == plain.units
    assert "".join(part.text for part in kept.segments) == ucs2.well_formed(text)
