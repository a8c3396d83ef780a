"""What a text costs with what the recipient's network adds."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.encoding import segmentation
from messaging.services.counting import fitting_lengths, text_counted_by
from routing.network_texts import NetworkText

VIETTEL = NetworkText(
    1,
    "viettel",
    "Viettel",
    "VN",
    "marketing",
    adds_before="(QC-VTL2) ",
    adds_after="De tu choi, soan TC gui 1313",
    max_segments=3,
)
PLAIN = replace(VIETTEL, adds_before="", adds_after="")
TEXTS = st.text(alphabet=st.sampled_from("abc [€đế😀"), max_size=420)


@pytest.mark.parametrize(
    ("characters", "sent", "billed"),
    [
        (0, 1, 1),
        (122, 1, 1),
        (123, 1, 2),
        (160, 1, 2),
        (268, 2, 2),
        (269, 2, 3),
        (421, 3, 3),
        (422, 3, 4),
    ],
)
def test_the_thresholds_that_resellers_quote(characters, sent, billed):
    counted = text_counted_by(VIETTEL, "x" * characters)
    assert (counted.segment_count, counted.billed_segments) == (sent, billed)
    assert counted.billed_units == characters + 38


@pytest.mark.parametrize(
    ("characters", "sent", "billed"), [(32, 1, 1), (33, 1, 2), (70, 1, 2), (96, 2, 2), (97, 2, 3)]
)
def test_with_marks_the_addition_costs_as_much_as_letters_with_marks(characters, sent, billed):
    counted = text_counted_by(VIETTEL, "đ" * characters)
    assert (counted.encoding, counted.segment_count, counted.billed_segments) == (
        "ucs2",
        sent,
        billed,
    )


def test_an_addition_with_marks_makes_every_text_ucs2():
    rule = replace(VIETTEL, adds_before="Quảng cáo: ", adds_after="")
    counted = text_counted_by(rule, "x" * 60)
    assert (counted.encoding, counted.segment_count) == ("gsm7", 1)
    assert (counted.billed_segments, counted.billed_units) == (2, 71)


@pytest.mark.parametrize("rule", [None, PLAIN])
def test_where_nothing_is_added_as_many_are_billed_as_are_sent(rule):
    counted = text_counted_by(rule, "x" * 200)
    assert (counted.segment_count, counted.billed_segments, counted.added) == (2, 2, "")
    assert counted.billed_column is None


def test_a_message_keeps_only_what_differs():
    assert text_counted_by(VIETTEL, "x" * 130).billed_column == 2
    assert text_counted_by(VIETTEL, "x" * 100).billed_column is None


def test_nothing_is_encoded_twice_where_nothing_is_added(monkeypatch):
    encoded = []
    real = segmentation.segment_count
    monkeypatch.setattr(
        segmentation, "segment_count", lambda text: encoded.append(text) or real(text)
    )
    for rule in (None, PLAIN):
        text_counted_by(rule, "x" * 200)
    text_counted_by(VIETTEL, "x" * 100)
    assert encoded == ["x" * 200, "x" * 200, "x" * 100]


@given(TEXTS, TEXTS, TEXTS)
def test_the_bill_is_that_of_the_text_as_it_is_read(before, text, after):
    rule = replace(VIETTEL, adds_before=before[:40], adds_after=after[:40])
    counted = text_counted_by(rule, text)
    alone, whole = segmentation.segment_count(text), segmentation.segment_count(rule.wrapped(text))
    assert (counted.encoding, counted.units, counted.segment_count) == tuple(alone)
    assert (counted.billed_units, counted.billed_segments) == (whole.units, whole.segment_count)


@pytest.mark.parametrize(
    ("before", "after", "encoding", "expected"),
    [
        ("", "", "gsm7", [160, 306, 459]),
        ("(QC-VTL2) ", "De tu choi, soan TC gui 1313", "gsm7", [122, 268, 421]),
        ("(QC-VTL2) ", "De tu choi, soan TC gui 1313", "ucs2", [32, 96, 163]),
        ("[QC] ", "", "gsm7", [153, 299, 452]),
        ("Đ", "", "gsm7", [0, 0, 0]),
    ],
)
def test_what_fits_is_as_prices_are_quoted(before, after, encoding, expected):
    assert fitting_lengths(before, after, encoding, 3) == expected
