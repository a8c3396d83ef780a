"""Every error of a view as a problem: services' errors, the framework's, the database's."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.http.request import UnreadablePostError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response

from config.common import logs
from config.common.api.problems import (
    MEDIA_TYPE,
    FieldProblem,
    InvalidInput,
    TooLarge,
    document,
    field_problem,
    flatten,
)
from config.common.errors import DomainError

log = logs.get_logger(__name__)

# What the framework calls them, and what we do.
CODES: Mapping[str, str] = {
    "parse_error": "malformed_json",
    "authentication_failed": "not_authenticated",
    "permission_denied": "not_allowed",
    "error": "internal_error",
}
# Parts of an error's context that are shown as members of the problem.
MEMBERS = ("closest", "message_id", "missing", "retry_after")


# What the framework says without a fix.
DETAILS: Mapping[type[Exception], str | Promise] = {
    exceptions.NotAuthenticated: gettext_lazy(
        "There is no API key: send it as “Authorization: Bearer <key>”."
    ),
    exceptions.UnsupportedMediaType: gettext_lazy(
        "The body's type is not understood: send “Content-Type: application/json”."
    ),
    exceptions.MethodNotAllowed: gettext_lazy(
        "The resource has no such method: the Allow header lists those it has."
    ),
}


class Unavailable(exceptions.APIException):
    """The database is away."""

    status_code = 503
    default_code = "unavailable"
    default_detail = gettext_lazy("The database does not answer now: try again in a moment.")
    wait = 2


def exception_handler(
    error: Exception, context: Mapping[str, Any], names: Mapping[str, str] | None = None
) -> Response | None:
    """Every error of a view as a problem; None lets the unexpected reach Django's handler.

    `names` maps the fields that services name to those of the API (`sender` is `from`).
    """
    path = context["request"].path
    if isinstance(error, DomainError):
        return _of_domain(error, path, names or {})
    translated = _translated(error)
    if translated is None:
        return None
    return _of_framework(translated, path)


def _translated(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound(_("There is no such thing for this key."))
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, UnreadablePostError):
        return exceptions.ParseError(_("The body ended early: send it again."))
    if isinstance(error, OperationalError | InterfaceError):
        log.error("database does not answer", extra={"error": type(error).__name__})
        return Unavailable()
    return None


def _of_domain(error: DomainError, path: str, names: Mapping[str, str]) -> Response:
    errors = [field_problem(error, names)] if error.field else []
    members = {name: error.context[name] for name in MEMBERS if name in error.context}
    body = document(
        error.status, error.code, str(error.message), instance=path, errors=errors, **members
    )
    wait = error.context.get("retry_after")
    headers = {"Retry-After": str(wait)} if wait else {}
    return Response(body, error.status, headers=headers, content_type=MEDIA_TYPE)


def _of_framework(error: exceptions.APIException, path: str) -> Response:
    headers = {}
    if auth := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    problems: Sequence[FieldProblem] = getattr(error, "problems", ())
    if isinstance(error, exceptions.ValidationError):
        error, problems = InvalidInput(found := list(flatten(error.detail))), found
    codes = error.get_codes()
    code = CODES.get(codes, codes) if isinstance(codes, str) else "invalid_request"
    detail = str(DETAILS.get(type(error), error.detail))
    body = document(error.status_code, code, detail, instance=path, errors=problems)
    return Response(body, error.status_code, headers=headers, content_type=MEDIA_TYPE)
