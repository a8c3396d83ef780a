import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.encoding import gsm7, shifts
from messaging.encoding.errors import TooManySegmentsError, UnencodableError
from messaging.encoding.inbound import decode_inbound
from messaging.encoding.profile import EncodingProfile, NationalLanguage
from messaging.encoding.segmentation import segment, segment_count

# Units by encoding and reference: single, per segment (3GPP TS 23.040 §9.2.3.24).
LIMITS = {
    ("gsm7", 8): (160, 153),
    ("gsm7", 16): (160, 152),
    ("ucs2", 8): (70, 67),
    ("ucs2", 16): (70, 66),
    ("latin1", 8): (140, 134),
    ("latin1", 16): (140, 133),
}
DECODERS = {"gsm7": gsm7.decode, "ucs2": lambda octets: octets.decode("utf-16-be")}
DATA_CODINGS = {"gsm7": 0, "ucs2": 8, "latin1": 3}

GSM7_CHARS = st.sampled_from("aZ@€[]{}^~|\\\n\fΩ")
UCS2_CHARS = st.sampled_from("aế😀\u0323👨\u200dđ€\ufeff")


def long_texts(chars):
    """Texts around the limits: runs of a few characters, so that pairs fall on every border."""
    runs = st.tuples(st.text(chars, min_size=1, max_size=3), st.integers(1, 90))
    return st.lists(runs, max_size=8).map(lambda parts: "".join(t * n for t, n in parts))


TEXTS = st.one_of(long_texts(GSM7_CHARS), long_texts(UCS2_CHARS), st.text(max_size=400))
BITS = st.sampled_from([8, 16])


def unit_cost(char, encoding):
    if encoding == "gsm7":
        return len(gsm7.encode(char))
    return len(char.encode("utf-16-be")) // 2 if encoding == "ucs2" else 1


def fewest_segments(costs, limit):
    """Oracle: the least number of pieces by trying every last piece (not by filling up)."""
    fewest = [0]
    for end in range(1, len(costs) + 1):
        best, units, start = None, 0, end
        while start and units + costs[start - 1] <= limit:
            start -= 1
            units += costs[start]
            best = fewest[start] if best is None else min(best, fewest[start])
        fewest.append(best + 1)
    return fewest[-1]


@given(TEXTS, BITS)
@settings(deadline=None)
def test_payloads_decode_to_the_text_in_order(text, bits):
    segmented = segment(text, profile=EncodingProfile(reference_bits=bits))
    joined = b"".join(part.payload for part in segmented.segments)
    assert DECODERS[segmented.encoding](joined) == text
    assert "".join(part.text for part in segmented.segments) == text


@given(TEXTS, BITS)
@settings(deadline=None)
def test_each_segment_stands_alone_and_within_its_limit(text, bits):
    segmented = segment(text, profile=EncodingProfile(reference_bits=bits))
    single, limit = LIMITS[segmented.encoding, bits]
    for part in segmented.segments:
        assert part.units <= (single if len(segmented.segments) == 1 else limit)
        assert part.units == sum(unit_cost(char, segmented.encoding) for char in part.text)
        alone = segment(part.text, encoding=segmented.encoding)
        assert alone.segments[0].payload == part.payload


@given(TEXTS, BITS)
@settings(deadline=None, max_examples=50)
def test_count_is_the_least_possible(text, bits):
    segmented = segment(text, profile=EncodingProfile(reference_bits=bits))
    single, limit = LIMITS[segmented.encoding, bits]
    costs = [unit_cost(char, segmented.encoding) for char in text]
    least = 1 if sum(costs) <= single else fewest_segments(costs, limit)
    assert len(segmented.segments) == least


@given(TEXTS, BITS, st.sampled_from(["auto", "ucs2"]))
@settings(deadline=None)
def test_count_agrees_with_segments(text, bits, encoding):
    segmented = segment(text, encoding=encoding, profile=EncodingProfile(reference_bits=bits))
    counted = segment_count(text, encoding=encoding, profile=EncodingProfile(reference_bits=bits))
    assert counted == (segmented.encoding, segmented.units, len(segmented.segments))


@pytest.mark.parametrize(("encoding", "bits"), LIMITS)
@pytest.mark.parametrize("extra", [0, 1])
def test_limits(encoding, bits, extra):
    single, limit = LIMITS[encoding, bits]
    segmented = segment(
        "a" * (single + extra), encoding=encoding, profile=EncodingProfile(reference_bits=bits)
    )
    assert segmented.data_coding == DATA_CODINGS[encoding]
    units = [part.units for part in segmented.segments]
    assert units == ([limit, single + 1 - limit] if extra else [single])


def test_latin1_only_when_asked_for():
    text = "façade ã"
    assert segment(text).encoding == "ucs2"
    assert segment(text, encoding="latin1").segments[0].payload == text.encode("latin-1")


@pytest.mark.parametrize(
    ("text", "encoding", "position"),
    [
        ("abç", "gsm7", 2),
        ("€ê", "gsm7", 1),
        ("a\x1b", "gsm7", 1),
        ("ab€", "latin1", 2),
        ("\ud83d", "gsm7", 0),
    ],
)
def test_encoding_that_lacks_a_character(text, encoding, position):
    with pytest.raises(UnencodableError) as caught:
        segment(text, encoding=encoding)
    assert (caught.value.encoding, caught.value.position) == (encoding, position)
    assert caught.value.character == text[position]
    with pytest.raises(UnencodableError):
        segment_count(text, encoding=encoding)


