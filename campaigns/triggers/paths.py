"""JSON paths (RFC 9535) that people write, compiled so that none can take long.

By construction every node of a document is visited at most once per segment: one selector in a
bracket, one descendant segment in a path, filters that only look at what they filter, and no
functions with patterns.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from jsonpath import JSONPath, JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from jsonpath.filter import BaseExpression, FilterQuery, RelativeFilterQuery
from jsonpath.match import NodeList
from jsonpath.segments import JSONPathRecursiveDescentSegment, JSONPathSegment
from jsonpath.selectors import Filter

LONGEST_PATH: Final = 200
MOST_SEGMENTS: Final = 24
MOST_MATCHES: Final = 50
DEEPEST: Final = 64
MISSING: Final = object()


class PathError(Exception):
    """A path that is not taken; `code` says why and `detail` where."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


class _Environment(JSONPathEnvironment):
    """The standard without patterns, and numbers compared as numbers."""

    max_recursion_depth = 2 * DEEPEST

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        for name in set(self.function_extensions) - {"length", "count", "value"}:
            del self.function_extensions[name]

    def compare(self, left: object, operator: str, right: object) -> bool:
        return super().compare(_plain(left), operator, _plain(right))


def _plain(value: object) -> object:
    if isinstance(value, NodeList) and len(value) == 1:
        inner = value[0].obj
        return float(inner) if isinstance(inner, Decimal) else value
    return value


_ENVIRONMENT: Final = _Environment(strict=True)


@lru_cache(maxsize=4096)
def path_compile(text: str) -> JSONPath:
    """The path, ready to be used. Raises PathError."""
    if len(text) > LONGEST_PATH:
        raise PathError("path_too_long")
    try:
        found = _ENVIRONMENT.compile(text)
    except JSONPathError as error:
        token = getattr(error, "token", None)
        raise PathError("path_not_understood", _place(token)) from error
    except (RecursionError, ValueError) as error:
        raise PathError("path_not_understood") from error
    if not isinstance(found, JSONPath):
        raise PathError("path_not_understood")
    _check(found.segments, is_inside=False)
    return found


def _place(token: Any) -> str:
    index = getattr(token, "index", None)
    return str(index + 1) if isinstance(index, int) and index >= 0 else ""


def _check(segments: tuple[JSONPathSegment, ...], *, is_inside: bool) -> None:
    if len(segments) > MOST_SEGMENTS:
        raise PathError("path_too_long")
    descents = sum(isinstance(one, JSONPathRecursiveDescentSegment) for one in segments)
    if descents > (0 if is_inside else 1):
        raise PathError("path_too_wide", "..")
    for segment in segments:
        if len(segment.selectors) != 1:
            raise PathError("path_too_wide", ",")
        (selector,) = segment.selectors
        if isinstance(selector, Filter):
            if is_inside:
                raise PathError("path_too_wide", "?")
            _check_expression(selector.expression)


def _check_expression(expression: BaseExpression) -> None:
    if isinstance(expression, FilterQuery):
        if not isinstance(expression, RelativeFilterQuery):
            raise PathError("path_too_wide", "$")
        _check(expression.path.segments, is_inside=True)
        return
    for child in expression.children():
        _check_expression(child)


def _matches(text: str, document: Any) -> Iterator[Any]:
    if not isinstance(document, dict | list):
        return
    try:
        for match in path_compile(text).finditer(document):
            yield match.obj
    except (JSONPathError, RecursionError):  # deeper than is read, or a comparison that is none
        return


def path_first(text: str, document: Any) -> Any:
    """The first value there, or MISSING."""
    return next(_matches(text, document), MISSING)


def path_all(text: str, document: Any) -> list[Any]:
    """The values there, at most fifty."""
    return list(islice(_matches(text, document), MOST_MATCHES))
