import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.encoding import gsm7

GSM7_TEXT = st.text(st.sampled_from(sorted(gsm7.CHARACTERS)))

# 3GPP TS 23.038 §6.2.1, spot values from every corner of the table.
CODES = [
    ("@", "00"),
    ("\n", "0a"),
    ("\r", "0d"),
    ("Δ", "10"),
    ("_", "11"),
    ("Ξ", "1a"),
    ("É", "1f"),
    (" ", "20"),
    ("¤", "24"),
    ("¡", "40"),
    ("Ä", "5b"),
    ("§", "5f"),
    ("¿", "60"),
    ("à", "7f"),
    ("\f", "1b0a"),
    ("^", "1b14"),
    ("{", "1b28"),
    ("}", "1b29"),
    ("\\", "1b2f"),
    ("[", "1b3c"),
    ("~", "1b3d"),
    ("]", "1b3e"),
    ("|", "1b40"),
    ("€", "1b65"),
]


@pytest.mark.parametrize(("char", "code"), CODES)
def test_code_of_character(char, code):
    assert gsm7.encode(char).hex() == code
    assert gsm7.decode(bytes.fromhex(code)) == char


def test_default_table_is_the_code_itself():
    for code, char in enumerate(gsm7.DEFAULT_ALPHABET):
        if char != "\x1b":
            assert gsm7.encode(char) == bytes([code])


def test_exactly_137_characters_of_unicode_encode():
    encodable = {char for char in map(chr, range(0x11000)) if gsm7.is_gsm7(char)}
    assert encodable == gsm7.CHARACTERS
    assert len(encodable) == 137


@pytest.mark.parametrize("char", ["\x1b", "\x00", "`", "\t", "ç", "Α", "\u00a0", "₫", "ế", "😀"])
@pytest.mark.parametrize("around", ["{}", "abc {} def", "€{}", "{}Ω", "[{}]"])
def test_character_outside_the_tables(char, around):
    text = around.replace("{}", char)
    assert gsm7.encode(text) is None
    assert not gsm7.is_gsm7(text)


@given(GSM7_TEXT)
@settings(deadline=None)
def test_decoding_gives_the_text_back(text):
    assert gsm7.decode(gsm7.encode(text)) == text


@given(st.text())
@settings(deadline=None)
def test_encodes_exactly_what_the_tables_hold(text):
    assert gsm7.is_gsm7(text) == (set(text) <= gsm7.CHARACTERS)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"a\x1bab", "aab"),  # unknown extension code: the default table's character
        (b"a\x1b\x1beb", "a eb"),  # escape to a further table: a space
        (b"a\x1b", "a "),
        (b"a\x1b\x80", "a\ufffd"),
        (b"\x80\xffa", "\ufffd\ufffda"),
        (b"", ""),
    ],
)
def test_decoding_what_no_phone_should_send(octets, text):
    assert gsm7.decode(octets) == text
