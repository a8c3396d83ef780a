"""Trigger sources: made, changed, given new secrets, switched, deleted."""

import base64
import ipaddress
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.constants import ReadFrom, SignatureKind
from campaigns.models import TriggerSource
from campaigns.services.triggers.common import permission_required, record
from campaigns.triggers.paths import PathError, path_compile
from compliance.models import Account, User
from config.common import clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from messaging.webhooks.signing import secret_make

ROTATION_OVERLAP: Final = timedelta(hours=24)
MOST_SOURCES: Final = 100
MOST_ADDRESSES: Final = 50
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}")  # RFC 9110 §5.6.2
_SHORTEST_SECRET, _LONGEST_SECRET = 16, 200
_STANDARD_BYTES = range(24, 65)  # Standard Webhooks 1.0.0
FIELDS: Final = (
    "name",
    "is_enabled",
    "is_test",
    "signature",
    "header",
    "algorithm",
    "encoding",
    "prefix",
    "signed_content",
    "timestamp_header",
    "id_header",
    "timestamp_member",
    "signature_member",
    "tolerance_seconds",
    "allowed_addresses",
    "name_from",
    "name_at",
    "key_from",
    "key_at",
    "dedupe_hours",
    "payload_days",
)
_LIMITS: Mapping[str, tuple[int, int]] = {
    "tolerance_seconds": (10, 3600),
    "dedupe_hours": (1, 24 * 90),
    "payload_days": (1, 90),
}


@dataclass(frozen=True, slots=True)
class Made:
    """A source, and its secret where that is new: shown once."""

    source: TriggerSource
    secret: str | None


@transaction.atomic
def source_create(
    *, account: Account, values: Mapping[str, Any], actor: User, secret: str = ""
) -> Made:
    """A new source with a key of its own. `secret` is the platform's where that chooses it; else
    one is made. Raises NotAllowedError, ConflictError for a name that is taken, InvalidError."""
    source = TriggerSource(account=account, created_by=actor)
    permission_required(actor, "campaigns.add_triggersource", source)
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)  # counted in turn
    if TriggerSource.objects.filter(account=account).count() >= MOST_SOURCES:
        raise ConflictError(
            "too_many_sources",
            _("The account has %(limit)d trigger sources: delete one that is not used.")
            % {"limit": MOST_SOURCES},
        )
    _fill(source, values)
    source.key = "tr_" + secrets.token_urlsafe(30)
    source.secret = _secret(source, secret)
    source.save()
    record("triggersource.created", source, account.pk, actor)
    return Made(source, source.secret)


@transaction.atomic
def source_change(*, source: TriggerSource, values: Mapping[str, Any], actor: User) -> Made:
    """Changes what is given; key and secret stay, unless the secret cannot be one of the new
    scheme. Errors as in `source_create`."""
    permission_required(actor, "campaigns.change_triggersource", source)
    found = TriggerSource.objects.select_for_update().get(pk=source.pk)
    before = {name: getattr(found, name) for name in FIELDS}
    _fill(found, values)
    changes = [name for name in FIELDS if getattr(found, name) != before[name]]
    new = None
    if "signature" in changes and not _is_secret_of(found.signature, found.secret):
        found.secret = new = _secret(found, "")
        found.previous_secret, found.previous_secret_until = "", None
    if changes:
        found.save()
        record("triggersource.changed", found, found.account_id, actor, changes=", ".join(changes))
    return Made(found, new)


@transaction.atomic
def source_rotate(*, source: TriggerSource, actor: User, secret: str = "") -> Made:
    """Gives the source a new secret; the old one is good for another day."""
    permission_required(actor, "campaigns.change_triggersource", source)
    found = TriggerSource.objects.select_for_update().get(pk=source.pk)
    new = _secret(found, secret)
    found.previous_secret = found.secret
    found.previous_secret_until = clock.now() + ROTATION_OVERLAP
    found.secret = new
    found.save(update_fields=["previous_secret", "previous_secret_until", "secret"])
    record("triggersource.rotated", found, found.account_id, actor)
    return Made(found, new)


@transaction.atomic
def source_delete(*, source: TriggerSource, actor: User) -> None:
    """Removes the source with its mappings and its events; messages stay."""
    permission_required(actor, "campaigns.delete_triggersource", source)
    record("triggersource.deleted", source, source.account_id, actor)
    source.delete()


def secrets_of(source: TriggerSource) -> list[str]:
    """The secrets that are good now."""
    until = source.previous_secret_until
    if source.previous_secret and until is not None and clock.now() < until:
        return [source.secret, source.previous_secret]
    return [source.secret]


