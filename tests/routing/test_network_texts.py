"""The shipped rules of networks, and how their files are read."""

import json
from pathlib import Path

import pytest

from routing.network_texts import DATA, NetworkText, TextRulesError, load_text_rules

VIETNAM = DATA / "vn_network_texts.json"
SOURCE = {"id": "here", "title": "Somewhere", "kind": "page", "read_on": "2026-11-22"}
RULE = {"network": "viettel", "classes": ["care"], "sources": ["here"], "confidence": "page"}


def entries():
    return {
        (entry.network_code, entry.message_class): entry
        for entry in load_text_rules(VIETNAM).entries
    }


def written(tmp_path: Path, *rules) -> Path:
    document = {"country": "VN", "version": "1", "sources": [SOURCE], "rules": list(rules)}
    path = tmp_path / "xx_network_texts.json"
    path.write_text(json.dumps(document))
    return path


@pytest.mark.parametrize(
    ("network", "added"), [("viettel", 38), ("vinaphone", 38), ("mobifone", 35)]
)
def test_the_shipped_additions_are_as_long_as_the_sources_say(network, added):
    entry = entries()[network, "marketing"]
    assert len(entry.adds_before + entry.adds_after) == added


def test_viettels_addition_is_exact():
    entry = entries()["viettel", "marketing"]
    assert (entry.adds_before, entry.adds_after) == ("(QC-VTL2) ", "De tu choi, soan TC gui 1313")


def test_care_gets_nothing_added_and_is_registered_for_brandnames_alone():
    entry = entries()["viettel", "care"]
    assert (entry.adds_before, entry.adds_after) == ("", "")
    assert entry.demands_template_registration
    assert entry.registered_senders == ("alphanumeric",)


def test_every_shipped_rule_says_where_it_comes_from():
    for entry in load_text_rules(VIETNAM).entries:
        assert entry.source
        assert entry.note
        assert entry.read_on.isoformat() == "2026-11-22"


def test_no_shipped_list_of_characters_stops_a_message():
    """Resellers' lists contradict the label itself: authors are warned, nothing is blocked."""
    assert not any(entry.refuses_certainly for entry in load_text_rules(VIETNAM).entries)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"classes": ["spam"]}, "spam is no class"),
        ({"sources": ["elsewhere"]}, "source elsewhere"),
        ({"sources": []}, "source"),
        ({"confidence": "sure"}, "confidence is one of"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, change, words):
    with pytest.raises(TextRulesError, match=words):
        load_text_rules(written(tmp_path, RULE | change))


def test_two_rules_for_one_network_and_class_are_refused(tmp_path):
    with pytest.raises(TextRulesError, match="two rules for care"):
        load_text_rules(written(tmp_path, RULE, RULE))


def test_a_file_without_its_parts_is_refused(tmp_path):
    path = tmp_path / "xx_network_texts.json"
    path.write_text('{"country": "VN"}')
    with pytest.raises(TextRulesError, match="sources"):
        load_text_rules(path)


def rule(**values) -> NetworkText:
    return NetworkText(1, "viettel", "Viettel", "VN", "marketing", **values)


def test_a_rule_names_itself_by_network_and_class():
    assert rule().rule_id == "network.viettel.marketing"


def test_a_rule_wraps_a_text_exactly():
    wrapped = rule(adds_before="(QC) ", adds_after=" TC").wrapped("Sale")
    assert wrapped == "(QC) Sale TC"


@pytest.mark.parametrize(
    ("demands", "senders", "kind", "expected"),
    [
        (False, (), "alphanumeric", False),
        (True, (), "short_code", True),
        (True, ("alphanumeric",), "alphanumeric", True),
        (True, ("alphanumeric",), "short_code", False),
    ],
)
def test_registration_is_demanded_from_the_kinds_that_are_named(demands, senders, kind, expected):
    found = rule(demands_registration=demands, registered_senders=frozenset(senders))
    assert found.demands_registration_from(kind) is expected
