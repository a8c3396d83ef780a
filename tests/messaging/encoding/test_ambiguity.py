import json
import unicodedata
from pathlib import Path

import pytest

import messaging.encoding
from messaging.encoding.ambiguity import word_warnings
from messaging.encoding.replacements import strip_marks

DATA = json.loads(
    (Path(messaging.encoding.__file__).parent / "data" / "vi_ambiguous.json").read_text("utf-8")
)
WORDS = DATA["words"]


def test_enough_words_are_known():
    assert len(WORDS) >= 150
    offensive = [w for found in WORDS.values() for w, gloss in found.items() if len(gloss) == 3]
    assert 5 <= len(offensive) <= 60


@pytest.mark.parametrize("plain", WORDS)
def test_readings_are_composed_and_lose_their_marks_to_their_key(plain):
    assert len(WORDS[plain]) >= 2
    for word, (vietnamese, english, *severity) in WORDS[plain].items():
        assert unicodedata.is_normalized("NFC", word)
        assert word == word.casefold()
        assert strip_marks(word) == plain
        assert vietnamese
        assert english
        assert severity in ([], ["offensive"])


def test_clear_pairs_are_no_ambiguous_pairs():
    assert all(len(pair.split(" ")) == 2 for pair in DATA["clear"])
    assert not {strip_marks(pair) for pair in DATA["clear"]} & set(WORDS)


def test_warning_names_word_place_and_other_readings():
    (warning,) = word_warnings("Hãng BÁN lẻ")[1:2]
    assert (warning.word, warning.position, warning.unmarked) == ("BÁN", 5, "BAN")
    assert warning.severity == "meaning"
    assert {"bàn", "bạn", "bản"} <= {reading.word for reading in warning.readings}
    assert "bán" not in {reading.word for reading in warning.readings}
    assert all(reading.vietnamese and reading.english for reading in warning.readings)


def test_offensive_readings_come_first():
    warnings = word_warnings("Bán hết, giảm giá lớn, bàn ghế")
    assert warnings[0].word == "lớn"
    assert [one.severity for one in warnings] == ["offensive"] + ["meaning"] * (len(warnings) - 1)
    rest = [one.position for one in warnings[1:]]
    assert rest == sorted(rest)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("khách hàng", []),  # clear as a pair
        ("hàng", ["hàng"]),  # alone it is not
        ("tư vấn", ["tư vấn"]),  # as a pair: tự vẫn is suicide
        ("tư, vấn", ["tư", "vấn"]),
        ("ban hang tu van", []),  # written without marks: nothing is lost
        ("và của", []),  # a reader supplies these marks
        ("các", ["các"]),  # ... but this one offends
        ("bánh2bán", ["bánh", "bán"]),
        ("xyzbán", []),  # within a longer word
        ("", []),
    ],
)
def test_words_that_are_warned_of(text, words):
    assert [one.word for one in word_warnings(text)] == words


def test_normal_form_and_place_of_the_tone_do_not_matter():
    composed = word_warnings("bán hòa")
    assert word_warnings(unicodedata.normalize("NFD", "bán hòa")) == composed
    readings = {one.word for one in word_warnings("hoà")[0].readings}
    assert "hòa" not in readings
    assert "hóa" in readings
