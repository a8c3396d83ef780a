"""What each kind of rule says, to the letter, and that saying it costs linear time."""

import unicodedata
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.content_policy import (
    KINDS,
    VALUE,
    ContentPolicy,
    PolicyHit,
    PolicyRule,
    params_of,
    policy_findings,
    policy_hits,
)
from compliance.findings import FIXES, MESSAGES

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
PARAMS: dict[str, dict[str, Any]] = {
    "forbidden_phrase": {"phrases": ["vay"]},
    "required_phrase": {"phrases": ["Sao Mai"]},
    "link_domains": {"domains": ["saomai.vn"]},
    "link_shorteners": {},
    "link_count": {"most": 1},
    "brand_required": {},
    "segment_count": {"most": 2},
    "capital_letters": {},
    "character_set": {"characters": "%"},
}


def rule(kind: str, params: dict[str, Any] | None = None, **overrides: Any) -> PolicyRule:
    values: dict[str, Any] = {"id": 7, "name": "Ours", "severity": "block"} | overrides
    return PolicyRule(kind=kind, params=params_of(kind, params or PARAMS[kind]), **values)


def hit(kind: str, params: dict[str, Any], text: str, **facts: Any) -> PolicyHit | None:
    hits = policy_hits((rule(kind, params),), text, "marketing", **facts)
    return hits[0] if hits else None


def found(kind: str, params: dict[str, Any], text: str, **facts: Any) -> list[str] | None:
    """The places that the rule names, as written; None where it has nothing to say."""
    one = hit(kind, params, text, **facts)
    text = unicodedata.normalize("NFC", text)
    return None if one is None else [text[start:end] for start, end in one.spans]


@pytest.mark.parametrize(
    ("params", "text", "places"),
    [
        ({"phrases": ["vay tiền"]}, "VAY  TIEN ngay", ["VAY  TIEN"]),
        ({"phrases": ["vay tiền"]}, "vay tiền, Vay Tiến", ["vay tiền", "Vay Tiến"]),
        ({"phrases": ["vay"]}, "cho vayvay", None),
        ({"phrases": ["vay"], "match": "anywhere"}, "cho vayvay", ["vay", "vay"]),
        ({"phrases": ["bán"], "marks": "kept"}, "ban be va bán", ["bán"]),
        ({"phrases": ["bán"], "marks": "kept"}, unicodedata.normalize("NFD", "bán"), ["bán"]),
        ({"phrases": ["vay"]}, "v\u200bay", ["v\u200bay"]),
        ({"phrases": ["ｖａｙ"]}, "vay", ["vay"]),
        ({"phrases": ["an an"]}, "ban an an", ["an an"]),
        ({"phrases": ["100%"]}, "lai 100% nhe", ["100%"]),
        ({"phrases": ["giảm \\d+"], "match": "pattern"}, "Giam 30 va GIẢM 50", ["Giam 30", "GIẢM 50"]),
        ({"phrases": ["giảm \\d+"], "match": "pattern", "marks": "kept"}, "Giam 30 va GIẢM 50", ["GIẢM 50"]),
        ({"phrases": ["vay"]}, f"v{VALUE}ay", None),
    ],
)  # fmt: skip
def test_forbidden_phrases(params: dict[str, Any], text: str, places: list[str] | None) -> None:
    assert found("forbidden_phrase", params, text) == places


@pytest.mark.parametrize(
    ("place", "text", "code"),
    [
        ("anywhere", "Chao ban, sao mai day", None),
        ("anywhere", "Chao ban, saomai day", "phrase_missing"),
        ("start", " Sao Mai: chao ban", None),
        ("start", "Chao, Sao Mai", "phrase_not_first"),
        ("end", "Cam on. SAO MAI.", None),
        ("end", "Sao Mai cam on", "phrase_not_last"),
    ],
)
def test_required_phrases(place: str, text: str, code: str | None) -> None:
    one = hit("required_phrase", {"phrases": ["Sao Mai", "Hoa Sen"], "place": place}, text)
    assert (one and one.finding.message_code) == code
    assert one is None or ("write", "Sao Mai, Hoa Sen") in one.finding.params


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("saomai.vn va https://m.saomai.vn/x", None),
        ("notsaomai.vn", ["notsaomai.vn"]),
        ("saomai.vn.evil.com/a", ["saomai.vn.evil.com/a"]),
        ("saomai.vn, other.vn", ["other.vn"]),
        (f"https://saomai.vn/{VALUE}", None),
        ("thu ai@other.vn", None),
    ],
)
def test_links_lead_to_allowed_domains_only(text: str, places: list[str] | None) -> None:
    assert found("link_domains", {"domains": ["saomai.vn"]}, text) == places


@pytest.mark.parametrize("host", ["sa0mai.vn", "sаomаi.vn", "m.saornai.vn", "xn--saomi-7ve.vn"])
def test_look_alike_of_an_allowed_domain_is_called_so(host: str) -> None:
    one = hit("link_domains", {"domains": ["saomai.vn"]}, f"Xem {host}/tet")
    assert one is not None
    assert one.finding.message_code == "link_look_alike"
    assert ("meant", "saomai.vn") in one.finding.params


@pytest.mark.parametrize(
    ("params", "text", "places"),
    [
        ({}, "bit.ly/x, saomai.vn", ["bit.ly/x"]),
        ({}, "maps.app.goo.gl/x", ["maps.app.goo.gl/x"]),
        ({}, "habit.ly/x", None),
        ({"also": ["s.vn"]}, "s.vn/x", ["s.vn/x"]),
        ({"allowed": ["bit.ly"]}, "bit.ly/x", None),
        ({"allowed": ["maps.app.goo.gl"]}, "maps.app.goo.gl/x goo.gl/y", ["goo.gl/y"]),
    ],
)
def test_shorteners(params: dict[str, Any], text: str, places: list[str] | None) -> None:
    assert found("link_shorteners", params, text) == places


