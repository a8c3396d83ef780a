"""What the views of operators share: scopes, pages, answers given once, and who it is."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from django.db import transaction
from django.db.models import CharField, Model, OneToOneField, QuerySet, UUIDField
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from compliance.models import User
from config.common.api.idempotency import idempotency_key
from config.common.api.pagination import cut, decode, page_response, query
from config.common.api.schema import operation
from config.common.api.views import ApiView
from messaging.api.common import (
    KEY_HEADER,
    answer_response,
    int_cursor,
    key_of,
    uuid_cursor,
    written,
)
from messaging.api.operations.examples import shown
from messaging.api.operations.filters import Filters
from messaging.services.idempotency import Answer, Settle, answer_once, answer_settled

READ = (Scope.OPERATIONS_READ.value, Scope.OPERATIONS.value)
WRITE = (Scope.OPERATIONS.value,)
TAG = "operations"
UNFILTERED: Final = Filters()

Row = TypeVar("Row", bound=Model)


class OperationsView(ApiView):
    """An operation of operators: only keys of the platform come here."""

    is_operations = True
    scopes = {"GET": READ, "POST": WRITE, "PUT": WRITE, "PATCH": WRITE, "DELETE": WRITE}


def reads(
    operation_id: str, summary: str, *, responses: Mapping[Any, Any], **more: Any
) -> Callable[[Any], Any]:
    """`operation` for what reads, with its examples."""
    return _described(operation_id, summary, READ[0], responses, more)


def writes(
    operation_id: str, summary: str, *, responses: Mapping[Any, Any], **more: Any
) -> Callable[[Any], Any]:
    """`operation` for what changes; each change is in the audit log with the key."""
    return _described(operation_id, summary, WRITE[0], responses, more)


def _described(
    operation_id: str, summary: str, scope: str, responses: Mapping[Any, Any], more: Any
) -> Callable[[Any], Any]:
    status = next(iter(responses))
    return operation(
        operation_id,
        summary,
        tag=TAG,
        scope=scope,
        responses=responses,
        examples=shown(operation_id, status if isinstance(status, int) else status[0]),
        **more,
    )


def posts(operation_id: str, summary: str, **more: Any) -> Callable[[Any], Any]:
    """`writes` for what makes something: repeating it with its key is harmless."""
    return writes(operation_id, summary, parameters=[KEY_HEADER], **more)


def who(request: Request) -> User | None:
    """The person in whose name the key works: its maker, while active. The audit log has the key
    beside."""
    maker = key_of(request).created_by
    return maker if maker is not None and maker.is_active else None


def once(request: Request, route: str, work: Callable[[], tuple[int, Any]]) -> HttpResponse:
    """Runs `work` (status and answer) once per `Idempotency-Key`, in one transaction."""
    return answer_response(answer_once(**_asked(request, route), work=lambda: _answer(*work())))


def once_in_parts(
    request: Request, route: str, work: Callable[[], tuple[int, Any]]
) -> HttpResponse:
    """As `once`, for work that is many transactions: its answer is settled behind them."""

    def parts(settle: Settle) -> Answer:
        answer = _answer(*work())
        with transaction.atomic():
            settle(answer)
        return answer

    return answer_response(answer_settled(**_asked(request, route), work=parts))


def _asked(request: Request, route: str) -> dict[str, Any]:
    return {
        "api_key": key_of(request),
        "route": route,
        "key": idempotency_key(request),
        "payload": {"path": request.path, "body": request.data},
    }


def _answer(status: int, value: Any) -> Answer:
    return Answer(status, written(value))


def page(
    request: Request,
    rows: QuerySet[Row],
    shown: Callable[[Row], Any],
    filters: Filters = UNFILTERED,
) -> Response:
    """A page of the rows that the filters leave, by their ids, oldest first."""
    wanted = query(request, filters.query())
    found = rows.filter(**filters.of(wanted)).order_by("pk")
    after = _after(rows, wanted.get("cursor"))
    if after is not None:
        found = found.filter(pk__gt=after)
    kept = cut(list(found[: wanted["limit"] + 1]), wanted["limit"], lambda row: row.pk)
    return page_response(request, kept, [shown(row) for row in kept.rows])


def _after(rows: QuerySet[Any], cursor: str | None) -> Any:
    """The id in a cursor, of the kind that the rows have."""
    key: Any = rows.model._meta.pk
    if isinstance(key, OneToOneField):
        key = key.target_field
    if isinstance(key, UUIDField):
        return uuid_cursor(cursor)
    if cursor is not None and isinstance(key, CharField):
        return decode(cursor, str)
    return int_cursor(cursor)
