"""The console's pages of mappings: written without JSON, tried, activated, restored."""

import json
from typing import Any

import pytest
from django.urls import reverse

from campaigns.admin.trigger_mapping_form import MappingForm
from campaigns.models import TriggerMapping
from campaigns.selectors.trigger_presets import presets
from campaigns.services.triggers.mappings import draft_save, mapping_create
from campaigns.triggers.reading import spec_read
from messaging.models import Message
from tests.campaigns.triggers.scene import BODY, Scene, spec
from tests.factories import make_account, make_member
from tests.html_forms import form_values

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return Scene()


def page(name: str, *arguments: object) -> str:
    return reverse(f"admin:campaigns_triggermapping_{name}", args=arguments)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def shown(client, mapping) -> dict[str, Any]:
    return form_values(text(client.get(page("change", mapping.pk))))


def test_a_mapping_is_written_tried_and_activated_without_json(scene, browse):
    client = browse(make_member("marketer", scene.account))
    address = f"{page('add')}?source={scene.source.pk}"
    values = form_values(text(client.get(address))) | {
        "name": "Order paid",
        "is_enabled": "on",
        "events": "order.paid\norder.settled",
        "condition_path_0": "$.order.total",
        "condition_operator_0": "greater",
        "condition_value_0": "0",
        "template": "order-paid",
        "sender": "53849",
        "number|from": "$.order.customer.phone",
        "sample": json.dumps(BODY),
    }
    listed = form_values(text(client.post(address, values | {"_reread": "1"})))
    values |= {"slots.order|from": "$.order.number"}
    assert "slots.order|from" in listed
    tried = text(client.post(address, values | {"_try": "1"}))
    assert "Order DH-1001 is paid." in tried
    assert not TriggerMapping.objects.exists()
    assert client.post(address, values | {"_activate": "1"}).status_code == 302
    mapping = TriggerMapping.objects.get()
    assert mapping.versions.get().spec == {
        "events": ["order.paid", "order.settled"],
        "condition": {"all": [{"path": "$.order.total", "operator": "greater", "value": "0"}]},
        "number": "$.order.customer.phone",
        "template": "order-paid",
        "from": "53849",
        "slots": {"order": "$.order.number"},
    }
    assert scene.post().json()["result"] == "sent"
    assert not Message.objects.exclude(text="Order DH-1001 is paid.").exists()


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(one, id=f"{preset.code}-{one.name}")
        for preset in presets().values()
        for one in preset.mappings
    ],
)
def test_the_form_says_every_preset_as_it_is(scene, one):
    raw = {**one.spec, "from": "53849"}
    form = MappingForm(source=scene.source, spec=raw, initial={"name": "x"})
    values = {
        field.html_name: "on" if field.value() is True else field.value() or "" for field in form
    }
    sent = MappingForm(values, source=scene.source, spec=raw, initial={})
    sent.is_valid()
    assert set(sent.errors) <= {"template"}, sent.errors
    assert spec_read(sent.spec_typed()) == spec_read(raw)


def test_saving_without_a_change_writes_no_version(scene, browse):
    mapping = scene.mapping(
        condition={"path": "$.order.total", "operator": "greater", "value": 0},
        slots={"order": {"path": "$.order.number", "format": ["trim"], "default": "?"}},
        metadata={"order": "$.order.number"},
        dedupe="$.order.number",
    )
    client = browse(scene.actor)
    assert client.post(page("change", mapping.pk), shown(client, mapping)).status_code == 302
    assert mapping.versions.get().status == "active"


def test_a_draft_leaves_the_active_version_until_it_is_activated(scene, browse):
    mapping = scene.mapping()
    client = browse(scene.actor)
    values = shown(client, mapping) | {"expires_minutes": "60", "message_class": "care"}
    assert client.post(page("change", mapping.pk), values).status_code == 302
    assert {one.status for one in mapping.versions.all()} == {"active", "draft"}
    asked = text(client.get(page("activate", mapping.pk)))
    assert "Useless after" in asked
    assert "<ins>60</ins>" in asked
    client.post(page("activate", mapping.pk))
    assert mapping.versions.get(status="active").number == 2
    again = text(client.get(f"{page('restore', mapping.pk)}?version=1"))
    assert "<del>60</del>" in again
    client.post(f"{page('restore', mapping.pk)}?version=1")
    active = mapping.versions.get(status="active")
    assert (active.number, active.spec) == (3, mapping.versions.get(number=1).spec)


