"""Options of a bind over HTTP that could not be used, or not safely."""

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from carriers.checks.values import Problem
from carriers.constants import BindKind, HttpAuthentication, HttpFormat, HttpMethod
from carriers.http import paths
from carriers.http.answers import CLASS_WORDS
from carriers.http.news import RECEIPT_NAMES, REPLY_NAMES
from carriers.http.options import PLACEHOLDERS
from carriers.http.templates import placeholders, unknown_placeholders
from carriers.models import Bind

_MOST_LINES = 100
_ERROR = re.compile(r"[1-5]\d\d|code:.{1,40}")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,120}")  # a token of RFC 9110 §5.6.2
_NEEDED = ("to", "to_plus"), ("text", "data")
_TEMPLATES = ("http_url", "http_headers", "http_body")
_PATHS = ("http_success_path", "http_id_path", "http_error_path")
_OWN_HEADERS = {"host", "content-length", "transfer-encoding", "connection"}


def http_problems(bind: Bind) -> Iterator[Problem]:
    """Nothing for a bind over SMPP."""
    if bind.kind != BindKind.HTTP:
        return
    yield from _address(bind)
    yield from _template(bind)
    yield from _access(bind)
    yield from _answers(bind)
    yield from _webhooks(bind)
    if bind.window > _MOST_LINES:
        yield Problem(
            "window",
            _("Over HTTP each open answer has a connection of its own; at most %(limit)d.")
            % {"limit": _MOST_LINES},
            _("Write what the carrier's sheet allows, often 10."),
        )


def _address(bind: Bind) -> Iterator[Problem]:
    try:
        parts = urlsplit(bind.http_url)
        has_host = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        parts, has_host = urlsplit(""), False
    schemes = {"https", "http"} if settings.HTTP_CARRIER_NETWORKS else {"https"}
    if parts.scheme not in schemes or not has_host or parts.username or "{{" in parts.netloc:
        yield Problem(
            "http_url",
            _("This is no address that messages can be sent to."),
            _("Write it with https:// and without a password, such as https://sms.example/v1."),
        )


def _template(bind: Bind) -> Iterator[Problem]:
    for name in _TEMPLATES:
        for wrong in unknown_placeholders(getattr(bind, name)):
            yield Problem(
                name,
                _("“%(name)s” is no value of a message.") % {"name": wrong},
                _("Use one of %(known)s.") % {"known": _braced(sorted(PLACEHOLDERS))},
            )
    named = frozenset().union(*(placeholders(getattr(bind, name)) for name in _TEMPLATES))
    for group in _NEEDED:
        if not named & set(group):
            yield Problem(
                "http_body",
                _("The request would not say %(name)s.") % {"name": _braced(group[:1])},
                _("Put %(name)s into the body or the address.") % {"name": _braced(group)},
            )
    is_form = bind.http_format == HttpFormat.FORM or bind.http_method == HttpMethod.GET
    body = bind.http_body
    if is_form and not (isinstance(body, dict) and not any(_is_nested(v) for v in body.values())):
        yield Problem(
            "http_body",
            _("A form has names and plain values only."),
            _('Write one level, such as {"to": "{{to}}", "text": "{{text}}"}.'),
        )


def _is_nested(value: object) -> bool:
    return isinstance(value, dict | list)


def _braced(names: Iterable[str]) -> str:
    return ", ".join("{{" + name + "}}" for name in names)


def _access(bind: Bind) -> Iterator[Problem]:
    headers = bind.http_headers
    names = list(headers) if isinstance(headers, dict) else [""]
    if not all(_HEADER.fullmatch(name) for name in names) or not _are_texts(headers):
        yield Problem(
            "http_headers",
            _("Headers are a table of names and texts."),
            _('Write them such as {"X-Account": "53849"}.'),
        )
    elif _OWN_HEADERS & {name.lower() for name in names}:
        yield Problem(
            "http_headers",
            _("Host, length and connection are written by the platform."),
            _("Leave them out."),
        )
    how = bind.http_authentication
    if how != HttpAuthentication.NONE and not bind.http_secret:
        yield Problem(
            "http_secret",
            _("This way of authentication needs a secret."),
            _("Write the token or password of the carrier's sheet."),
        )
    is_named = how in (HttpAuthentication.BASIC, HttpAuthentication.HEADER)
    if is_named and not _HEADER.fullmatch(bind.http_authentication_name):
        yield Problem(
            "http_authentication_name",
            _("This way of authentication needs a name without spaces."),
            _("Write the user, or the name of the header such as X-API-Key."),
        )


def _are_texts(table: Any) -> bool:
    return isinstance(table, dict) and all(isinstance(value, str) for value in table.values())


def _answers(bind: Bind) -> Iterator[Problem]:
    for name in _PATHS:
        if not paths.is_path(getattr(bind, name)):
            yield _no_path(name, getattr(bind, name))
    if not isinstance(bind.http_error_classes, dict):
        yield Problem("http_error_classes", _("This is a table."), _("Write an object."))
        return
    for key, word in bind.http_error_classes.items():
        if not _ERROR.fullmatch(key) or word not in CLASS_WORDS:
            yield Problem(
                "http_error_classes",
                _("“%(key)s: %(word)s” is no rule about an answer.") % {"key": key, "word": word},
                _("Write a status (429) or code:… and one of %(known)s.")
                % {"known": ", ".join(sorted(CLASS_WORDS))},
            )


def _no_path(name: str, path: object) -> Problem:
    return Problem(
        name,
        _("“%(path)s” is no path.") % {"path": path},
        _("Write names with dots and numbers in brackets, such as messages[0].id."),
    )


def _webhooks(bind: Bind) -> Iterator[Problem]:
    yield from _mapping("http_receipt_map", bind.http_receipt_map, RECEIPT_NAMES)
    yield from _mapping("http_reply_map", bind.http_reply_map, REPLY_NAMES)
    for text in bind.http_networks:
        try:
            ip_network(text, strict=False)
        except ValueError:
            yield Problem(
                "http_networks",
                _("“%(network)s” is no network.") % {"network": text},
                _("Write it such as 203.0.113.0/24, one on each line."),
            )
    if bind.http_signature_header and not bind.http_signature_secret:
        yield Problem(
            "http_signature_secret",
            _("Without its secret no signature can be checked."),
            _("Write the secret, or leave the header empty."),
        )


def _mapping(name: str, mapping: Any, known: tuple[str, ...]) -> Iterator[Problem]:
    if not _are_texts(mapping) or set(mapping) - set(known):
        yield Problem(
            name,
            _("This is a table of our names and the carrier's paths."),
            _("Our names are %(known)s.") % {"known": ", ".join(known)},
        )
        return
    for path in mapping.values():
        if not paths.is_path(path):
            yield _no_path(name, path)
