"""SMSCs that read data_coding 0 as Latin-1 or ASCII, and make the septets themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.encoding import gsm7
from messaging.encoding.inbound import decode_inbound
from messaging.encoding.profile import EncodingProfile
from messaging.encoding.segmentation import segment, segment_count

GSM_TEXTS = st.text(st.sampled_from(sorted(gsm7.CHARACTERS)), max_size=400)
ALPHABETS = st.sampled_from(["gsm7", "latin1", "ascii"])


@pytest.mark.parametrize(
    ("text", "alphabet", "encoding", "payload"),
    [
        ("Order @ 5", "gsm7", "gsm7", b"Order \x00 5"),
        ("Order @ 5", "latin1", "gsm7", b"Order @ 5"),
        ("Order @ 5", "ascii", "gsm7", b"Order @ 5"),
        ("[QC] {x}", "ascii", "gsm7", b"[QC] {x}"),
        ("Ñandú", "latin1", "ucs2", "Ñandú".encode("utf-16-be")),  # ú is not in GSM 03.38
        ("Ñ é £", "latin1", "gsm7", b"\xd1 \xe9 \xa3"),
        ("Ñ é £", "ascii", "ucs2", "Ñ é £".encode("utf-16-be")),
        ("5 €", "latin1", "ucs2", "5 €".encode("utf-16-be")),
        ("ΔΦ", "latin1", "ucs2", "ΔΦ".encode("utf-16-be")),
    ],
)
def test_octets_are_those_of_the_alphabet_that_the_smsc_reads(text, alphabet, encoding, payload):
    found = segment(text, profile=EncodingProfile(default_alphabet=alphabet))
    assert (found.encoding, found.segments[0].payload) == (encoding, payload)


def test_what_ascii_cannot_spell_goes_as_latin1_where_the_smsc_takes_it():
    profile = EncodingProfile(default_alphabet="ascii", has_latin1=True)
    found = segment("é", profile=profile)
    assert (found.encoding, found.data_coding, found.segments[0].payload) == ("latin1", 3, b"\xe9")


def test_segments_hold_what_the_air_holds():
    """An extension character is one octet for the SMSC, and two septets on the air."""
    found = segment("[" * 81, profile=EncodingProfile(default_alphabet="latin1"))
    assert [(one.units, len(one.payload)) for one in found.segments] == [(152, 76), (10, 5)]


@given(GSM_TEXTS, ALPHABETS, st.booleans())
def test_the_smsc_reads_the_text_back(text, alphabet, has_latin1):
    profile = EncodingProfile(default_alphabet=alphabet, has_latin1=has_latin1)
    found = segment(text, profile=profile)
    octets = b"".join(one.payload for one in found.segments)
    assert decode_inbound(octets, found.data_coding, alphabet) == text
    assert segment_count(text, profile=profile).segment_count == len(found.segments)


@given(GSM_TEXTS, ALPHABETS)
def test_no_segment_is_over_the_limit_of_the_air(text, alphabet):
    found = segment(text, profile=EncodingProfile(default_alphabet=alphabet))
    limit = {"gsm7": 153, "ucs2": 67}[found.encoding]
    if len(found.segments) > 1:
        assert max(one.units for one in found.segments) <= limit