def test_a_draft_is_thrown_away(scene, browse):
    mapping = scene.mapping()
    draft_save(mapping=mapping, spec=spec(expires_minutes=5), actor=scene.actor)
    client = browse(scene.actor)
    client.post(page("discard", mapping.pk))
    assert mapping.versions.get().status == "active"
    answer = client.post(page("discard", mapping.pk), follow=True)
    assert "There is no draft" in text(answer)


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"number|from": "$.a["}, "number|from", "This is not a JSON path"),
        ({"number|from": ""}, "number|from", "This is missing"),
        ({"number|steps": "reverse"}, "number|steps", "is not one of"),
        ({"slots.order|steps": "shorten"}, "slots.order|steps", "This is missing"),
        ({"slots.order|default": "x", "slots.order|from": ""}, "slots.order|from", "Give a path"),
        ({"condition_value_1": "3"}, "condition_path_1", "This is missing"),
        (
            {
                "condition_path_1": "$.a",
                "condition_operator_1": "matches",
                "condition_value_1": "(",
            },
            "condition_value_1",
            "The pattern is not understood",
        ),
        ({"when": "at", "at_path": ""}, "at_path", "This is missing"),
        ({"when": "at", "at_path": "$.t", "zone": "Hanoi"}, "zone", "is not a time zone"),
        ({"when": "after", "minutes": "0"}, "minutes", "This is missing"),
        ({"metadata_name_0": "order"}, "metadata_0|from", "Give a path"),
        ({"metadata_0|from": "$.a"}, "metadata_name_0", "Give it a name"),
        ({"template": ""}, "template", "This field is required"),
    ],
)
def test_every_mistake_stands_at_its_field(scene, browse, values, field, sentence):
    mapping = scene.mapping()
    client = browse(scene.actor)
    answer = client.post(page("change", mapping.pk), shown(client, mapping) | values)
    errors = answer.context["form"].errors
    assert sentence in str(errors.get(field)), errors
    assert mapping.versions.count() == 1


def test_the_sample_is_checked_and_its_paths_are_offered(scene, browse):
    mapping = scene.mapping()
    client = browse(scene.actor)
    values = shown(client, mapping)
    answer = client.post(page("change", mapping.pk), values | {"sample": "{"})
    assert "The sample is not a JSON object" in text(answer)
    client.post(page("change", mapping.pk), values | {"sample": json.dumps(BODY)})
    answer = client.get(page("change", mapping.pk))
    again = text(answer)
    assert '<option value="$.order.customer.phone">0981 234 567</option>' in again
    assert answer.context["trial"].verdict == "A message would be sent now."


def test_the_dry_run_tells_the_field_that_is_wrong(scene, browse):
    body = json.loads(json.dumps(BODY))
    body["order"]["customer"]["phone"] = "12"
    mapping = mapping_create(
        source=scene.source, name="Paid", spec=spec(), actor=scene.actor, sample=json.dumps(body)
    )
    client = browse(scene.actor)
    assert "Nothing would be sent: something has to be put right." in text(
        client.get(page("change", mapping.pk))
    )
    values = shown(client, mapping) | {"number|from": "$.customer.mobile"}
    tried = text(client.post(page("change", mapping.pk), values | {"_try": "1"}))
    assert "There is nothing at $.customer.mobile" in tried
    values |= {"condition_path_0": "$.order.total", "condition_operator_0": "less"}
    values |= {"condition_value_0": "10"}
    tried = text(client.post(page("change", mapping.pk), values | {"_try": "1"}))
    assert "the condition is not met" in tried
    assert "“450000”" in tried


def test_a_nested_condition_is_edited_as_json(scene, browse):
    nested = {"any": [{"all": [{"path": "$.a", "operator": "exists"}]}, {"path": "$.b"}]}
    nested["any"][1] |= {"operator": "equals", "value": "x"}
    mapping = scene.mapping(condition=nested)
    client = browse(scene.actor)
    values = shown(client, mapping)
    assert json.loads(values["condition_json"]) == nested
    client.post(page("change", mapping.pk), values)
    assert mapping.versions.count() == 1


def test_officers_read_and_change_nothing(scene, browse):
    mapping = scene.mapping()
    client = browse(make_member("officer", scene.account))
    assert "Save as draft" not in text(client.get(page("change", mapping.pk)))
    assert client.post(page("change", mapping.pk), {"name": "x"}).status_code == 403
    assert client.post(page("activate", mapping.pk)).status_code == 404


def test_strangers_find_no_page(scene, browse):
    mapping = scene.mapping()
    client = browse(make_member("integrator", make_account()))
    for name in ("change", "activate", "discard", "restore"):
        assert client.get(page(name, mapping.pk)).status_code == 404, name
    assert client.get(f"{page('add')}?source={scene.source.pk}").status_code == 404
    assert mapping.name not in text(client.get(page("changelist")))


def test_without_a_source_the_way_to_one_is_shown(browse):
    client = browse(make_member("integrator", make_account()))
    answer = text(client.get(page("add")))
    assert "connect a platform first" in answer
