"""What is missing before a paper is handed in."""

from dataclasses import replace

import pytest

from routing.checklists import (
    LINES,
    Line,
    ProgramTexts,
    certificate_lines,
    program_lines,
    registration_lines,
)
from routing.sender_rules import FORMATS, sender_rules

US = sender_rules().program_of("US")
GOOD = ProgramTexts(
    call_to_action="Text JOIN to 53849 for Harbor Coffee offers",
    opt_in_flow="A guest texts JOIN and gets one confirmation.",
    terms_url="https://harbor.example/terms",
    privacy_url="https://harbor.example/privacy",
    help_text="Harbor Coffee: help at help@harbor.example",
    stop_text="Harbor Coffee: no further messages.",
    frequency="Up to 4 messages a month",
    samples=("Harbor Coffee: 20% off. Reply STOP to opt out",),
)


def found(**changes: object) -> list[str]:
    lines = program_lines(US, replace(GOOD, **changes), ("Harbor Coffee",))  # type: ignore[arg-type]
    return [line.code for line in lines]


def test_a_complete_program_lacks_nothing() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"samples": ()}, "samples_missing"),
        ({"samples": GOOD.samples * 6}, "too_many_samples"),
        ({"samples": ("20% off. Reply STOP to opt out",)}, "sample_without_brand"),
        ({"samples": ("Harbor Coffee: 20% off",)}, "samples_without_stop"),
        ({"privacy_url": ""}, "privacy_url_missing"),
        ({"privacy_url": GOOD.terms_url}, "same_pages"),
        ({"terms_url": "http://harbor.example/terms"}, "page_not_secure"),
        ({"help_text": "Harbor Coffee: ask us"}, "help_without_contact"),
        ({"stop_text": "No further messages."}, "stop_without_brand"),
        ({"frequency": "From time to time"}, "frequency_vague"),
        ({"call_to_action": ""}, "call_to_action_missing"),
    ],
)
def test_each_weakness_is_named(changes: dict[str, object], code: str) -> None:
    assert found(**changes) == [code]


def test_spaces_and_capitals_of_the_brand_do_not_matter() -> None:
    assert found(samples=("HARBORCOFFEE: hi. Reply STOP",)) == []


def test_a_country_without_demands_asks_less() -> None:
    rule = sender_rules().program_of("DE")
    codes = [one.code for one in program_lines(rule, replace(GOOD, terms_url=""), ())]
    assert codes == []


def test_an_application_needs_no_number_and_an_entry_does() -> None:
    given = {"reference": "", "authority": "A05", "valid_from": None, "valid_until": None}
    asked = certificate_lines(is_granted=False, files=1, **given)  # type: ignore[arg-type]
    granted = certificate_lines(is_granted=True, files=1, **given)  # type: ignore[arg-type]
    assert asked == []
    assert [one.code for one in granted] == [
        "reference_missing",
        "valid_from_missing",
        "valid_until_missing",
    ]


def test_a_registration_waits_for_the_certificate() -> None:
    lines = registration_lines(lacks_certificate=True, is_class_allowed=True, files=0)
    assert lines == [Line("certificate_missing"), Line("document_missing", is_required=False)]


def test_every_form_has_a_sentence() -> None:
    assert {rule.sentence for rule in sender_rules().by_kind.values()} == set(FORMATS)
    assert all(LINES.values())
