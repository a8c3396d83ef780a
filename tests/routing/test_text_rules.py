"""Network text rules: loaded, renewed, and left alone once a person changed them."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from config.common import versions
from config.common.errors import InvalidError
from routing.models import NetworkTextRule
from routing.selectors.text_rules import network_text_rules
from routing.services.text_rules import is_as_shipped, text_rules_load
from tests.factories import make_network

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path, db):
    """`load("1", viettel={...})` loads an edition with a rule for care per network."""

    def loaded(edition: str, **rules: dict[str, Any]):
        shared = {"classes": ["care"], "sources": ["here"], "confidence": "page"}
        document = {
            "country": "VN",
            "version": edition,
            "sources": [{"id": "here", "title": "A page", "read_on": "2026-11-22"}],
            "rules": [shared | {"network": code} | values for code, values in rules.items()],
        }
        path = tmp_path / "vn_network_texts.json"
        path.write_text(json.dumps(document))
        return text_rules_load(path=path, actor=None)

    return loaded


@pytest.fixture
def viettel(db):
    return make_network("viettel")


def test_a_file_is_loaded_once(load, viettel):
    first, second = (load("1", viettel={"adds_before": "(QC) "}) for _ in range(2))
    assert (first.made, second.made, second.renewed, second.kept) == (1, 0, 0, 0)
    rule = NetworkTextRule.objects.get()
    assert (rule.adds_before, rule.source, rule.confidence) == ("(QC) ", "A page", "page")
    assert is_as_shipped(rule)
    assert rule.history.count() == 1


def test_a_newer_file_renews_what_an_older_one_brought(load, viettel):
    load("1", viettel={"adds_before": "(QC) "})
    assert load("2", viettel={"adds_before": "[QC] "}).renewed == 1
    rule = NetworkTextRule.objects.get()
    assert rule.adds_before == "[QC] "
    assert rule.history.first().history_change_reason == "shipped 2"


@pytest.mark.parametrize(
    "change",
    [{"adds_before": "(AD) "}, {"is_active": False}, {"max_segments": 2}, {"note": "By contract"}],
)
def test_what_a_person_changed_stays(load, viettel, change):
    load("1", viettel={"adds_before": "(QC) "})
    NetworkTextRule.objects.update(**change)
    assert load("2", viettel={"adds_before": "[QC] "}).kept == 1
    rule = NetworkTextRule.objects.get()
    assert {name: getattr(rule, name) for name in change} == change
    assert not is_as_shipped(rule)


def test_a_rule_that_a_person_wrote_stays(load, viettel):
    NetworkTextRule.objects.create(network=viettel, message_class="care", adds_after=" Bye")
    assert load("1", viettel={"adds_before": "(QC) "}).kept == 1
    assert NetworkTextRule.objects.get().adds_before == ""


def test_networks_that_are_not_known_are_passed_over(load, viettel):
    assert load("1", viettel={}, elsewhere={}).made == 1


def test_a_wrong_file_is_refused_with_its_entry(load, viettel):
    with pytest.raises(InvalidError) as caught:
        load("1", viettel={"confidence": "sure"})
    assert "rule 1 (viettel)" in str(caught.value)
    assert caught.value.field == "file"


def test_a_change_raises_the_configuration_version(viettel):
    before = versions.current()
    rule = NetworkTextRule.objects.create(network=viettel, message_class="care")
    made = versions.current()
    rule.delete()
    assert before < made < versions.current()


def test_sending_knows_active_rules_alone(viettel):
    NetworkTextRule.objects.create(
        network=viettel, message_class="marketing", adds_before="(QC) ", max_segments=3
    )
    NetworkTextRule.objects.create(network=viettel, message_class="care", is_active=False)
    (key, rule), *rest = network_text_rules().items()
    assert rest == []
    assert key == (viettel.pk, "marketing")
    assert (rule.network_name, rule.adds_before, rule.max_segments) == ("Viettel", "(QC) ", 3)


def test_load_rules_brings_the_shipped_ones(db):
    out = StringIO()
    call_command("load_rules", stdout=out)
    assert "vn_network_texts.json 2026-11-22: 14 new" in out.getvalue()
    call_command("load_rules", stdout=out)
    assert "0 new, 0 renewed, 0 left" in out.getvalue()
    assert NetworkTextRule.objects.filter(message_class="marketing").count() == 5
