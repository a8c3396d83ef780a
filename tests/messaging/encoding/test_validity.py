import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.encoding.validity import TextError, text_error


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", None),
        ("Mã xác thực 😀\r\n\t\x1b", None),
        ("a\x00b", TextError(1, "nul")),
        ("ã\x00b", TextError(1, "nul")),
        ("ã\ud83d", TextError(1, "lone_surrogate")),
        ("\ude00\x00", TextError(0, "lone_surrogate")),
        ("\x00\ude00", TextError(0, "nul")),
        (json.loads('"\\ud83d\\ude00"'), None),
        (json.loads('"ab\\ud83d"'), TextError(2, "lone_surrogate")),
    ],
)
def test_first_error(text, error):
    assert text_error(text) == error


@given(st.text(st.characters(categories=["Cs", "Cc", "Lu"])))
@settings(deadline=None)
def test_accepts_exactly_what_utf8_without_nul_holds(text):
    bad = [at for at, char in enumerate(text) if char == "\x00" or "\ud800" <= char <= "\udfff"]
    error = text_error(text)
    assert (error.position if error else None) == (bad[0] if bad else None)
