"""What a bind's options make of texts: labels, shorter segments, forbidden characters, packing."""

from hypothesis import given
from hypothesis import strategies as st

from messaging.encoding.labels import taken_off
from messaging.encoding.packing import packed, unpacked
from messaging.encoding.profile import EncodingProfile
from messaging.encoding.segmentation import segment, segment_count

LABEL = EncodingProfile(label_before="(QC) ", label_after=" TC: soan TC gui 1313")


def test_label_counts_and_is_not_sent():
    text = "a" * 140
    found = segment(text, profile=LABEL)
    assert len(found.segments) == 2 == segment_count(text, profile=LABEL).segment_count
    assert "".join(one.text for one in found.segments) == text
    assert len(segment(text).segments) == 1


def test_each_segment_keeps_the_room_of_its_label():
    first, second = segment("a" * 200, profile=LABEL).segments
    assert first.units == 153 - len(LABEL.label_before)
    assert second.units + len(LABEL.label_after) <= 153


def test_label_in_other_letters_decides_the_encoding():
    found = segment("Xin chao", profile=EncodingProfile(label_before="Quảng cáo: "))
    assert (found.encoding, found.segments[0].text) == ("ucs2", "Xin chao")


@given(st.text(st.sampled_from("aé€đ🙂"), min_size=1, max_size=400))
def test_what_is_sent_is_the_text_and_the_count_is_that_of_the_label(text):
    found = segment(text, profile=LABEL)
    assert "".join(one.text for one in found.segments) == text
    whole = LABEL.label_before + text + LABEL.label_after
    assert len(found.segments) == segment_count(whole).segment_count


def test_no_segment_is_left_empty():
    assert taken_off(["abcd", "xyz"], 0, 3) == ["abc", "d"]
    assert taken_off(["abcd"], 1, 1) == ["bc"]


def test_shorter_segments():
    profile = EncodingProfile(max_octets=134)
    assert segment_count("a" * 153, profile=profile).segment_count == 1
    assert segment_count("a" * 154, profile=profile).segment_count == 2
    assert [one.units for one in segment("ư" * 68, profile=profile).segments] == [64, 4]


def test_forbidden_characters_are_replaced_before_counting():
    profile = EncodingProfile(forbidden="…“”", replacement="'")
    found = segment("“Xin chao…”", profile=profile)
    assert (found.encoding, found.segments[0].text) == ("gsm7", "'Xin chao''")


@given(st.binary(max_size=160).map(lambda raw: bytes(one & 0x7F for one in raw)), st.integers(0, 8))
def test_packed_septets_come_back(septets, header):
    octets = packed(septets, header)
    assert unpacked(octets, len(septets), header) == septets
    assert len(octets) <= (len(septets) * 7 + 6 + 7) // 8


def test_packed_as_the_specification_shows():
    assert packed(b"hellohello").hex() == "e8329bfd4697d9ec37"
    assert packed(b"1234567")[-1] >> 1 == 0x0D  # seven spare bits
