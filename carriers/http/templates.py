"""From a message's values to an HTTP request: placeholders, never code. Pure.

JSON is filled as a value and written by the JSON encoder, forms by the form encoder, addresses
by percent-encoding: a text cannot break out of its place whatever it holds (OWASP injection
prevention: encode at the border, by context).
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from carriers.http.options import PLACEHOLDERS, HttpOptions

_PLACEHOLDER: Final = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_BRACES: Final = re.compile(r"\{\{.*?\}\}")
_TYPES: Final = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What goes on the wire; `target` is the path with its query."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


def fill(template: object, values: Values) -> object:
    """The template with its placeholders replaced; one that stands alone keeps its type."""
    if isinstance(template, str):
        return _filled(template, values)
    if isinstance(template, dict):
        return {name: fill(value, values) for name, value in template.items()}
    if isinstance(template, list):
        return [fill(value, values) for value in template]
    return template


def _filled(template: str, values: Values) -> object:
    alone = _PLACEHOLDER.fullmatch(template)
    if alone:
        return values.get(alone[1], "")
    return _PLACEHOLDER.sub(lambda match: _text(values.get(match[1], "")), template)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def unknown_placeholders(template: object) -> list[str]:
    """What stands in double braces and is no placeholder, in order."""
    return [
        found
        for string in _strings(template)
        for found in _BRACES.findall(string)
        if not ((name := _PLACEHOLDER.fullmatch(found)) and name[1] in PLACEHOLDERS)
    ]


def placeholders(template: object) -> frozenset[str]:
    """The names that a template asks for."""
    return frozenset(name for string in _strings(template) for name in _PLACEHOLDER.findall(string))


def _strings(template: object) -> Iterator[str]:
    if isinstance(template, str):
        yield template
    elif isinstance(template, dict):
        for name, value in template.items():
            yield str(name)
            yield from _strings(value)
    elif isinstance(template, list):
        for value in template:
            yield from _strings(value)


def request_of(options: HttpOptions, values: Values) -> HttpRequest:
    """The request for one segment. GET carries the filled body in its query."""
    target, filled = _target(options.url, values), fill(options.body, values)
    headers = {name: _header(fill(value, values)) for name, value in options.headers.items()}
    headers |= _authentication(options)
    if options.method == "GET":
        query = _form(filled)
        joined = f"{target}{'&' if '?' in target else '?'}{query}" if query else target
        return HttpRequest("GET", joined, headers, b"")
    headers.setdefault("Content-Type", _TYPES[options.format])
    body = (
        json.dumps(filled, ensure_ascii=False, separators=(",", ":"))
        if options.format == "json"
        else _form(filled)
    )
    # Half surrogate pairs cannot be written; they reach nobody's phone either.
    return HttpRequest(options.method, target, headers, body.encode("utf-8", "replace"))


def _target(url: str, values: Values) -> str:
    parts = urlsplit(url)
    target = parts.path or "/"
    if parts.query:
        target += "?" + parts.query
    filled = _PLACEHOLDER.sub(
        lambda match: quote(_text(values.get(match[1], "")), safe="", errors="replace"), target
    )
    return quote(filled, safe="/?&=%:@!$'()*+,;~-._")


def _form(filled: object) -> str:
    pairs = filled.items() if isinstance(filled, dict) else ()
    return urlencode([(name, _text(value)) for name, value in pairs], errors="replace")


def _header(value: object) -> str:
    """No line of its own making (RFC 9110 §5.5), and only what a header can hold."""
    return _CONTROL.sub(" ", _text(value)).encode("latin-1", "replace").decode("latin-1")


def _authentication(options: HttpOptions) -> dict[str, str]:
    match options.authentication:
        case "bearer":
            return {"Authorization": f"Bearer {options.secret}"}
        case "basic":
            pair = f"{options.authentication_name}:{options.secret}".encode()
            return {"Authorization": "Basic " + base64.b64encode(pair).decode("ascii")}
        case "header":
            return {options.authentication_name: options.secret}
    return {}
