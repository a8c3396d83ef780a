import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.simulator.mo_text import MoTextError, mo_parts


@pytest.mark.parametrize(
    ("text", "coding", "octets"),
    [
        ("STOP", 0, b"STOP"),
        ("@£_à", 0, b"\x00\x01\x11\x7f"),
        ("[€]", 0, b"\x1b\x3c\x1b\x65\x1b\x3e"),
        ("Huỷ", 8, "Huỷ".encode("utf-16-be")),
        ("`", 8, b"\x00`"),
        ("\x1b", 8, b"\x00\x1b"),
    ],
)
def test_short_texts_are_one_part_without_header(text, coding, octets):
    assert mo_parts(text, 1) == (coding, 0, [octets])


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("a" * 160, [160]),
        ("a" * 161, [159, 14]),
        ("€" * 81, [158, 16]),
        ("ă" * 70, [140]),
        ("ă" * 71, [140, 14]),
        ("😀" * 36, [138, 18]),
    ],
)
def test_long_texts_are_cut_between_characters(text, sizes):
    assert [len(part) for part in mo_parts(text, 1)[2]] == sizes


def test_parts_carry_reference_total_and_number():
    _, esm_class, parts = mo_parts("a" * 400, 0x1FE)
    assert esm_class == 0x40
    assert [part[:6] for part in parts] == [
        bytes((5, 0, 3, 0xFE, 3, number)) for number in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("text", "words"), [("", "empty"), ("\ud83d", "surrogate"), ("a" * 39016, "parts")]
)
def test_what_no_handset_could_send_is_refused(text, words):
    with pytest.raises(MoTextError, match=words):
        mo_parts(text, 1)


@given(st.text(alphabet=st.characters(codec="utf-16-be"), min_size=71))
def test_the_parts_of_a_unicode_text_join_to_the_text(text):
    text = "Ừ" + text
    coding, _, parts = mo_parts(text, 1)
    assert coding == 8
    assert all(part[6:].decode("utf-16-be") for part in parts)
    assert b"".join(part[6:] for part in parts).decode("utf-16-be") == text
