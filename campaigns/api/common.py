"""Small things that several views of this API need."""

from typing import TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework.request import Request

from campaigns.models import ContactList
from compliance.constants import Scope
from compliance.models import Account, ApiKey
from config.common.api.pagination import decode
from config.common.errors import InvalidError, NotFoundError

READ = (Scope.CONTACTS_READ.value, Scope.CONTACTS_WRITE.value)
WRITE = (Scope.CONTACTS_WRITE.value,)

Row = TypeVar("Row", bound=Model)


def account_of(request: Request) -> Account:
    """The account behind the key; permissions have seen to it that there is one."""
    assert isinstance(request.auth, ApiKey)
    account = request.auth.account
    assert account is not None  # permissions keep the platform's keys out
    return account


def own(model: type[Row], account: Account, pk: int) -> Row:
    """The account's object of this id. Raises NotFoundError, also for that of another."""
    found = model._default_manager.filter(account=account, pk=pk).first()
    if found is None:
        raise NotFoundError("not_found", _("There is no such thing for this key."))
    return found


def own_list(account: Account, pk: int, *, field: str) -> ContactList:
    """A list that a body names. Raises InvalidError."""
    found = ContactList.objects.filter(account=account, pk=pk).first()
    if found is None:
        raise InvalidError(
            "unknown_list", _("There is no list with this id: give one of yours."), field=field
        )
    return found


def key_cursor(cursor: str | None) -> int | None:
    """The number in a cursor. Raises InvalidInput."""
    return None if cursor is None else decode(cursor, _key)


def _key(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**63:
        raise ValueError(text)
    return number
