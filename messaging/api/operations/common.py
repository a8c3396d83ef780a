"""What the views of operators share: scopes, pages, answers given once, and who it is."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from carriers.models import Bind, Carrier
from compliance.constants import Scope
from compliance.models import Account, User
from config.common.api.idempotency import idempotency_key
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation
from config.common.api.views import ApiView
from config.common.errors import InvalidError, NotFoundError
from messaging.api.common import KEY_HEADER, answer_response, int_cursor, key_of, written
from messaging.services.idempotency import Answer, answer_once
from routing.models import Network

READ = (Scope.OPERATIONS_READ.value, Scope.OPERATIONS.value)
WRITE = (Scope.OPERATIONS.value,)
TAG = "operations"

Row = TypeVar("Row", bound=Model)


class OperationsView(ApiView):
    """An operation of operators: only keys of the platform come here."""

    is_operations = True
    scopes = {"GET": READ, "POST": WRITE, "PUT": WRITE, "PATCH": WRITE, "DELETE": WRITE}


def reads(operation_id: str, summary: str, **more: Any) -> Callable[[Any], Any]:
    """`operation` for what reads."""
    return operation(operation_id, summary, tag=TAG, scope=READ[0], **more)


def writes(operation_id: str, summary: str, **more: Any) -> Callable[[Any], Any]:
    """`operation` for what changes; each change is in the audit log with the key."""
    return operation(operation_id, summary, tag=TAG, scope=WRITE[0], **more)


def posts(operation_id: str, summary: str, **more: Any) -> Callable[[Any], Any]:
    """`writes` for what makes something: repeating it with its key is harmless."""
    return writes(operation_id, summary, parameters=[KEY_HEADER], **more)


def who(request: Request) -> User | None:
    """The person in whose name the key works: its maker, while active. The audit log has the key
    beside."""
    maker = key_of(request).created_by
    return maker if maker is not None and maker.is_active else None


def once(request: Request, route: str, work: Callable[[], tuple[int, Any]]) -> HttpResponse:
    """Runs `work` (status and answer) once per `Idempotency-Key`."""
    answer = answer_once(
        api_key=key_of(request),
        route=route,
        key=idempotency_key(request),
        payload={"path": request.path, "body": request.data},
        work=lambda: _answer(*work()),
    )
    return answer_response(answer)


def _answer(status: int, value: Any) -> Answer:
    return Answer(status, written(value))


def page(
    request: Request,
    rows: QuerySet[Row],
    shown: Callable[[Row], Any],
    given: PageInput | None = None,
) -> Response:
    """A page of rows by their ids, oldest first."""
    wanted = query(request, given or PageInput())
    after = int_cursor(wanted.get("cursor"))
    found = rows.order_by("pk")
    if after is not None:
        found = found.filter(pk__gt=after)
    kept = cut(list(found[: wanted["limit"] + 1]), wanted["limit"], lambda row: row.pk)
    return page_response(request, kept, [shown(row) for row in kept.rows])


def found(rows: QuerySet[Row], **by: Any) -> Row:
    """The row, or NotFoundError."""
    row = rows.filter(**by).first()
    if row is None:
        raise NotFoundError("not_found", _("There is no such thing."))
    return row


def carrier_named(code: str, *, field: str = "carrier") -> Carrier:
    """A carrier by its code. Raises InvalidError."""
    row = Carrier.objects.filter(code=code).first()
    if row is None:
        raise InvalidError(
            "unknown_carrier",
            _("There is no carrier with the code “%(code)s”.") % {"code": code},
            field=field,
        )
    return row


def network_named(code: str | None, *, field: str = "network") -> Network | None:
    """A network by its code, None for none. Raises InvalidError."""
    if not code:
        return None
    row = Network.objects.filter(code=code).first()
    if row is None:
        raise InvalidError(
            "unknown_network",
            _("There is no network with the code “%(code)s”.") % {"code": code},
            field=field,
        )
    return row


def account_named(slug: str | None, *, field: str = "account") -> Account | None:
    """An account by its short name, None for none. Raises InvalidError."""
    if not slug:
        return None
    row = Account.objects.filter(slug=slug).first()
    if row is None:
        raise InvalidError(
            "unknown_account",
            _("There is no account with the short name “%(slug)s”.") % {"slug": slug},
            field=field,
        )
    return row


def bind_found(bind_id: int) -> Bind:
    """A bind with its carrier. Raises NotFoundError."""
    return found(Bind.objects.select_related("carrier"), pk=bind_id)


def many(serializer: serializers.BaseSerializer[Any], rows: Sequence[Any]) -> list[Any]:
    """Rows as callers see them."""
    return [serializer.to_representation(row) for row in rows]
