import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.encoding import ucs2


@given(st.text())
@settings(deadline=None)
def test_decoding_gives_the_text_back(text):
    octets = ucs2.encode(text)
    assert ucs2.decode(b"\xfe\xff" + octets) == text
    if not text.startswith(("\ufeff", "\ufffe")):
        assert ucs2.decode(octets) == text


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("ệ", "1ec7"),
        ("😀", "d83dde00"),
        ("a\ud83d", "0061fffd"),
        ("\ude00\ud83da", "fffdfffd0061"),
        ("\ud83d\ude00", "d83dde00"),
    ],
)
def test_octets_of_text(text, octets):
    assert ucs2.encode(text).hex() == octets


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("fffe6100", "a"),
        ("feff0061", "a"),
        ("0061fffe", "a\ufffe"),
        ("006100", "a\ufffd"),
        ("d83d0061", "\ufffda"),
        ("0061d83d", "a\ufffd"),
        ("", ""),
    ],
)
def test_text_of_odd_octets(octets, text):
    assert ucs2.decode(bytes.fromhex(octets)) == text


@given(st.binary())
@settings(deadline=None)
def test_decoding_never_raises_nor_leaves_surrogates(octets):
    assert not any("\ud800" <= char <= "\udfff" for char in ucs2.decode(octets))


@given(st.text(st.characters(categories=["Cs", "Lu", "So"])))
@settings(deadline=None)
def test_well_formed_replaces_each_lone_surrogate_by_one_character(text):
    repaired = ucs2.well_formed(text)
    assert len(ucs2.encode(text)) == len(text.encode("utf-16-be", "surrogatepass"))
    assert ucs2.encode(repaired) == ucs2.encode(text)
