"""Cursor pages: `data` and `next_cursor`, stable while rows are added in front."""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from config.common.api.fields import StrictSerializer, Text, Whole
from config.common.api.problems import FieldProblem, InvalidInput
from config.common.errors import InvalidError

DEFAULT_LIMIT = 50
MAX_LIMIT = 200

Row = TypeVar("Row")


class PageInput(StrictSerializer):
    """Query parameters of every list; filters are added in subclasses."""

    limit = Whole(
        min_value=1,
        max_value=MAX_LIMIT,
        default=DEFAULT_LIMIT,
        help_text=gettext_lazy("Rows on a page."),
    )
    cursor = Text(
        max_length=200,
        required=False,
        help_text=gettext_lazy("`next_cursor` of the page before."),
    )


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows and the key after which the next page begins; None on the last page."""

    rows: Sequence[Row]
    next_key: str | None


def cut(rows: Sequence[Row], limit: int, key: Callable[[Row], object]) -> Page[Row]:
    """A page from `limit + 1` rows: the one too many only says that there is more."""
    if len(rows) <= limit:
        return Page(rows, None)
    kept = rows[:limit]
    return Page(kept, str(key(kept[-1])))


def encode(key: str) -> str:
    """A cursor: opaque, so that nobody builds one."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def decode(cursor: str, parse: Callable[[str], Row]) -> Row:
    """The key in a cursor. Raises InvalidInput where it is none of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return parse(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(
            [
                FieldProblem(
                    "cursor",
                    "invalid_cursor",
                    _("cursor: This is no cursor of this list: start again without one."),
                    "parameter",
                )
            ]
        ) from error


@contextmanager
def parameters() -> Iterator[None]:
    """What a service finds wrong inside is told of the query parameter of that name."""
    try:
        yield
    except InvalidError as error:
        problem = FieldProblem(
            error.field, error.code, f"{error.field}: {error.message}", "parameter"
        )
        raise InvalidInput([problem]) from error


def query(request: Request, serializer: StrictSerializer) -> Mapping[str, Any]:
    """Validated query parameters. Raises InvalidInput naming each wrong one."""
    bound = type(serializer)(data=request.query_params.dict())
    if bound.is_valid():
        return dict(bound.validated_data)
    raise InvalidInput(
        [
            FieldProblem(name, str(detail.code), f"{name}: {detail}", "parameter")
            for name, details in bound.errors.items()
            for detail in details
        ]
    )


def page_response(request: Request, page: Page[Any], shown: Sequence[Any]) -> Response:
    """The page, with the next one's address as an RFC 8288 link."""
    cursor = None if page.next_key is None else encode(page.next_key)
    response = Response({"data": shown, "next_cursor": cursor})
    if cursor is not None:
        address = replace_query_param(request.build_absolute_uri(), "cursor", cursor)
        response["Link"] = f'<{address}>; rel="next"'
    return response
