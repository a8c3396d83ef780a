import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.imports.columns import Columns, attribute_key, columns, is_attribute_key
from campaigns.imports.errors import MAPPING_MESSAGES, MappingError
from campaigns.imports.text import fold
from messaging.wording import grammar


def test_a_mapping_becomes_positions():
    mapping = {0: "name", 1: "number", 2: "attribute:order", 3: "consent", 4: "ignore", 5: "name"}
    assert columns(mapping, 6) == Columns(
        number=1, names=(0, 5), attributes=((2, "order"),), consent=3
    )


def test_the_highest_position_read_counts():
    assert columns({0: "number", 3: "language", 5: "ignore"}, 6).highest == 3
    assert columns({0: "number"}, 1).highest == 0


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({0: "name"}, "number_column_missing"),
        ({0: "number", 1: "number"}, "field_twice"),
        ({0: "number", 1: "attribute:a", 2: "attribute:a"}, "field_twice"),
        ({0: "number", 1: "phone"}, "field_unknown"),
        ({0: "number", 1: "attribute:"}, "attribute_key_invalid"),
        ({0: "number", 1: "attribute:Đơn hàng"}, "attribute_key_invalid"),
        ({0: "number", 9: "name"}, "column_unknown"),
        ({0: "number", -1: "name"}, "column_unknown"),
        ({0: "number"} | {i: f"attribute:a{i}" for i in range(1, 52)}, "too_many_attributes"),
    ],
)
def test_a_mapping_that_makes_no_contact_is_refused(mapping, code):
    with pytest.raises(MappingError) as refusal:
        columns(mapping, 60 if code == "too_many_attributes" else 3)
    assert refusal.value.code == code
    assert MAPPING_MESSAGES[code] % refusal.value.params


@given(st.text(max_size=80))
def test_keys_made_of_titles_can_be_slots_of_a_template(title):
    key = attribute_key(fold(title))
    if key:
        assert is_attribute_key(key)
        assert grammar.parse(f"{{{key}}}").slots == (key,)