@pytest.mark.parametrize(
    ("most", "text", "places"),
    [(0, "Ma 123", None), (0, "saomai.vn", ["saomai.vn"]), (1, "a.vn b.vn c.vn", ["b.vn", "c.vn"])],
)
def test_number_of_links(most: int, text: str, places: list[str] | None) -> None:
    assert found("link_count", {"most": most}, text) == places


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("Mã của Sao Mai là 1", True),
        ("SAOMAI: ma 1", True),
        ("sao-mai: ma 1", True),
        ("Ma cua SM la 1", True),
        ("Ma cua ban la 1", False),
        ("Sao Maia: 1", False),
        (f"Ma cua {VALUE} la 1", False),
    ],
)
def test_brand_in_the_text(text: str, is_named: bool) -> None:
    one = hit("brand_required", {"spellings": ["SM"]}, text, brands=("Sao Mai", "Sao Mai JSC"))
    assert (one is None) is is_named


def test_without_any_name_nothing_is_missing() -> None:
    assert hit("brand_required", {}, "Ma cua ban la 1") is None


@pytest.mark.parametrize(("count", "is_fine"), [(None, True), (2, True), (3, False)])
def test_number_of_segments(count: int | None, is_fine: bool) -> None:
    assert (hit("segment_count", {"most": 2}, "x", segment_count=count) is None) is is_fine


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("MUA NGAY hom nay di", None),
        ("MUA NGAY HOM nay", ["MUA", "NGAY", "HOM"]),
        ("MUA", None),
        ("ĐẶT hàng", None),
        ("ĐẶT HÀNG", ["ĐẶT", "HÀNG"]),
    ],
)
def test_capital_letters(text: str, places: list[str] | None) -> None:
    assert found("capital_letters", {"percent": 50, "least_letters": 6}, text) == places


def test_refused_characters() -> None:
    one = hit("character_set", {"characters": "%#"}, "Giam 30% #1 %")
    assert one is not None
    assert ("found", "% #") in one.finding.params
    assert len(one.spans) == 3


def test_finding_names_its_rule() -> None:
    one = hit("character_set", {"characters": "%"}, "30%")
    assert one is not None
    finding = one.finding
    assert (finding.rule_id, finding.citation, finding.severity) == ("content:7", "Ours", "block")
    assert finding.as_facts()["params"] == {"found": "%", "rule": "Ours"}


def test_only_rules_of_the_class_speak() -> None:
    rules = (rule("character_set", message_classes=frozenset({"otp"})),)
    assert [len(policy_findings(rules, "%", one)) for one in ("otp", "marketing")] == [1, 0]


@pytest.mark.parametrize(
    ("values", "account_id", "country", "is_asked"),
    [
        ({}, 1, "VN", True),
        ({"account_id": 1}, 1, "VN", True),
        ({"account_id": 1}, 2, "VN", False),
        ({"account_id": 1}, None, "VN", False),
        ({"country": "VN"}, 1, "US", False),
        ({"effective_from": date(2026, 11, 23)}, 1, "VN", False),
        ({"effective_to": date(2026, 11, 22)}, 1, "VN", True),
        ({"effective_to": date(2026, 11, 21)}, 1, "VN", False),
    ],
)
def test_rules_of_account_country_and_day(
    values: dict[str, Any], account_id: int | None, country: str, is_asked: bool
) -> None:
    policy = ContentPolicy([rule("link_count", **values)], HANOI)
    assert bool(policy.rules_for(account_id, country, NOON)) is is_asked


def test_days_begin_at_midnight_of_the_platform() -> None:
    policy = ContentPolicy([rule("link_count", effective_from=date(2026, 11, 23))], HANOI)
    moments = [datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in (16, 17)]
    assert [len(policy.rules_for(1, "VN", one)) for one in moments] == [0, 1]


def test_rules_of_a_day_are_the_same_tuple() -> None:
    policy = ContentPolicy([rule("link_count")], HANOI)
    assert policy.rules_for(1, "VN", NOON) is policy.rules_for(1, "VN", NOON)


@given(st.text(st.characters(codec="utf-8"), max_size=80), st.sampled_from(sorted(KINDS)))
def test_places_lie_in_the_text_and_sentences_fill(text: str, kind: str) -> None:
    whole = unicodedata.normalize("NFC", text)
    hits = policy_hits((rule(kind),), text, "care", brands=("Sao Mai",), segment_count=3)
    for one in hits:
        assert all(0 <= start <= end <= len(whole) for start, end in one.spans)
        values = dict(one.finding.params)
        assert MESSAGES[one.finding.message_code] % values
        assert FIXES[one.finding.fix_code] % values


@given(st.text(max_size=40))
def test_marks_case_and_form_do_not_matter_where_they_should_not(text: str) -> None:
    rules = (rule("forbidden_phrase", {"phrases": ["vay tiền"]}),)
    for form in ("NFC", "NFD"):
        written = unicodedata.normalize(form, f"{text} VAY Tiền {text}")
        assert policy_findings(rules, written, "care")


def test_patterns_that_ruin_others_are_harmless() -> None:
    rules = (rule("forbidden_phrase", {"phrases": ["(a+)+$"], "match": "pattern"}),)
    assert policy_findings(rules, "a" * 5000 + "!", "care") == ()