def _fill(source: TriggerSource, values: Mapping[str, Any]) -> None:
    for name in FIELDS:
        if name in values:
            value = values[name]
            setattr(source, name, value.strip() if isinstance(value, str) else value)
    source.allowed_addresses = _networks(source.allowed_addresses)
    _check_numbers(source)
    _check_scheme(source)
    _check_places(source)
    if not source.name:
        raise InvalidError("required", _("Give the source a name."), field="name")
    others = TriggerSource.objects.filter(account=source.account, name=source.name)
    if others.exclude(pk=source.pk).exists():
        raise ConflictError(
            "name_taken",
            _("The account has a source “%(name)s”: choose another name.") % {"name": source.name},
            field="name",
        )


def _check_numbers(source: TriggerSource) -> None:
    for name, (least, most) in _LIMITS.items():
        if not least <= getattr(source, name) <= most:
            raise InvalidError(
                "out_of_range",
                _("Give a number from %(least)d to %(most)d.") % {"least": least, "most": most},
                field=name,
            )


def _check_scheme(source: TriggerSource) -> None:
    """What of the scheme belongs together."""
    if source.signature == SignatureKind.STANDARD_WEBHOOKS:
        return
    for name in ("header", "timestamp_header", "id_header"):
        value = getattr(source, name)
        if value and not _HEADER.fullmatch(value):
            raise _bad(name, "bad_header", _("“%(name)s” is no header's name.") % {"name": value})
    if not source.header:
        raise _bad("header", "required", _("Name the header in which the signature comes."))
    if source.timestamp_member and not source.signature_member:
        text = _("Name the member with the signature too, such as v1.")
        raise _bad("signature_member", "required", text)
    needs_time = "{timestamp}" in source.signed_content
    if needs_time and not (source.timestamp_header or source.timestamp_member):
        text = _("The time is signed: name the header, or the member, in which it comes.")
        raise _bad("timestamp_header", "required", text)
    if "{id}" in source.signed_content and not source.id_header:
        text = _("The event's id is signed: name the header in which it comes.")
        raise _bad("id_header", "required", text)


def _check_places(source: TriggerSource) -> None:
    """Where the event's name and id are read."""
    for name in ("name", "key"):
        field, where = f"{name}_at", getattr(source, f"{name}_from")
        value = getattr(source, field)
        if not value:
            if name == "name":
                raise _bad(field, "required", _("Say where the event's name is."))
            continue
        if where == ReadFrom.HEADER:
            if not _HEADER.fullmatch(value):
                text = _("“%(name)s” is no header's name.") % {"name": value}
                raise _bad(field, "bad_header", text)
            continue
        try:
            path_compile(value)
        except PathError as error:
            text = _("This is no JSON path that can be used: write one like $.type.")
            raise _bad(field, error.code, text) from error


def _networks(given: Sequence[str]) -> list[str]:
    if len(given) > MOST_ADDRESSES:
        text = _("There are more than %(limit)d addresses.") % {"limit": MOST_ADDRESSES}
        raise _bad("allowed_addresses", "too_many", text)
    found = []
    for one in given:
        try:
            found.append(str(ipaddress.ip_network(one.strip(), strict=False)))
        except ValueError:
            text = _("“%(address)s” is no IP address or network: write one like 203.0.113.0/24.")
            raise _bad("allowed_addresses", "bad_address", text % {"address": one}) from None
    return sorted(set(found))


def _bad(field: str, code: str, text: str) -> InvalidError:
    return InvalidError(code, text, field=field)


def _secret(source: TriggerSource, given: str) -> str:
    text = given.strip()
    if not text:
        if source.signature == SignatureKind.STANDARD_WEBHOOKS:
            return secret_make()
        return secrets.token_urlsafe(32)
    if not _is_secret_of(source.signature, text):
        raise InvalidError(
            "bad_secret",
            _(
                "This cannot be the secret: Standard Webhooks has whsec_ and base64 of 24 to 64 bytes,"
                " others have %(least)d to %(most)d characters."
            )
            % {"least": _SHORTEST_SECRET, "most": _LONGEST_SECRET},
            field="secret",
        )
    return text


def _is_secret_of(signature: str, text: str) -> bool:
    if signature != SignatureKind.STANDARD_WEBHOOKS:
        return _SHORTEST_SECRET <= len(text) <= _LONGEST_SECRET and text.isprintable()
    try:
        key = base64.b64decode(text.removeprefix("whsec_") + "==", validate=False)
    except ValueError:
        return False
    return text.startswith("whsec_") and len(key) in _STANDARD_BYTES


def address_check(source: TriggerSource, address: str) -> None:
    """Raises NotAllowedError for an address that the source does not accept."""
    if not source.allowed_addresses:
        return
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        found = None
    if found is None or not any(
        found in ipaddress.ip_network(network) for network in source.allowed_addresses
    ):
        raise NotAllowedError(
            "address_not_allowed", _("Requests from this address are not accepted by the source.")
        )
