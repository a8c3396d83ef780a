"""One shape for every error of the API: RFC 9457 `application/problem+json`.

`code` is stable and for machines; `detail` is a translated sentence that names the field,
the rule and the fix; `errors` lists each wrong input by JSON Pointer, query parameter or header.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from rest_framework import exceptions

from config.common.errors import DomainError

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:signalbox:problem:"

# RFC 9457 §3.1.3: a title does not change from one occurrence to the next.
TITLES: Mapping[int, str | Promise] = {
    400: gettext_lazy("The request cannot be read"),
    401: gettext_lazy("Not authenticated"),
    402: gettext_lazy("Not covered by credit"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("Method not allowed"),
    409: gettext_lazy("Conflict"),
    413: gettext_lazy("The request is too large"),
    415: gettext_lazy("Unsupported content type"),
    422: gettext_lazy("The request breaks a rule"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Internal error"),
    503: gettext_lazy("Temporarily unavailable"),
}


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One wrong input; `where` is `pointer`, `parameter` or `header`."""

    name: str
    code: str
    detail: str
    where: str = "pointer"

    def as_dict(self) -> dict[str, str]:
        return {self.where: self.name, "code": self.code, "detail": self.detail}


class InvalidInput(exceptions.APIException):
    """Inputs that break rules of their fields, all of them at once."""

    status_code = 422
    default_code = "invalid_request"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__(" ".join(problem.detail for problem in problems[:3]))
        self.problems = tuple(problems)


class TooLarge(exceptions.APIException):
    """A body beyond what is read."""

    status_code = 413
    default_code = "too_large"
    default_detail = gettext_lazy(
        "The body is larger than the server reads: send fewer messages at a time."
    )


class TooManyRequests(exceptions.APIException):
    """The key is over its rate."""

    status_code = 429
    default_code = "rate_limited"

    def __init__(self, wait: float, budget: str, quota: int) -> None:
        self.wait = max(int(wait), 1)
        super().__init__(
            gettext(
                "The key has used up its %(quota)d “%(budget)s” of this minute: try again in"
                " %(wait)d s."
            )
            % {"quota": quota, "budget": budget, "wait": self.wait}
        )


def pointer(*steps: str | int, base: str = "#") -> str:
    """A JSON Pointer as URI fragment (RFC 6901 §6); characters that cannot be sent are escaped."""
    parts = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    joined = "".join(f"/{part}" for part in parts)
    return base + joined.encode("utf-8", "backslashreplace").decode()


def flatten(detail: Any, base: str = "#") -> Iterator[FieldProblem]:
    """The framework's nested validation errors as a flat list."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            at = base if key == "non_field_errors" else pointer(key, base=base)
            yield from flatten(inner, at)
    elif isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            is_leaf = isinstance(inner, str)
            yield from flatten(inner, base if is_leaf else pointer(index, base=base))
    else:
        code = str(getattr(detail, "code", None) or "invalid")
        yield FieldProblem(base, code, _named(base, str(detail)))


def _named(at: str, sentence: str) -> str:
    name = at.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    return sentence if name == "#" else f"{name}: {sentence}"


def document(
    status: int,
    code: str,
    detail: str,
    *,
    instance: str,
    errors: Sequence[FieldProblem] = (),
    **members: Any,
) -> dict[str, Any]:
    """The problem as it is sent."""
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + code,
        "title": str(TITLES.get(status, TITLES[400 if status < 500 else 500])),
        "status": status,
        "code": code,
        "detail": detail,
        "instance": instance,
    }
    body |= {name: value for name, value in members.items() if value is not None}
    if errors:
        body["errors"] = [error.as_dict() for error in errors]
    return body


def field_problem(error: DomainError, names: Mapping[str, str], base: str = "#") -> FieldProblem:
    """Where a service's error belongs in the caller's document; dots part the steps."""
    first, *rest = error.field.split(".")
    return FieldProblem(
        pointer(names.get(first, first), *rest, base=base), error.code, str(error.message)
    )


def response(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    """A problem from outside the framework's views."""
    body = document(status, code, detail, instance=request.path)
    return HttpResponse(json.dumps(body, ensure_ascii=False), MEDIA_TYPE, status)
