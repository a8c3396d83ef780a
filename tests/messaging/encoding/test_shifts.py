import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.encoding import gsm7, shifts
from messaging.encoding.inbound import decode_inbound
from messaging.encoding.profile import EncodingProfile, NationalLanguage
from messaging.encoding.segmentation import segment, segment_count

LANGUAGES = list(NationalLanguage)
LOCKING = [one for one in LANGUAGES if one != NationalLanguage.SPANISH]
TURKISH = (NationalLanguage.TURKISH,)

# 3GPP TS 23.038 A.2 (extension tables) and A.3 (main tables), spot values of every language.
EXTENSIONS = [
    (1, "ğ", "1b67"), (1, "ş", "1b73"), (1, "İ", "1b49"), (2, "ñ", "7d"), (2, "ú", "1b75"),
    (2, "ç", "1b09"), (3, "ã", "1b7b"), (3, "Õ", "1b5c"), (3, "ê", "1b05"), (4, "০", "1b19"),
    (5, "૦", "1b1c"), (6, "०", "1b1c"), (7, "೦", "1b1c"), (7, "[", "1b3c"), (8, "൦", "1b1c"),
    (9, "୦", "1b1c"), (10, "੦", "1b1c"), (11, "௦", "1b1c"), (12, "౦", "1b1c"), (13, "؟", "1b33"),
    (6, "Q", "51"), (6, "€", "1b65"),
]  # fmt: skip
MAINS = [
    (1, "ğ", "0c"), (1, "€", "04"), (1, "ı", "07"), (3, "ã", "7b"), (3, "Ó", "19"), (3, "€", "18"),
    (4, "ক", "15"), (5, "ક", "15"), (6, "क", "15"), (7, "ಕ", "15"), (8, "ക", "15"), (8, ".", "2e"),
    (9, "କ", "15"), (10, "ਕ", "15"), (11, "க", "15"), (12, "క", "15"), (13, "ا", "00"),
    (6, ",", "2c"), (6, "a", "61"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "char", "code"), EXTENSIONS)
def test_code_with_an_extension_table(language, char, code):
    assert shifts.encode(char, 0, language).hex() == code
    assert shifts.decode(bytes.fromhex(code), 0, language) == char


@pytest.mark.parametrize(("language", "char", "code"), MAINS)
def test_code_with_a_main_table(language, char, code):
    assert shifts.encode(char, language, 0).hex() == code
    assert shifts.decode(bytes.fromhex(code), language, 0) == char


def test_every_language_has_its_tables():
    for language in LANGUAGES:
        assert len(shifts.shift_table(0, language).extension) > len(gsm7.EXTENSION)
    for language in LOCKING:
        main = shifts.shift_table(language, 0).main
        assert len(main) == 128
        assert main[gsm7.ESCAPE] == "\x1b"
        assert main != gsm7.DEFAULT_ALPHABET
    assert shifts.shift_table(NationalLanguage.SPANISH, 0).main == gsm7.DEFAULT_ALPHABET


def test_no_table_writes_vietnamese():
    for locking in (0, *LOCKING):
        for single in (0, *LANGUAGES):
            assert shifts.encode("ế", locking, single) is None


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("611b62", "ab"),  # unknown extension code: the main table's character
        ("1b1b61", " a"),
        ("611b", "a "),
        ("800c", "\ufffdğ"),
        ("1b80", "\ufffd"),
        ("", ""),
    ],
)
def test_decoding_what_no_phone_should_send(octets, text):
    assert shifts.decode(bytes.fromhex(octets), 1, 1) == text


def test_unknown_language_counts_as_none():
    assert shifts.decode(b"\x1be\x00", 99, 14) == "€@"


@given(st.binary(), st.integers(0, 255), st.integers(0, 255))
@settings(deadline=None)
def test_decoding_never_raises(octets, locking, single):
    assert len(shifts.decode(octets, locking, single)) <= len(octets)


