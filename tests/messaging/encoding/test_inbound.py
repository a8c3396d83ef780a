import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.encoding.inbound import decode_inbound
from messaging.encoding.segmentation import segment
from messaging.encoding.validity import text_error


@pytest.mark.parametrize(
    ("octets", "data_coding", "alphabet", "text"),
    [
        (b"\x00 \x1be", 0x00, "gsm7", "@ €"),
        (b"\x80", 0x00, "gsm7", "\ufffd"),
        (b"@\xe7", 0x00, "latin1", "@ç"),
        (b"@_$\xe7", 0x00, "ascii", "@_$\ufffd"),
        (b"@_$[]", 0x01, "gsm7", "@_$[]"),
        (b"\xe7\xe3", 0x03, "gsm7", "çã"),
        (b"STOP\xff", 0x04, "gsm7", "STOPÿ"),
        (b"\xdf", 0x06, "gsm7", "п"),
        (b"\xe0", 0x07, "gsm7", "א"),
        ("từ chối".encode("utf-16-be"), 0x08, "gsm7", "từ chối"),
        (b"\x00a\x00", 0x08, "gsm7", "a\ufffd"),
        (b"\x00a\xd8\x3d", 0x08, "gsm7", "a\ufffd"),
        (b"\x00a", 0x18, "gsm7", "a"),
        (b"\x00", 0x10, "gsm7", "@"),
        (b"@\xe7", 0x14, "gsm7", "@ç"),
        (b"\x00", 0xF0, "gsm7", "@"),
        (b"@", 0xF0, "latin1", "@"),
        (b"\xe7", 0xF5, "gsm7", "ç"),
        (b"\x00a", 0xE0, "gsm7", "a"),
        (b"\x00", 0xC0, "gsm7", "@"),
        (b"\x00", 0x0F, "gsm7", "@"),  # reserved: the default alphabet
        (b"a", 0x100, "gsm7", "a"),  # more than an octet can hold
    ],
)
def test_text_by_data_coding(octets, data_coding, alphabet, text):
    assert decode_inbound(octets, data_coding, alphabet) == text


def test_nul_cannot_be_stored_and_is_replaced():
    assert decode_inbound(b"a\x00\x00\x00b", 0x03) == "a\ufffd\ufffd\ufffdb"
    assert decode_inbound(b"\x00\x00\x00a", 0x08) == "\ufffda"


@given(st.binary(), st.integers(0, 255), st.sampled_from(["gsm7", "latin1", "ascii"]))
@settings(deadline=None, max_examples=300)
def test_any_octets_become_a_text_that_can_be_stored(octets, data_coding, alphabet):
    text = decode_inbound(octets, data_coding, alphabet)
    assert text_error(text) is None


@given(st.text(st.characters(exclude_characters="\x00\ufeff\ufffe", exclude_categories=["Cs"])))
@settings(deadline=None)
def test_our_own_segments_read_back(text):
    segmented = segment(text)
    octets = b"".join(part.payload for part in segmented.segments)
    assert decode_inbound(octets, segmented.data_coding) == text
