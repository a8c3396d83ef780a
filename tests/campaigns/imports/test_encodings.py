import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.imports.encodings import UTF8, UTF16, Encoding, detect
from campaigns.imports.errors import ImportFileError

VIETNAMESE = "Họ tên,Số điện thoại\nNguyễn Thị Bích Ngọc,0912345678\nĐặng Văn Đường,0987654321\n"
# Windows-1258 writes the tone as a mark of its own behind the vowel.
IN_1258 = b"Ho\xf2 t\xean,S\xf4\xec \xf0i\xea\xf2n thoa\xf2i\nNguy\xea\xden Thi\xf2 B\xedch Ngo\xf2c,0912345678\n"


@pytest.mark.parametrize(
    ("raw", "codec"),
    [
        (VIETNAMESE.encode(), UTF8),
        (codecs.BOM_UTF8 + VIETNAMESE.encode(), UTF8),
        (b"phone\n0912345678\n", UTF8),
        (VIETNAMESE.encode("utf-16"), UTF16),
        (codecs.BOM_UTF16_BE + VIETNAMESE.encode("utf-16-be"), UTF16),
    ],
)
def test_unicode_is_certain(raw, codec):
    assert detect([raw]) == Encoding(codec)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "file_empty"),
        (b"PK\x03\x04\x14\x00\x06\x00", "file_excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "file_excel"),
        (b"%PDF-1.7\n", "file_binary"),
        (b"\x1f\x8b\x08\x00", "file_binary"),
        (codecs.BOM_UTF32_LE + b"a\0\0\0", "file_binary"),
        (VIETNAMESE.encode("utf-16-le"), "file_no_bom"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x00\xd8a\0", "file_utf16_damaged"),
        (codecs.BOM_UTF16_LE + b"a", "file_utf16_damaged"),
    ],
)
def test_what_is_no_csv_is_refused(raw, code):
    with pytest.raises(ImportFileError) as refusal:
        detect([raw] if raw else [])
    assert refusal.value.code == code


def test_windows_1258_is_a_guess_that_reads_right():
    found = detect([IN_1258])
    assert (found.codec, found.is_certain) == ("cp1258", False)


def test_western_text_is_guessed_as_windows_1252():
    found = detect(["José,Müller,Zoë,Façade,naïve".encode("cp1252")])
    assert (found.codec, found.is_certain) == ("cp1252", False)


def test_a_few_damaged_bytes_leave_the_file_utf8():
    raw = VIETNAMESE.encode() * 20 + b"Tr\xe2n,0911111111\n"
    assert detect([raw]) == Encoding(UTF8, errors="surrogateescape")


def test_a_character_cut_by_the_end_of_the_file_is_damage():
    assert detect([VIETNAMESE.encode() * 5 + b"\xe1\xba"]).errors == "surrogateescape"


def test_a_named_encoding_settles_a_doubt():
    assert detect([IN_1258]).chosen("Windows-1258") == Encoding("cp1258", "surrogateescape")


def test_a_named_encoding_does_not_overrule_unicode():
    assert detect([VIETNAMESE.encode()]).chosen("windows-1252") == Encoding(UTF8)


@pytest.mark.parametrize(
    ("name", "code"), [("koi8", "encoding_unknown"), ("UTF-16", "file_no_bom")]
)
def test_a_wrong_name_is_refused(name, code):
    with pytest.raises(ImportFileError) as refusal:
        detect([IN_1258]).chosen(name)
    assert refusal.value.code == code


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), st.data())
def test_utf8_is_found_wherever_the_chunks_are_cut(text, data):
    raw = b"x" + text.encode()
    cut = data.draw(st.integers(1, len(raw)))
    assert detect([raw[:cut], raw[cut:]]) == Encoding(UTF8)
