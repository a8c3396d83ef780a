"""Parameters of rules: what people write is put in order, or refused with field and fix."""

from typing import Any

import pytest

from compliance.content_policy import KINDS, PARAM_ERRORS, ParamError, clean_params
from compliance.content_policy.checks import CHECKS
from compliance.content_policy.data import SURE_ENDINGS, shorteners, top_level_domains


@pytest.mark.parametrize(
    ("kind", "values", "cleaned"),
    [
        (
            "forbidden_phrase",
            {"phrases": [" vay  tiền ", "", "vay tiền"]},
            {"phrases": ["vay tiền"], "match": "words", "marks": "ignored"},
        ),
        ("link_domains", {"domains": ["*.Shop.VN", "shop.vn"]}, {"domains": ["shop.vn"]}),
        ("link_domains", {"domains": ["XN--80AK6AA92E.com"]}, {"domains": ["аррӏе.com"]}),
        ("link_shorteners", {}, {"also": [], "allowed": []}),
        ("link_count", {"most": 0}, {"most": 0}),
        ("capital_letters", {}, {"percent": 50, "least_letters": 20}),
        ("character_set", {"characters": "% # %"}, {"characters": "%#"}),
        ("brand_required", {}, {"spellings": []}),
    ],
)
def test_values_are_put_in_order(
    kind: str, values: dict[str, Any], cleaned: dict[str, Any]
) -> None:
    assert clean_params(kind, values) == cleaned


@pytest.mark.parametrize(
    ("kind", "values", "field", "code"),
    [
        ("poem", {}, "kind", "unknown_kind"),
        ("link_count", {"most": 1, "least": 2}, "least", "unknown_param"),
        ("forbidden_phrase", {}, "phrases", "missing"),
        ("forbidden_phrase", {"phrases": "vay"}, "phrases", "not_texts"),
        ("forbidden_phrase", {"phrases": ["x"] * 3 + [str(n) for n in range(201)]}, "phrases", "too_many"),
        ("forbidden_phrase", {"phrases": ["x" * 121]}, "phrases", "too_long"),
        ("forbidden_phrase", {"phrases": ["\u0301"]}, "phrases", "nothing_to_compare"),
        ("forbidden_phrase", {"phrases": ["("], "match": "pattern"}, "phrases", "bad_pattern"),
        ("forbidden_phrase", {"phrases": ["(?=a)"], "match": "pattern"}, "phrases", "bad_pattern"),
        ("forbidden_phrase", {"phrases": ["a*"], "match": "pattern"}, "phrases", "matches_nothing_written"),
        ("forbidden_phrase", {"phrases": ["a"], "match": "fuzzy"}, "match", "unknown_choice"),
        ("link_domains", {"domains": ["https://shop.vn/x"]}, "domains", "not_a_domain"),
        ("link_domains", {"domains": ["vn"]}, "domains", "not_a_domain"),
        ("link_domains", {"domains": ["shop.invalid"]}, "domains", "not_a_domain"),
        ("link_domains", {"domains": ["-shop.vn"]}, "domains", "not_a_domain"),
        ("link_count", {"most": -1}, "most", "not_whole"),
        ("link_count", {"most": True}, "most", "not_whole"),
        ("segment_count", {}, "most", "not_whole"),
        ("character_set", {"characters": " "}, "characters", "not_characters"),
    ],
)  # fmt: skip
def test_mistakes_name_field_rule_and_fix(
    kind: str, values: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(ParamError) as caught:
        clean_params(kind, values)
    assert (caught.value.field, caught.value.code) == (field, code)
    assert PARAM_ERRORS[code] % caught.value.values


def test_every_kind_has_its_check() -> None:
    assert set(KINDS) == set(CHECKS)


def test_lists_that_ship_fit_together() -> None:
    assert {"bit.ly", "tinyurl.com", "t.co", "goo.gl", "is.gd", "cutt.ly"} <= shorteners()
    assert {domain.rpartition(".")[2] for domain in shorteners()} <= top_level_domains()
    assert top_level_domains() >= SURE_ENDINGS
