"""Steps as one line: what is written is read back, and mistakes are named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.triggers.notation import steps_read, steps_written
from campaigns.triggers.problems import SpecError

_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
_NAME = st.text(st.characters(categories=["Ll", "Nd"]), min_size=1, max_size=8)
_STEP = st.one_of(
    st.sampled_from(["trim", "first_word", "last_word", "upper", "lower", "digits"]),
    st.integers(1, 1600).map(lambda one: {"kind": "shorten", "length": one}),
    _TEXT.map(lambda one: {"kind": "date", "pattern": one}),
    st.dictionaries(_NAME, _TEXT, min_size=1, max_size=3).map(
        lambda one: {"kind": "map", "values": one}
    ),
    st.builds(
        lambda decimals, suffix: {"kind": "money", "decimals": decimals, "suffix": suffix},
        st.integers(0, 6),
        _TEXT,
    ),
)


@given(st.lists(_STEP, max_size=6), _TEXT)
def test_what_is_written_is_read_back(steps, join):
    assert steps_read(steps_written(steps, join), "x") == (steps, join)


@pytest.mark.parametrize(
    ("line", "steps"),
    [
        ("", []),
        ("last_word", ["last_word"]),
        (" trim|upper ", ["trim", "upper"]),
        (
            "date pattern=dd/MM/yyyy zone=Asia/Ho_Chi_Minh",
            [{"kind": "date", "pattern": "dd/MM/yyyy", "zone": "Asia/Ho_Chi_Minh"}],
        ),
        (
            "map paid='đã trả' cod=\"thu hộ | tiền mặt\"",
            [{"kind": "map", "values": {"paid": "đã trả", "cod": "thu hộ | tiền mặt"}}],
        ),
        ("money decimals=0 suffix=đ", [{"kind": "money", "decimals": 0, "suffix": "đ"}]),
    ],
)
def test_lines_as_people_type_them(line, steps):
    assert steps_read(line, "x") == (steps, "")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("reverse", "unknown_word"),
        ("trim |", "steps_not_understood"),
        ("| trim", "steps_not_understood"),
        ('date pattern="dd', "steps_not_understood"),
        ("shorten 20", "option_without"),
        ("join", "join_without"),
        ("join by=x", "join_without"),
    ],
)
def test_mistakes_are_named_at_their_place(line, code):
    with pytest.raises(SpecError) as caught:
        steps_read(line, "slots.name.format")
    (problem,) = caught.value.problems
    assert (problem.place, problem.code) == ("slots.name.format", code)
