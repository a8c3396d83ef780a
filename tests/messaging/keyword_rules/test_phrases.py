"""Words and patterns as people write them: refused with the place."""

import pytest

from messaging.keyword_rules import PhraseError, phrase_of


@pytest.mark.parametrize(
    ("pattern", "position"),
    [
        ("a(b", 2),
        ("ab)c", 3),
        ("x**", 2),
        ("w[z-a]", 3),
        ("x{2,1}", 2),
        (r"a\1", 2),
        ("(?=a)b", 1),
        ("abc\\", 4),
    ],
)
def test_a_broken_pattern_names_the_place(pattern, position):
    with pytest.raises(PhraseError) as refused:
        phrase_of("pattern", pattern)
    assert (refused.value.code, refused.value.values["position"]) == ("bad_pattern", position)


@pytest.mark.parametrize(
    ("kind", "word", "code"),
    [
        ("exact", "!!", "no_word"),
        ("prefix", "x" * 121, "too_long"),
        ("pattern", ".*", "fits_nothing_written"),
    ],
)
def test_what_is_no_word_is_refused(kind, word, code):
    with pytest.raises(PhraseError) as refused:
        phrase_of(kind, word)
    assert refused.value.code == code


def test_a_pattern_that_explodes_elsewhere_is_read_in_linear_time():
    evil = phrase_of("pattern", "(a+)+$")
    assert evil.pattern.fullmatch("a" * 5_000 + "b") is None
