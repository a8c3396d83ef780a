"""Fields that say rule and fix."""

from datetime import UTC, datetime

import pytest
from rest_framework.exceptions import ValidationError

from config.common.api.fields import Moment, StrictSerializer, Text, Word

NINE_IN_HANOI = datetime(2027, 1, 31, 2, 0, tzinfo=UTC)


class Letter(StrictSerializer):
    from_ = Text(source="sender", max_length=5)
    kind = Word(choices=[("a", "A"), ("b", "B")], required=False)


@pytest.mark.parametrize(
    "written",
    [
        "2027-01-31T09:00:00+07:00",
        "2027-01-31T02:00:00Z",
        "2027-01-31t02:00:00z",
        "2027-01-31T02:00:00.000000Z",
        "2027-01-31T09:00:00 07:00",  # "+" of an unescaped query string
    ],
)
def test_moment_is_read_with_its_zone(written):
    assert Moment().run_validation(written) == NINE_IN_HANOI


@pytest.mark.parametrize(
    "written",
    [
        "2027-01-31T09:00:00",
        "2027-01-31",
        "2027-02-30T09:00:00Z",
        "2027-01-31T24:30:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "tomorrow",
        1_800_000_000,
        True,
    ],
)
def test_what_is_no_moment_is_refused_with_an_example(written):
    with pytest.raises(ValidationError) as caught:
        Moment().run_validation(written)
    assert "2027-01-31T09:00:00+07:00" in str(caught.value.detail[0])


def test_moment_is_written_in_utc():
    hanoi = datetime.fromisoformat("2027-01-31T09:00:00.25+07:00")
    assert Moment().to_representation(hanoi) == "2027-01-31T02:00:00.250000Z"


@pytest.mark.parametrize("value", [84912345678, 1.5, True, [], {}])
def test_text_is_never_made_of_something_else(value):
    with pytest.raises(ValidationError) as caught:
        Text().run_validation(value)
    assert caught.value.detail[0].code == "invalid"


def test_trailing_underscore_is_not_on_the_wire():
    assert Letter().run_validation({"from": "53849"}) == {"sender": "53849"}


def test_unknown_field_is_refused_with_the_nearest_name():
    with pytest.raises(ValidationError) as caught:
        Letter().run_validation({"from": "53849", "knid": "a"})
    error = caught.value.detail["knid"][0]
    assert error.code == "unknown_field"
    assert "“kind”" in error


def test_unknown_and_wrong_fields_are_all_named():
    with pytest.raises(ValidationError) as caught:
        Letter().run_validation({"from": "too long", "kind": "c", "x": 1})
    assert set(caught.value.detail) == {"from", "kind", "x"}


def test_word_says_which_words_there_are():
    with pytest.raises(ValidationError) as caught:
        Word(choices=[("a", "A"), ("b", "B")]).run_validation("c")
    assert "a, b" in str(caught.value.detail[0])


@pytest.mark.parametrize("value", [["a"], {}, 1, None, "A"])
def test_word_takes_nothing_but_its_words(value):
    with pytest.raises(ValidationError):
        Word(choices=["a"]).run_validation(value)
