"""Things by the names that operators give them: codes, short names, numbers of versions."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from carriers.models import Bind, Carrier
from compliance.models import Account
from config.common.errors import InvalidError, NotFoundError
from routing.models import Network, RoutePolicy
from routing.numbers import MESSAGES, NumberError, normalize

Row = TypeVar("Row", bound=Model)


def found(rows: QuerySet[Row], **by: Any) -> Row:
    """The row, or NotFoundError."""
    row = rows.filter(**by).first()
    if row is None:
        raise NotFoundError("not_found", _("There is no such thing."))
    return row


def named(rows: QuerySet[Row], field: str, code: str, **by: Any) -> Row:
    """The row that a field of the body names. Raises InvalidError with `code`."""
    row = rows.filter(**by).first()
    if row is None:
        (given,) = by.values()
        raise InvalidError(
            code,
            _("%(field)s: There is none called “%(given)s”: the list has those there are.")
            % {"field": field, "given": given},
            field=field,
        )
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


def policy_numbered(number: int | None) -> RoutePolicy:
    """A version of the routing, None for the one in force. Raises NotFoundError."""
    if number is None:
        return RoutePolicy.objects.in_force_or_first()
    return found(RoutePolicy.objects.all(), number=number)


def msisdn_of(raw: str) -> str:
    """The digits of a number in an address, with or without its plus. Raises NotFoundError."""
    try:
        return normalize(raw if raw.startswith("+") else f"+{raw}", default_country=None).msisdn
    except NumberError as error:
        sentence = _(MESSAGES[error.code]) % error.params
        raise NotFoundError(error.code, sentence) from error
