"""Pools of an account's senders: read by its keys, kept in the name of the key's maker."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from compliance.models import Account
from config.common.api.fields import StrictSerializer, Text, Whole
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from config.common.errors import InvalidError, NotFoundError
from messaging.api import examples
from messaging.api.common import KEY_HEADER, READ_CATALOG, account_of, actor_of, int_cursor
from messaging.api.operations.fields import columns_of, input_of
from messaging.api.repeating import repeatable
from messaging.api.stand_in_outputs import POOLS, SenderPoolOutput
from routing.models import Sender, SenderPool
from routing.services.stand_ins import Members, pool_save

WRITE: Final = (Scope.TEMPLATES_WRITE.value,)
IN_NAME: Final = "Done in the name of the person who made the key, with that person's roles."
_COLUMNS: Final = ("message_classes", "spread", "is_sticky", "sticky_days", "is_active")


class PoolMemberInput(StrictSerializer):
    """A sender of the account and of the pool's country."""

    sender = Text(max_length=15, help_text="Its address.")
    weight = Whole(min_value=1, max_value=1000, default=1)


def _members() -> Any:
    return PoolMemberInput(
        many=True, required=False, help_text="All of them: who is not named leaves the pool."
    )


SenderPoolInput = input_of(
    "SenderPoolInput",
    SenderPool,
    ("name", "country", *_COLUMNS),
    required=("name", "country"),
    more={"members": _members()},
    limits=True,
)
SenderPoolChangeInput = input_of(
    "SenderPoolChangeInput",
    SenderPool,
    ("name", *_COLUMNS),
    more={"members": _members()},
    limits=True,
)
_SHOWN: Final = SenderPoolOutput()


def answered(name: str, value: object, status: str = "200") -> OpenApiExample:
    """An example of an answer."""
    return OpenApiExample(name, value, response_only=True, status_codes=[status])


class SenderPoolsView(ApiView):
    """`/sender-pools`"""

    scopes = {"GET": (*READ_CATALOG, *WRITE), "POST": WRITE}

    @operation(
        "list_sender_pools",
        "List sender pools",
        tag="catalog",
        scope=READ_CATALOG[0],
        query=PageInput,
        responses={200: page_of("SenderPool", SenderPoolOutput)},
        examples=[answered("A page", {"data": [examples.POOL], "next_cursor": None})],
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, PageInput())
        after = int_cursor(wanted.get("cursor")) or 0
        rows = POOLS.filter(account=account_of(request), pk__gt=after).order_by("pk")
        page = cut(list(rows[: wanted["limit"] + 1]), wanted["limit"], lambda row: row.pk)
        return page_response(request, page, [_SHOWN.to_representation(row) for row in page.rows])

    @operation(
        "add_sender_pool",
        "Add a sender pool",
        tag="catalog",
        scope=WRITE[0],
        request=SenderPoolInput,
        responses={201: SenderPoolOutput},
        also=(409,),
        parameters=[KEY_HEADER],
        description=f"Messages name it as `from`. {IN_NAME}",
        examples=[
            OpenApiExample("Two senders", examples.POOL_REQUEST, request_only=True),
            answered("Added", examples.POOL, "201"),
        ],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        values = body(request, SenderPoolInput())
        pool = SenderPool(account=account_of(request))
        return Response(_kept(request, pool, values), 201)


class SenderPoolView(ApiView):
    """`/sender-pools/{id}`"""

    scopes = {"GET": (*READ_CATALOG, *WRITE), "PATCH": WRITE}

    @operation(
        "get_sender_pool",
        "Read a sender pool",
        tag="catalog",
        scope=READ_CATALOG[0],
        responses={200: SenderPoolOutput},
        also=(404,),
        examples=[answered("A pool", examples.POOL)],
    )
    def get(self, request: Request, pool_id: int) -> Response:
        return Response(_SHOWN.to_representation(_pool(account_of(request), pool_id)))

    @operation(
        "change_sender_pool",
        "Change a sender pool",
        tag="catalog",
        scope=WRITE[0],
        request=SenderPoolChangeInput,
        responses={200: SenderPoolOutput},
        also=(404, 409),
        description=f"What is left out stays; `is_active` false takes it out of use. {IN_NAME}",
        examples=[
            OpenApiExample("Out of use", {"is_active": False}, request_only=True),
            answered("Changed", {**examples.POOL, "is_active": False}),
        ],
    )
    def patch(self, request: Request, pool_id: int) -> Response:
        values = body(request, SenderPoolChangeInput())
        return Response(_kept(request, _pool(account_of(request), pool_id), values))


def _kept(request: Request, pool: SenderPool, values: dict[str, Any]) -> Any:
    members = values.pop("members", None)
    row = pool_save(
        pool,
        columns_of(values),
        members=None if members is None else _senders(pool.account, members),
        actor=actor_of(request),
    )
    return _SHOWN.to_representation(_pool(pool.account, row.pk))


def _pool(account: Account, pool_id: int) -> SenderPool:
    row = POOLS.filter(account=account, pk=pool_id).first()
    if row is None:
        raise NotFoundError("not_found", _("There is no such thing for this key."))
    return row


def _senders(account: Account, members: Sequence[dict[str, Any]]) -> Members:
    found = [
        (sender_named(account, one["sender"], f"members.{place}.sender"), one["weight"])
        for place, one in enumerate(members)
    ]
    return list({sender.pk: (sender, weight) for sender, weight in found}.values())


def sender_named(account: Account, address: str, field: str) -> Sender:
    """The account's sender of this address. Raises InvalidError naming those it has."""
    rows = Sender.objects.filter(account=account)
    row = rows.filter(address__iexact=address.removeprefix("+")).first()
    if row is None:
        known = ", ".join(rows.order_by("address").values_list("address", flat=True)[:20])
        raise InvalidError(
            "unknown_sender",
            _("The account has no sender “%(address)s”: choose one of %(known)s.")
            % {"address": address, "known": known or "–"},
            field=field,
        )
    return row
