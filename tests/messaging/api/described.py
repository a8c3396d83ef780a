"""What the description of the API says of an operation's bodies, as validators."""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator


def operations_of(schema: dict[str, Any], tag: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of each operation with a tag."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield method.upper(), path, operation


def request_of(operation: dict[str, Any]) -> dict[str, Any] | None:
    """The JSON body that an operation takes."""
    body: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    return body.get("application/json")


def answers_of(operation: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Each success of an operation, with its JSON body."""
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield int(status), answer.get("content", {}).get("application/json")


def examples_in(body: dict[str, Any]) -> list[Any]:
    """The examples of a body."""
    return [one["value"] for one in body.get("examples", {}).values()]


def wrong_in(schema: dict[str, Any], body: dict[str, Any], value: Any) -> list[str]:
    """Where a value is not what the body's schema says; members that are not described too."""
    whole = {**_strict(body["schema"]), "components": _strict(schema["components"])}
    return [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(whole).iter_errors(value)
    ]


def _strict(node: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: `nullable` as a type, and no undescribed members."""
    if isinstance(node, list):
        return [_strict(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {name: _strict(value) for name, value in node.items() if name != "nullable"}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return {"anyOf": [found, {"type": "null"}]} if node.get("nullable") is True else found
