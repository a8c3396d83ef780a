import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.encoding.adviser import Replacement, advise
from messaging.encoding.profile import EncodingProfile
from messaging.encoding.replacements import replace_smart, strip_marks
from messaging.encoding.segmentation import segment_count

TEXT = "[QC] Đặt bàn “tối nay” – giảm 50% cho 2 người, chỉ 99.000₫ mỗi suất tại Hà Nội"


def test_three_forms_with_their_cost():
    advice = advise(TEXT)
    forms = [(one.rewriting, one.encoding, one.units, one.segment_count) for one in _forms(advice)]
    assert forms == [
        ("none", "ucs2", 78, 2),
        ("smart", "ucs2", 80, 2),
        ("unmarked", "gsm7", 80, 1),
    ]
    assert advice.unmarked.text == (
        '[QC] Dat ban "toi nay" - giam 50% cho 2 nguoi, chi 99.000d moi suat tai Ha Noi'
    )


def test_replacements_by_first_appearance_with_their_count():
    advice = advise("“Đi” – đi đi…")
    assert advice.written.replaced == ()
    assert advice.smart.replaced == (
        Replacement("“", '"', 1),
        Replacement("”", '"', 1),
        Replacement("–", "-", 1),
        Replacement("…", "...", 1),
    )
    assert Replacement("đ", "d", 2) in advice.unmarked.replaced


def test_decomposed_text_is_composed_and_said_so():
    advice = advise("Vie\u0323\u0302t")
    assert not advice.is_nfc
    assert (advice.written.text, advice.written.units) == ("Việt", 4)
    assert advice.unmarked.replaced == (Replacement("ệ", "e", 1),)


def test_cheap_text_needs_no_advice():
    advice = advise("Ma OTP: 735220")
    assert {one.text for one in _forms(advice)} == {"Ma OTP: 735220"}
    assert advice.is_nfc
    assert advice.warnings == ()
    assert advice.smart.replaced == advice.unmarked.replaced == ()


def test_costs_follow_the_profile():
    text = "façade " * 12
    assert advise(text).written.encoding == "ucs2"
    assert advise(text, EncodingProfile(has_latin1=True)).written.encoding == "latin1"


def test_lone_surrogate_does_not_stop_the_advice():
    assert advise("Mã \ud83d").written.text == "Mã \ufffd"


@given(st.text(max_size=80))
@settings(deadline=None)
def test_forms_are_what_rewriting_and_sending_make(text):
    advice = advise(text)
    written = advice.written.text
    assert unicodedata.is_normalized("NFC", written)
    assert advice.smart.text == replace_smart(written)
    assert advice.unmarked.text == strip_marks(written)
    for form in _forms(advice):
        count = segment_count(form.text)
        assert (form.encoding, form.units, form.segment_count) == count


@pytest.mark.parametrize("text", ["", " ", "😀", "\x00"])
def test_odd_texts_are_advised_too(text):
    assert advise(text).written.text == text


def _forms(advice):
    return advice.written, advice.smart, advice.unmarked
