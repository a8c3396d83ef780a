import pytest

from messaging.encoding.characters import invisible, refused


@pytest.mark.parametrize(
    ("character", "name", "suggestion"),
    [
        ("\u200b", "ZERO WIDTH SPACE", ""),
        ("\ufeff", "ZERO WIDTH NO-BREAK SPACE", ""),
        ("\u00ad", "SOFT HYPHEN", ""),
        ("\u202e", "RIGHT-TO-LEFT OVERRIDE", None),
        ("\u2066", "LEFT-TO-RIGHT ISOLATE", None),
        ("\u00a0", "NO-BREAK SPACE", " "),
        ("\u3000", "IDEOGRAPHIC SPACE", " "),
        ("\u2028", "LINE SEPARATOR", "\n"),
        ("\u2800", "BRAILLE PATTERN BLANK", None),
        ("\u3164", "HANGUL FILLER", None),
        ("\u200d", "ZERO WIDTH JOINER", None),
        ("\t", "U+0009", " "),
        ("\f", "U+000C", None),
        ("\x1b", "U+001B", None),
    ],
)
def test_what_cannot_be_seen_is_found_and_named(character, name, suggestion):
    (found,) = invisible(f"mã{character}OTP")
    assert (found.position, found.character) == (2, character)
    assert (found.name, found.suggestion) == (name, suggestion)


@pytest.mark.parametrize(
    "text", ["Mã OTP của bạn\r\nlà 1 [2] €", "👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3", ""]
)
def test_plain_spaces_line_ends_and_joined_emoji_are_no_fault(text):
    assert invisible(text) == ()


def test_joiner_outside_emoji_is_found():
    assert [one.position for one in invisible("😀\u200b a\u200d\u200d")] == [1, 4, 5]


def test_characters_that_operators_refuse():
    found = refused("50% [QC] {a}", "%#&[]{}\\<@")
    assert [(one.position, one.character) for one in found] == [
        (2, "%"),
        (4, "["),
        (7, "]"),
        (9, "{"),
        (11, "}"),
    ]
    assert found[0].name == "PERCENT SIGN"
    assert refused("abc", "") == ()