@given(st.data(), st.sampled_from([0, *LOCKING]), st.sampled_from([0, *LANGUAGES]))
@settings(deadline=None)
def test_decoding_gives_the_text_back(data, locking, single):
    chars = sorted(shifts.shift_table(locking, single).codes)
    text = data.draw(st.text(st.sampled_from(chars)))
    assert shifts.decode(shifts.encode(text, locking, single), locking, single) == text
    decoded = decode_inbound(
        shifts.encode(text, locking, single), 0, locking_shift=locking, single_shift=single
    )
    assert decoded == text


def test_default_tables_are_those_of_gsm7():
    for char in gsm7.CHARACTERS:
        assert shifts.encode(char, 0, 0) == gsm7.encode(char)


def used(text, **profile):
    found = segment(text, profile=EncodingProfile(**profile))
    return found.locking_shift, found.single_shift, [part.units for part in found.segments]


def test_only_where_declared():
    assert segment("ş" * 71).encoding == "ucs2"
    assert used("ş" * 71, single_shifts=TURKISH) == (0, 1, [142])


def test_never_where_the_default_alphabet_does():
    assert used("a" * 161, single_shifts=TURKISH, locking_shifts=TURKISH) == (0, 0, [153, 8])


@pytest.mark.parametrize(
    ("text", "shifted"),
    [
        ("ş" * 70, (0, 0, [70])),  # one segment as it is
        ("ş" * 71, (1, 0, [71])),  # ... and one with a table
        ("ş" * 155, (1, 0, [155])),
        ("ş" * 156, (1, 0, [149, 7])),
        ("ş" * 298, (1, 0, [149, 149])),
        ("ş" * 299, (1, 0, [149, 149, 1])),
    ],
)
def test_limits_with_one_header_element(text, shifted):
    assert used(text, locking_shifts=TURKISH) == shifted


def test_sixteen_bit_reference_beside_a_table():
    """140 octets less 7 of concatenation and 3 of the table: 148 septets."""
    profile = {"locking_shifts": TURKISH, "reference_bits": 16}
    assert used("ş" * 297, **profile) == (1, 0, [148, 148, 1])


def test_both_tables_where_one_is_not_enough():
    hindi = (NationalLanguage.HINDI,)
    text = "नमस्ते A०" * 9 + "न"
    profile = {"single_shifts": hindi, "locking_shifts": hindi}
    locking, single, units = used(text, **profile)
    assert (locking, single, len(units)) == (6, 6, 1)
    assert units[0] <= 152  # 140 octets less 7


def test_fewest_elements_then_fewest_units_decide():
    text = "a" * 70 + "ş"
    assert used(text, single_shifts=TURKISH, locking_shifts=TURKISH)[:2] == (1, 0)
    spanish_first = (NationalLanguage.SPANISH, NationalLanguage.PORTUGUESE)
    assert used("á" * 72, single_shifts=spanish_first)[1] == NationalLanguage.SPANISH
    assert used("á" * 72, single_shifts=spanish_first[::-1])[1] == NationalLanguage.PORTUGUESE


def test_latin1_goes_first_unless_a_table_saves_a_segment():
    spanish = {"single_shifts": (NationalLanguage.SPANISH,), "has_latin1": True}
    assert segment("á" * 140, profile=EncodingProfile(**spanish)).encoding == "latin1"
    text = "a" * 140 + "á"
    assert segment(text, profile=EncodingProfile(**spanish)).encoding == "gsm7"
    assert segment_count(text, profile=EncodingProfile(**spanish)) == ("gsm7", 142, 1)


def test_escape_pairs_stay_whole():
    profile = EncodingProfile(single_shifts=TURKISH, keeps_clusters=False)
    parts = segment("aş" * 110, profile=profile).segments
    assert [part.units for part in parts] == [148, 149, 33]
    assert all(part.payload[-1] != gsm7.ESCAPE for part in parts)


def test_profile_refuses_what_does_not_exist():
    with pytest.raises(ValueError, match="Spanish"):
        EncodingProfile(locking_shifts=(NationalLanguage.SPANISH,))
    with pytest.raises(ValueError, match="reference_bits"):
        EncodingProfile(reference_bits=12)
