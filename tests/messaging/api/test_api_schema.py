"""The description of the API is complete, valid and true."""

import yaml
from drf_spectacular.validation import validate_schema

from campaigns.api.urls import urlpatterns as campaigns_urlpatterns
from messaging.api import (
    examples,
    inputs,
    outputs,
    preview,
    preview_outputs,
    template_inputs,
    template_outputs,
    wording_inputs,
)
from messaging.api.operations.urls import urlpatterns as operations_urlpatterns
from messaging.api.urls import urlpatterns


def operations(schema):
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_schema_is_valid_openapi(schema):
    validate_schema(schema)


def test_every_address_is_described(schema):
    assert len(schema["paths"]) == sum(
        map(len, (urlpatterns, campaigns_urlpatterns, operations_urlpatterns))
    )


def test_every_operation_has_summary_tag_key_and_problems(schema):
    tags = {tag["name"] for tag in schema["tags"]}
    for name, operation in operations(schema):
        assert operation["summary"], name
        assert set(operation["tags"]) <= tags, name
        if operation["operationId"] == "receive_event":  # what platforms post is signed
            assert "security" not in operation or not operation["security"], name
        else:
            assert operation["security"][0] == {"apiKey": []}, name
            assert all(list(one) == ["oauth2"] for one in operation["security"][1:]), name
        for status in ("401", "403", "429"):
            assert "application/problem+json" in operation["responses"][status]["content"], name


def test_every_body_has_its_problems(schema):
    for name, operation in operations(schema):
        if "requestBody" in operation and operation["operationId"] != "receive_event":
            assert {"400", "413", "415", "422"} <= set(operation["responses"]), name


def test_operation_ids_are_unique(schema):
    ids = [operation["operationId"] for _name, operation in operations(schema)]
    assert len(ids) == len(set(ids))


def test_names_on_the_wire_have_no_underscore_at_the_end(schema):
    for name, component in schema["components"]["schemas"].items():
        assert not [one for one in component.get("properties", {}) if one.endswith("_")], name


def test_examples_of_requests_are_accepted_by_the_serializers():
    inputs.MessageInput().run_validation(examples.MESSAGE_REQUEST)
    inputs.MessageInput().run_validation(examples.TEXT_REQUEST)
    batch = inputs.BatchInput().run_validation(examples.BATCH_REQUEST)
    for row in batch["messages"]:
        inputs.RowInput().run_validation(row)
    preview.PreviewInput().run_validation(examples.PREVIEW_REQUEST)
    preview.PreviewInput().run_validation(examples.PREVIEW_WORDING_REQUEST)
    template_inputs.TemplateInput().run_validation(examples.TEMPLATE_REQUEST)
    wording_inputs.WordingInput().run_validation(examples.VERSION_REQUEST)


def test_examples_of_answers_have_the_fields_of_answers():
    assert set(examples.MESSAGE) == set(outputs.MessageOutput().fields)
    assert set(examples.BATCH) == set(outputs.BatchOutput().fields)
    assert set(examples.BATCH["accepted"][0]) == set(outputs.AcceptedOutput().fields)
    assert set(examples.BATCH["rejected"][0]) == set(outputs.RejectedOutput().fields)
    assert set(examples.PREVIEW) == set(preview_outputs.PreviewOutput().fields)
    assert set(examples.VERSION) == set(template_outputs.TemplateVersionDetailOutput().fields)


def test_schema_is_served_to_everybody(client):
    response = client.get("/api/schema/")
    assert yaml.safe_load(response.content)["info"]["title"] == "Signalbox API"


def test_page_loads_nothing_from_outside_and_holds_no_script(client):
    response = client.get("/api/docs/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "http://" not in page
    assert "https://" not in page
    assert page.count("<script src=") == page.count("<script") == 3
    assert "<style" not in page
    assert "script-src 'self';" in response["Content-Security-Policy"]


def test_script_of_the_page_points_to_the_schema(client):
    response = client.get("/api/docs/?script")
    assert response["Content-Type"].startswith("application/javascript")
    assert b"/api/schema/" in response.content.replace(b"\\u002D", b"-")
