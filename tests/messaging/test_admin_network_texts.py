"""Pages of the networks' rules about texts: exact characters, a live example, and their source."""

import json
from typing import Any

import pytest
from django.urls import reverse

from messaging.admin.network_texts import example_lines
from routing.models import NetworkTextRule
from routing.services.text_rules import text_rules_load_shipped
from tests.factories import make_network
from tests.world import World

pytestmark = pytest.mark.django_db

LIST = "admin:routing_networktextrule_changelist"
ADD = "admin:routing_networktextrule_add"
EXAMPLE = "admin:routing_networktextrule_example"


@pytest.fixture
def shipped(db: None) -> NetworkTextRule:
    make_network("viettel")
    text_rules_load_shipped(actor=None)
    return NetworkTextRule.objects.get(message_class="marketing")


def page(rule: NetworkTextRule) -> str:
    return reverse("admin:routing_networktextrule_change", args=[rule.pk])


def form(rule: NetworkTextRule, **values: Any) -> dict[str, Any]:
    return {
        "is_active": "on",
        "adds_before": rule.adds_before,
        "adds_after": rule.adds_after,
        "refused_characters": rule.refused_characters,
        "max_segments": rule.max_segments or "",
        "demands_template_registration": "on",
        "source": rule.source,
        "read_on": rule.read_on or "",
        "confidence": rule.confidence,
        "note": rule.note,
    } | values


def test_the_example_says_what_becomes_of_the_lengths_people_know() -> None:
    lines = example_lines("(QC-VTL2) ", "De tu choi, soan TC gui 1313")
    assert lines[0] == "Your 122 characters become 160: that is one segment."
    assert "122, 268, 421" in lines[1]
    assert "32, 96, 163" in lines[2]


def test_an_addition_with_marks_is_said_to_change_every_text() -> None:
    lines = example_lines("Quảng cáo: ", "")
    assert "UCS-2" in lines[0]
    assert "59, 123, 190" in lines[1]


def test_nothing_added_leaves_the_lengths_as_they_are() -> None:
    assert "160" in example_lines("", "")[0]


def test_the_example_is_counted_while_somebody_types(world: World, browse: Any) -> None:
    asked = json.dumps({"adds_before": "(QC) ", "adds_after": ""})
    answer = browse(world.olga).post(reverse(EXAMPLE), asked, content_type="application/json")
    assert "155 characters become 160" in answer.json()["lines"][0]


@pytest.mark.parametrize("asked", ["", "[]", '{"adds_before": "x"}'])
def test_a_question_without_sense_is_refused(world: World, browse: Any, asked: str) -> None:
    answer = browse(world.olga).post(reverse(EXAMPLE), asked, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "ada"])
def test_operators_alone_have_the_pages(
    world: World, shipped: NetworkTextRule, browse: Any, who: str
) -> None:
    client = browse(getattr(world, who))
    for address in (reverse(LIST), page(shipped), reverse(ADD)):
        assert client.get(address).status_code == 403
    assert client.post(reverse(EXAMPLE), "{}", content_type="application/json").status_code == 403


def test_the_page_shows_source_and_confidence(
    world: World, shipped: NetworkTextRule, browse: Any
) -> None:
    shown = browse(world.olga).get(page(shipped)).content.decode()
    assert "intercom.com.vn" in shown
    assert "As shipped 2026-11-22" in shown
    assert "Your 122 characters become 160" in shown


def test_spaces_at_the_ends_are_kept(world: World, shipped: NetworkTextRule, browse: Any) -> None:
    client = browse(world.olga)
    assert client.post(page(shipped), form(shipped, adds_before=" QC: ")).status_code == 302
    shipped.refresh_from_db()
    assert shipped.adds_before == " QC: "
    assert shipped.history.first().history_user == world.olga
    assert "Changed here" in client.get(page(shipped)).content.decode()


def test_saving_without_a_change_leaves_a_shipped_rule_as_shipped(
    world: World, shipped: NetworkTextRule, browse: Any
) -> None:
    client = browse(world.olga)
    assert client.post(page(shipped), form(shipped)).status_code == 302
    assert "As shipped" in client.get(page(shipped)).content.decode()


def test_a_shipped_rule_is_switched_off_and_not_deleted(
    world: World, shipped: NetworkTextRule, browse: Any
) -> None:
    own = NetworkTextRule.objects.create(network=make_network("own"), message_class="care")
    client = browse(world.olga)
    for rule, status in ((shipped, 403), (own, 302)):
        address = reverse("admin:routing_networktextrule_delete", args=[rule.pk])
        assert client.post(address, {"post": "yes"}).status_code == status


def test_a_second_rule_for_a_network_and_class_is_refused(
    world: World, shipped: NetworkTextRule, browse: Any
) -> None:
    values = form(shipped, network=shipped.network_id, message_class="marketing")
    answer = browse(world.olga).post(reverse(ADD), values)
    assert answer.status_code == 200
    assert NetworkTextRule.objects.filter(message_class="marketing").count() == 1


def test_the_list_says_how_much_one_segment_holds(
    world: World, shipped: NetworkTextRule, browse: Any, django_assert_max_num_queries: Any
) -> None:
    client = browse(world.olga)
    client.get(reverse(LIST))
    with django_assert_max_num_queries(9):
        shown = client.get(reverse(LIST)).content.decode()
    assert "122 / 32" in shown
