"""Small things that several views of this API need."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request

from compliance.constants import Scope
from compliance.models import Account, ApiKey, User
from config.common.api.pagination import decode
from config.common.api.schema import header
from config.common.errors import DomainError, InvalidError, NotAllowedError
from messaging.services.idempotency import Answer
from routing.numbers import MESSAGES, NumberError, normalize

# Who may send has to know with what.
READ_CATALOG = (Scope.MESSAGES_READ.value, Scope.MESSAGES_SEND.value)
KEY_HEADER = header(
    "Idempotency-Key",
    "Any string of up to 255 characters, such as a UUID. Repeating a request with its key is "
    "harmless for 24 hours: the first answer is given again, with `Idempotent-Replayed: true`.",
)


def key_of(request: Request) -> ApiKey:
    """The key behind the request; permissions have seen to it that there is one."""
    assert isinstance(request.auth, ApiKey)
    return request.auth


def account_of(request: Request) -> Account:
    """The account behind the request."""
    account = key_of(request).account
    assert account is not None  # permissions keep the platform's keys out
    return account


def actor_of(request: Request) -> User:
    """The person in whose name a key works on templates: its maker, with that person's roles.

    Raises NotAllowedError where there is none, or one who may not sign in any more.
    """
    maker = key_of(request).created_by
    if maker is None:
        raise NotAllowedError(
            "key_without_person",
            _(
                "Nobody made this API key, and texts are written and reviewed in a person's name:"
                " make a key in the console."
            ),
        )
    if not maker.is_active:
        raise NotAllowedError(
            "key_maker_inactive",
            _(
                "%(person)s, who made this API key, is not active any more, and texts are written"
                " and reviewed in a person's name: use a key of somebody who is."
            )
            % {"person": maker.get_username()},
        )
    return maker


# What the services call the fields of a wording, and what the API calls its text.
_OF_WORDING = frozenset({"body", "slots", "rewriting", "variants", "message_format"})
_BODY = re.compile(r"\bbody$")


@contextmanager
def wording_fields(slots: Sequence[Mapping[str, Any]] = (), prefix: str = "") -> Iterator[None]:
    """Errors about a wording point to where it stands in the caller's document."""
    try:
        yield
    except DomainError as error:
        if error.field.partition(".")[0] in _OF_WORDING:
            error.field = prefix + _BODY.sub("text", error.field) + _slot(error, slots)
        raise


def _slot(error: DomainError, slots: Sequence[Mapping[str, Any]]) -> str:
    """The place of the slot that an error names, and of its member."""
    names = [one.get("name") for one in slots]
    name, member = error.context.get("slot"), error.context.get("member")
    if error.field != "slots" or name not in names:
        return ""
    return f".{names.index(name)}" + (f".{member}" if member else "")


def answer_response(answer: Answer) -> HttpResponse:
    """An answer as it was stored."""
    response = HttpResponse(answer.body, "application/json", answer.status)
    if answer.location:
        response["Location"] = answer.location
    if answer.is_replayed:
        response["Idempotent-Replayed"] = "true"
    return response


def msisdn(raw: str, account: Account, *, field: str) -> str:
    """The digits of a number, read as in the account's country. Raises InvalidError."""
    try:
        return normalize(raw, default_country=account.country).msisdn
    except NumberError as error:
        sentence = _(MESSAGES[error.code]) % error.params
        raise InvalidError(error.code, sentence, field=field) from error


def uuid_cursor(cursor: str | None) -> UUID | None:
    """The id in a cursor. Raises InvalidInput."""
    return None if cursor is None else decode(cursor, UUID)


def int_cursor(cursor: str | None) -> int | None:
    """The number in a cursor. Raises InvalidInput."""
    return None if cursor is None else decode(cursor, _small)


def _small(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**31:
        raise ValueError(text)
    return number


def written(value: Any) -> str:
    """JSON as the API writes it; `value` is ready for JSON but for UUIDs."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