def test_unknown_encoding_is_an_error():
    with pytest.raises(KeyError):
        segment("a", encoding="utf-8")


def test_policy_limit_of_segments():
    assert len(segment("a" * 306, max_segments=2).segments) == 2
    with pytest.raises(TooManySegmentsError) as caught:
        segment("a" * 307, max_segments=2)
    assert (caught.value.count, caught.value.limit, caught.value.units) == (3, 2, 307)
    assert segment_count("a" * 307).segment_count == 3


def test_lone_surrogate_is_replaced_in_every_segment():
    segmented = segment("ê" * 66 + "\ud83d" + "ê" * 5)
    assert [part.units for part in segmented.segments] == [67, 5]
    assert segmented.segments[0].text == "ê" * 66 + "\ufffd"


@pytest.mark.parametrize(
    ("text", "encoding", "units"),
    [
        ("MAX sign-in. Don't share this code with anyone: 529420\n+QyYAqib1U4", "gsm7", 66),
        ("Mã xác thực HFM của bạn là : 240389", "ucs2", 35),
    ],
)
def test_otp_shapes_take_one_segment_unchanged(text, encoding, units):
    segmented = segment(text)
    assert (segmented.encoding, segmented.units, len(segmented.segments)) == (encoding, units, 1)
    assert segmented.segments[0].text == text


def test_values_are_frozen():
    segmented = segment("a")
    with pytest.raises(AttributeError):
        segmented.units = 2


# Every kind of profile, every text: what the phone puts together is the text, in the fewest
# segments that any allowed alphabet takes.

PROFILES = st.builds(
    EncodingProfile,
    reference_bits=BITS,
    has_latin1=st.booleans(),
    single_shifts=st.lists(st.sampled_from(list(NationalLanguage)), max_size=2).map(tuple),
    locking_shifts=st.lists(
        st.sampled_from([one for one in NationalLanguage if one != NationalLanguage.SPANISH]),
        max_size=2,
    ).map(tuple),
    keeps_clusters=st.booleans(),
)
NATIONAL_CHARS = st.sampled_from("aşğ€[çãõáÁनमक्षA०,\r\nêü")
ANY_TEXTS = st.one_of(TEXTS, long_texts(NATIONAL_CHARS))


def header_octets(profile, shift_count, is_lone):
    elements = 3 * shift_count + (0 if is_lone else profile.reference_bits // 8 + 4)
    return elements + 1 if elements else 0


def limit_of(encoding, profile, shift_count, is_lone):
    free = 140 - header_octets(profile, shift_count, is_lone)
    return {"gsm7": free * 8 // 7, "ucs2": free // 2, "latin1": free}[encoding]


def ways(text, profile):
    """Every alphabet that the profile allows for the text, as (encoding, shifts, costs)."""
    if gsm7.is_gsm7(text):
        yield "gsm7", 0, [unit_cost(char, "gsm7") for char in text]
        return
    if profile.has_latin1 and all(ord(char) < 256 for char in text):
        yield "latin1", 0, [1] * len(text)
    else:
        yield "ucs2", 0, [unit_cost(char, "ucs2") for char in text]
    for locking in (0, *profile.locking_shifts):
        for single in (0, *profile.single_shifts):
            codes = shifts.shift_table(locking, single).codes
            if (locking or single) and set(text) <= set(codes):
                count = bool(locking) + bool(single)
                yield "gsm7", count, [len(codes[char]) for char in text]


@given(ANY_TEXTS, PROFILES)
@settings(deadline=None, max_examples=150)
def test_any_profile_gives_the_text_back_within_the_limits(text, profile):
    segmented = segment(text, profile=profile)
    tables = (segmented.locking_shift, segmented.single_shift)
    read = "".join(
        decode_inbound(
            part.payload, segmented.data_coding, locking_shift=tables[0], single_shift=tables[1]
        )
        if segmented.encoding != "ucs2"
        else part.payload.decode("utf-16-be")
        for part in segmented.segments
    )
    assert "".join(part.text for part in segmented.segments) == text
    assert read.replace("\x00", "\ufffd") == text.replace("\x00", "\ufffd")
    is_lone = len(segmented.segments) == 1
    limit = limit_of(segmented.encoding, profile, sum(map(bool, tables)), is_lone)
    assert all(part.units <= limit for part in segmented.segments)
    assert sum(part.units for part in segmented.segments) == segmented.units


@given(ANY_TEXTS, PROFILES)
@settings(deadline=None, max_examples=60)
def test_any_profile_takes_the_fewest_segments(text, profile):
    def least(encoding, shift_count, costs):
        if sum(costs) <= limit_of(encoding, profile, shift_count, True):
            return 1
        return fewest_segments(costs, limit_of(encoding, profile, shift_count, False))

    expected = min(least(*way) for way in ways(text, profile))
    assert segment_count(text, profile=profile).segment_count == expected
    assert len(segment(text, profile=profile).segments) == expected
