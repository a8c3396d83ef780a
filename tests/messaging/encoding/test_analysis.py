import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.encoding import gsm7
from messaging.encoding.analysis import Culprit, analyse
from messaging.encoding.errors import TooManySegmentsError
from messaging.encoding.profile import EncodingProfile
from messaging.encoding.segmentation import segment


def test_gsm7_text_has_no_culprits():
    analysis = analyse("[QC] à € " + "a" * 160)
    assert (analysis.encoding, analysis.data_coding, analysis.units) == ("gsm7", 0, 172)
    assert [part.units for part in analysis.segments] == [153, 19]
    assert analysis.culprits == ()
    assert analysis.is_nfc


def test_culprits_with_position_name_and_suggestion():
    analysis = analyse("Giá – 9₫ 😀\t")
    assert analysis.encoding == "ucs2"
    assert analysis.culprits == (
        Culprit(2, "á", "LATIN SMALL LETTER A WITH ACUTE", "a"),
        Culprit(4, "–", "EN DASH", "-"),
        Culprit(7, "₫", "DONG SIGN", "VND"),
        Culprit(9, "😀", "GRINNING FACE", None),
        Culprit(10, "\t", "U+0009", " "),
    )


def test_decomposed_text_is_noticed_and_its_marks_can_go():
    analysis = analyse("Vie\u0323\u0302t \u0438\u0306")
    assert not analysis.is_nfc
    assert [(c.position, c.suggestion) for c in analysis.culprits] == [
        (3, ""),
        (4, ""),
        (7, None),
        (8, None),
    ]


def test_lone_surrogate_counts_as_its_replacement():
    analysis = analyse("abc\ud83d")
    assert [(c.position, c.character) for c in analysis.culprits] == [(3, "\ufffd")]


def test_invisible_and_refused_characters_are_told_whatever_the_encoding():
    analysis = analyse("OTP 12\f [x]", refused="[]")
    assert analysis.encoding == "gsm7"
    assert [(one.position, one.name) for one in analysis.invisible] == [(6, "U+000C")]
    assert [one.position for one in analysis.refused] == [8, 10]
    assert analyse("OTP [x]").refused == ()


def test_what_decomposed_letters_would_cost():
    analysis = analyse("Mã xác thực")
    assert analysis.is_nfc
    assert (analysis.units, analysis.nfd_units) == (11, 15)
    assert analyse("Ma\u0303 xác thực").nfd_units == 15


def test_profile_decides_the_encoding():
    profile = EncodingProfile(has_latin1=True)
    analysis = analyse("façade", profile=profile)
    assert (analysis.encoding, analysis.data_coding, analysis.culprits) == ("latin1", 3, ())


def test_forced_latin1_has_no_culprits():
    assert analyse("façade", encoding="latin1").culprits == ()


def test_limit_is_that_of_sending():
    with pytest.raises(TooManySegmentsError):
        analyse("ê" * 135, max_segments=2)


@given(st.text(max_size=200), st.sampled_from([8, 16]))
@settings(deadline=None)
def test_analysis_says_what_sending_does(text, bits):
    analysis = analyse(text, profile=EncodingProfile(reference_bits=bits))
    sent = segment(text, profile=EncodingProfile(reference_bits=bits))
    assert (analysis.encoding, analysis.units) == (sent.encoding, sent.units)
    assert analysis.segments == sent.segments
    assert bool(analysis.culprits) == (analysis.encoding == "ucs2")
    assert all(text[c.position] == c.character for c in analysis.culprits)


@given(st.text(max_size=60))
@settings(deadline=None)
def test_following_all_suggestions_leaves_only_what_has_none(text):
    analysis = analyse(text)
    chars = list(text)
    for culprit in analysis.culprits:
        if culprit.suggestion is not None:
            chars[culprit.position] = culprit.suggestion
    stubborn = sum(culprit.suggestion is None for culprit in analysis.culprits)
    assert sum(char not in gsm7.CHARACTERS for char in "".join(chars)) == stubborn
