"""Examples, and the bound that no accepted value exceeds."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from messaging.encoding import segmentation
from messaging.wording.charsets import CHARSETS
from messaging.wording.slots import SLOT_TYPES
from messaging.wording.values import RefusedValueError
from messaging.wording.worst import bound_of, cost_of, extremes_of, figures_of
from tests.messaging.wording.making import make_wording

_LITERALS = st.text(st.sampled_from("abc {{}}[€\n“ế😀"), max_size=90).map(
    lambda text: text.replace("{", "{{").replace("}", "}}")
)
_VALUES = st.one_of(
    st.text(st.sampled_from("aA1€[]ế😀“…đ.,:+/ "), min_size=1, max_size=60),
    st.text(st.sampled_from("€[]^~|"), min_size=20, max_size=60),
    st.text(st.sampled_from("😀👍"), min_size=10, max_size=30),
    st.text(st.sampled_from("0123456789"), min_size=1, max_size=60),
    st.sampled_from(["1.250.000đ", "$ 9.99", "€ 1,00", "30/11/2026", "a.vn/x", "+QyYAqib1U4"]),
)


def _tried(values, wording):
    try:
        return wording.render(values)
    except RefusedValueError:
        return None


@given(
    _LITERALS,
    _LITERALS,
    st.fixed_dictionaries({"a": _VALUES, "b": _VALUES}),
    st.sampled_from(SLOT_TYPES),
    st.sampled_from(["", *CHARSETS]),
    st.integers(11, 60),
    st.sampled_from(["none", "smart", "unmarked"]),
    st.sampled_from([("", ""), ("[QC] ", ""), ("", " Từ chối: TC"), ("x" * 150, "€")]),
)
@settings(deadline=None, max_examples=400)
def test_no_accepted_value_exceeds_the_bound(
    first, last, values, slot_type, charset, longest, rewriting, added
):
    slot = {"type": slot_type, "charset": charset, "max_length": longest}
    wording = make_wording(f"{first}{{a}}{{b}}{last}{{a}}", rewriting, a=slot, b={"max_length": 60})
    text = _tried(values, wording)
    assume(text is not None)
    before, after = added
    bound = bound_of(wording, before=before, after=after)
    found = segmentation.segment_count(before + text + after)
    assert found.segment_count <= bound.segment_count
    limit = bound.gsm7_units if found.encoding == "gsm7" else bound.ucs2_units
    assert limit is not None
    assert found.units <= limit


@pytest.mark.parametrize(
    ("body", "slots", "values"),
    [
        ("x" * 150 + "{a}", {"a": {"charset": "gsm7_basic", "max_length": 10}}, {"a": "y" * 10}),
        ("x" * 151 + "{a}", {"a": {"charset": "gsm7_basic", "max_length": 10}}, {"a": "y" * 10}),
        ("x" * 140 + "{a}", {"a": {"charset": "gsm7", "max_length": 10}}, {"a": "€" * 10}),
        ("x" * 152 + "{a}", {"a": {"charset": "gsm7", "max_length": 77}}, {"a": "€" * 77}),
        ("ế" * 60 + "{a}", {"a": {"charset": "digits", "max_length": 10}}, {"a": "1" * 10}),
        ("x" * 50 + "{a}", {"a": {"max_length": 20}}, {"a": "😀" * 10}),
        ("x" * 66 + "{a}", {"a": {"max_length": 67}}, {"a": "😀" * 33 + "x"}),
        ("{a}", {"a": {"type": "name", "max_length": 71}}, {"a": "ế" * 71}),
    ],
)
def test_the_bound_is_reached(body, slots, values):
    wording = make_wording(body, **slots)
    found = segmentation.segment_count(wording.render(values))
    bound = bound_of(wording)
    assert (bound.encoding, bound.units) == (found.encoding, found.units)
    assert bound.segment_count == found.segment_count


def test_a_text_without_slots_costs_what_it_costs():
    for text in ("Hello", "€" * 77, "😀" * 36, "ế" * 71, "x" * 306, "x" * 307):
        bound = bound_of(make_wording(text))
        found = segmentation.segment_count(text)
        assert (bound.units, bound.segment_count) == (found.units, found.segment_count)
        assert (bound.gsm7_units is None) == (found.encoding == "ucs2")


def test_sets_of_characters_keep_a_text_in_gsm7():
    assert bound_of(make_wording("Hi {a}", a="name")).encoding == "ucs2"
    assert bound_of(make_wording("Chào {a}", "unmarked", a="name")).encoding == "gsm7"
    assert bound_of(make_wording("Chào {a}", "smart", a="name")).gsm7_units == 35
    money = {"type": "amount", "currency": "VND", "max_length": 12}
    assert bound_of(make_wording("Tong: {a}", a=money)).ucs2_units == 18
    assert bound_of(make_wording("Tong: {a}", "unmarked", a=money)).ucs2_units is None


def test_what_a_network_adds_counts():
    wording = make_wording("x" * 150 + "{a}", a={"charset": "digits", "max_length": 6})
    assert bound_of(wording).segment_count == 1
    assert bound_of(wording, before="[QC] ").segment_count == 2
    assert bound_of(wording, after=" Từ chối").encoding == "ucs2"


def test_examples_are_short_typical_and_long():
    wording = make_wording(
        "{name}: {money}, {code}",
        name={"type": "name", "example": "Mai", "max_length": 6},
        money={"type": "amount", "currency": "VND", "example": "50.000đ", "max_length": 10},
        code={"charset": "alphanumeric", "pattern": "DH[0-9]{2,5}", "example": "DH123"},
    )
    found = extremes_of(wording)
    assert found.shortest == "M: 0, DH12"
    assert found.typical == "Mai: 50.000đ, DH123"
    assert found.longest == "MaiMai: 9.999.999đ, DH12333"


@pytest.mark.parametrize("slot_type", SLOT_TYPES)
def test_types_have_an_example_of_their_own(slot_type):
    wording = make_wording("{a}", a=slot_type)
    found = extremes_of(wording)
    for text in (found.shortest, found.typical, found.longest):
        assert wording.render({"a": text}) == text
    assert len(found.shortest) <= len(found.typical) <= len(found.longest)


def test_cost_grows_from_shortest_to_worst():
    wording = make_wording("Chào {a}" + "x" * 50, a={"example": "bạn", "max_length": 30})
    cost = cost_of(wording)
    assert (cost.shortest.units, cost.typical.units, cost.longest.units) == (56, 58, 85)
    assert (cost.typical.segment_count, cost.worst.segment_count) == (1, 2)


@pytest.mark.parametrize(
    ("text", "count", "left"),
    [
        ("a" * 160, 1, 0),
        ("a" * 161, 2, 145),
        ("ệ" * 70, 1, 0),
        ("ệ" * 71, 2, 63),
        ("", 1, 160),
    ],
)
def test_figures_count_what_is_left_in_the_last_segment(text, count, left):
    figures = figures_of(text)
    assert (figures.segment_count, figures.left) == (count, left)
