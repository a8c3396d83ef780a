"""Paths, conditions, formats and mappings: pure, by tables and properties."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.triggers.conditions import condition_met
from campaigns.triggers.differences import spec_differences
from campaigns.triggers.documents import DocumentError, document_read
from campaigns.triggers.formats import FormatError, formatted, moment_of
from campaigns.triggers.mapping import Happening, event_judge
from campaigns.triggers.outline import places_in
from campaigns.triggers.paths import MISSING, PathError, path_all, path_compile, path_first
from campaigns.triggers.problems import SPEC_MESSAGES, SpecError
from campaigns.triggers.reading import spec_read

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ZONE = "Asia/Ho_Chi_Minh"
ORDER = {
    "type": "order.paid",
    "order": {
        "total": Decimal("450000.50"),
        "number": "DH-1",
        "paid": True,
        "note": None,
        "items": [{"sku": "A", "count": 2}, {"sku": "B", "count": 1}],
        "customer": {"name": "Nguyễn Thị Lan", "phone": "0981 234 567"},
    },
}
NAMES = st.text("ab$.'\"\\ \n\x1fé😀[]", max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.order.number", "DH-1"),
        ("$['order']['number']", "DH-1"),
        ("$.order.items[1].sku", "B"),
        ("$.order.items[-1].sku", "B"),
        ("$.order.items[?@.count > 1].sku", "A"),
        ("$..phone", "0981 234 567"),
        ("$.order.nothing", MISSING),
        ("$.order.items[9]", MISSING),
        ("$.order.number.deeper", MISSING),
    ],
)
def test_paths(path, found):
    assert path_first(path, ORDER) == found


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("order.number", "path_not_understood"),
        ("$.", "path_not_understood"),
        ("$[?match(@.a, 'x')]", "path_not_understood"),
        ("$..a..b", "path_too_wide"),
        ("$['a','b']", "path_too_wide"),
        ("$[?$.a == 1]", "path_too_wide"),
        ("$[?@[?@.a]]", "path_too_wide"),
        ("$." + "a" * 200, "path_too_long"),
        ("$" + ".a" * 25, "path_too_long"),
    ],
)
def test_paths_that_are_not_taken(path, code):
    with pytest.raises(PathError) as caught:
        path_compile(path)
    assert caught.value.code == code


@given(JSON, st.text(max_size=30))
def test_no_path_and_no_document_break_anything(document, path):
    try:
        path_compile(path)
    except PathError:
        return
    path_first(path, document)
    assert len(path_all(path, document)) <= 50


@given(JSON)
def test_every_place_of_an_outline_leads_to_its_value(document):
    if not isinstance(document, dict | list):
        return
    for place in places_in(document):
        found = path_first(place.path, document)
        assert found is not MISSING
        assert not isinstance(found, dict | list)


@pytest.mark.parametrize(
    ("path", "operator", "value", "is_met"),
    [
        ("$.order.total", "greater", 450000, True),
        ("$.order.total", "at_most", "450000.5", True),
        ("$.order.number", "equals", "dh-1", True),
        ("$.order.number", "in", ["DH-2", "DH-1"], True),
        ("$.order.number", "not_in", ["DH-1"], False),
        ("$.order.number", "starts_with", "dh", True),
        ("$.order.number", "ends_with", "2", False),
        ("$.order.number", "matches", r"^DH-\d+$", True),
        ("$.order.paid", "equals", "true", True),
        ("$.order.note", "exists", None, False),
        ("$.order.note", "missing", None, True),
        ("$.order.nothing", "equals", "x", False),
        ("$.order.nothing", "not_equals", "x", True),
        ("$.order.nothing", "less", 5, False),
        ("$.type", "contains", "PAID", True),
        ("$.type", "not_contains", "paid", False),
        ("$.order.items[*].sku", "equals", "A", True),
    ],
)
def test_conditions(path, operator, value, is_met):
    raw = {"path": path, "operator": operator} | ({} if value is None else {"value": value})
    spec = read(condition=raw)
    assert condition_met(spec.condition, ORDER)[0] is is_met


def test_groups_hold_all_or_any_and_tell_every_comparison():
    yes = {"path": "$.order.paid", "operator": "exists"}
    no = {"path": "$.order.note", "operator": "exists"}
    for raw, is_met in (
        ({"all": [yes, no]}, False),
        ({"any": [yes, no]}, True),
        ({"all": [{"any": [no, yes]}, yes]}, True),
    ):
        met, findings = condition_met(read(condition=raw).condition, ORDER)
        assert met is is_met
        assert len(findings) >= 2


@pytest.mark.parametrize(
    ("value", "steps", "text"),
    [
        ("  Nguyễn   Thị Lan ", ["trim"], "Nguyễn Thị Lan"),
        ("Nguyễn Thị Lan", ["last_word", "upper"], "LAN"),
        ("", ["first_word"], ""),
        ("+84 981-234", ["digits"], "84981234"),
        ("abcdef", [{"kind": "shorten", "length": 3}], "abc"),
        ("cod", [{"kind": "map", "values": {"cod": "thu hộ"}}], "thu hộ"),
        ("2026-12-24T14:30:00", [{"kind": "date", "pattern": "HH:mm dd/MM"}], "14:30 24/12"),
        ("2026-12-24T07:30:00Z", [{"kind": "date", "pattern": "HH:mm"}], "14:30"),
        (1795400000000, [{"kind": "date", "pattern": "yyyy"}], "2026"),
        ("2026-12-24", [{"kind": "date", "pattern": "d 'tháng' M"}], "24 tháng 12"),
        ("450000", [{"kind": "money", "suffix": "đ"}], "450.000đ"),
        (12345, [{"kind": "money", "divide": 100, "decimals": 2}], "123,45"),
        (True, [], "true"),
        (Decimal("1.50"), [], "1.50"),
        ("a\x00b\ud83d", [], "ab\ufffd"),
    ],
)
def test_formats(value, steps, text):
    read_steps = read(slots={"x": {"path": "$.x", "format": steps}}).slots["x"].format
    assert formatted(value, read_steps, ZONE) == text


@pytest.mark.parametrize(
    ("value", "step", "code"),
    [
        ("soon", {"kind": "date", "pattern": "dd"}, "not_a_time"),
        (10**30, {"kind": "date", "pattern": "dd"}, "not_a_time"),
        ("free", {"kind": "money"}, "not_an_amount"),
        ("1e99", {"kind": "money"}, "not_an_amount"),
        (True, {"kind": "money"}, "not_an_amount"),
    ],
)
def test_values_that_a_step_cannot_read(value, step, code):
    with pytest.raises(FormatError) as caught:
        formatted(value, (step,), ZONE)
    assert caught.value.code == code


@given(st.text(max_size=40) | st.integers() | st.booleans() | st.decimals(), st.sampled_from([
    "trim", "first_word", "last_word", "upper", "lower", "digits",
    {"kind": "date", "pattern": "dd/MM"}, {"kind": "money", "decimals": 2},
]))  # fmt: skip
def test_no_value_breaks_a_step(value, step):
    steps = (step if isinstance(step, dict) else {"kind": step},)
    refused = ""
    try:
        assert "\x00" not in formatted(value, steps, ZONE)
    except FormatError as error:
        refused = error.code
    assert refused in {"", "not_a_time", "not_an_amount"}


@given(st.binary(max_size=80))
def test_no_body_breaks_the_reader(body):
    refused = ""
    try:
        assert isinstance(document_read(body), dict | list)
    except DocumentError as error:
        refused = error.code
    assert refused in {"", "not_utf8", "not_json", "too_deep", "not_an_object"}


def read(**changes):
    return spec_read({"number": "$.phone", "template": "t", "from": "53849"} | changes)


@pytest.mark.parametrize(
    ("changes", "place", "code"),
    [
        ({"number": None}, "number", "required"),
        ({"number": "$.a["}, "number.path", "path_not_understood"),
        ({"number": {"path": "$.a", "text": "b"}}, "number", "path_or_text"),
        ({"template": ""}, "template", "required"),
        ({"from": 53849}, "from", "not_a_text"),
        ({"to": "x"}, "to", "unknown_member"),
        ({"events": [1]}, "events.0", "not_a_text"),
        ({"slots": []}, "slots", "not_an_object"),
        ({"slots": {"x": {"path": "$.a", "format": ["reverse"]}}}, "slots.x.format.0",
         "unknown_word"),
        ({"slots": {"x": {"path": "$.a", "format": [{"kind": "date"}]}}},
         "slots.x.format.0.pattern", "required"),
        ({"slots": {"x": {"path": "$.a", "format": [{"kind": "date", "pattern": "QQ"}]}}},
         "slots.x.format.0.pattern", "date_pattern"),
        ({"condition": {"path": "$.a", "operator": "like"}}, "condition.operator",
         "unknown_word"),
        ({"condition": {"all": [{"path": "$.a"}]}}, "condition.all.0.value", "required"),
        ({"condition": {"path": "$.a", "operator": "matches", "value": "(?=x)"}},
         "condition.value", "pattern_not_understood"),
        ({"delay": {"kind": "at"}}, "delay.path", "required"),
        ({"delay": {"kind": "at", "path": "$.a", "zone": "Hanoi"}}, "delay.zone",
         "unknown_zone"),
        ({"expires_minutes": -1}, "expires_minutes", "not_a_whole"),
        ({"metadata": {"": "$.a"}}, "metadata.", "bad_slot_name"),
    ],
)  # fmt: skip
def test_mistakes_in_a_mapping_are_named_with_their_place(changes, place, code):
    with pytest.raises(SpecError) as caught:
        read(**changes)
    assert (place, code) in {(one.place, one.code) for one in caught.value.problems}
    for one in caught.value.problems:
        assert SPEC_MESSAGES[one.code] % dict(one.params)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(SpecError) as caught:
        spec_read({"number": "$.a[", "slots": {"x": "$.b["}, "delay": {"kind": "later"}})
    assert {one.place for one in caught.value.problems} == {
        "number.path", "template", "from", "slots.x.path", "delay.kind",
    }  # fmt: skip


@given(JSON)
def test_no_mapping_breaks_the_reader(raw):
    with pytest.raises(SpecError) as caught:
        spec_read(raw)
    for one in caught.value.problems:
        assert SPEC_MESSAGES[one.code] % dict(one.params)


def judged(document, now=NOW, **changes):
    return event_judge(read(**changes), Happening("e", document, NOW, now), ZONE)


def test_all_that_is_wrong_with_an_event_is_told_at_once():
    found = judged(
        {"a": {}, "t": "soon"},
        slots={"x": {"path": "$.a"}, "y": {"path": "$.t", "format": [
            {"kind": "date", "pattern": "dd"}]}},
        dedupe="$.none",
    )  # fmt: skip
    assert found.wanted is None
    assert [(one.place, one.code) for one in found.problems] == [
        ("number", "value_missing"),
        ("slots.x", "not_a_value"),
        ("slots.y", "not_a_time"),
        ("dedupe", "value_missing"),
    ]


@pytest.mark.parametrize(
    ("minutes_ahead", "before", "late", "expected"),
    [
        (3000, 1440, "skip", 1560),
        (600, 1440, "skip", None),
        (600, 1440, "send", 0),
        (-10, 1440, "send", None),
        (-10, 0, "send", 0),
        (0, 0, "skip", None),
    ],
)
def test_times_before_a_time(minutes_ahead, before, late, expected):
    at = NOW + timedelta(minutes=minutes_ahead)
    delay = {"kind": "at", "path": "$.at", "before_minutes": before, "late": late}
    found = judged({"phone": "1", "at": at.isoformat()}, delay=delay)
    if expected is None:
        assert [one.code for one in found.problems] == ["too_late"]
        return
    assert found.wanted.send_at == (NOW + timedelta(minutes=expected) if expected else None)
    assert found.wanted.expires_at == (at if before else None)


def test_a_while_after_the_event_counts_from_the_event():
    delay = {"kind": "after", "minutes": 30}
    assert judged({"phone": "1"}, delay=delay).wanted.send_at == NOW + timedelta(minutes=30)
    late = judged({"phone": "1"}, now=NOW + timedelta(hours=1), delay=delay, expires_minutes=5)
    assert late.wanted.send_at is None
    assert late.wanted.expires_at == NOW + timedelta(minutes=65)


def test_times_without_a_zone_are_in_the_one_given():
    assert moment_of("2026-12-24T14:30", ZONE) == datetime(2026, 12, 24, 7, 30, tzinfo=UTC)
    assert moment_of("2026-12-24T14:30+01:00", ZONE) == datetime(2026, 12, 24, 13, 30, tzinfo=UTC)


def test_differences_of_versions():
    old = {"number": "$.a", "slots": {"x": "$.x", "y": "$.y"}, "expires_minutes": 5}
    new = {"number": {"path": "$.a"}, "slots": {"x": {"path": "$.x", "default": "-"}}}
    found = {(one.place, one.kind) for one in spec_differences(old, new)}
    assert found == {
        ("slots.x", "changed"),
        ("slots.y", "removed"),
        ("expires_minutes", "removed"),
    }
