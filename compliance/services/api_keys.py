"""API keys: made, changed, renewed and revoked."""

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.constants import ACCOUNT_SCOPES, PLATFORM_SCOPES, Role, Scope
from compliance.key_texts import (
    CLIENT_START,
    KEY_START,
    TEST_START,
    client_id_new,
    digest,
    key_text,
)
from compliance.models import Account, ApiKey, User
from compliance.models.limits import LIMIT_FIELDS
from compliance.selectors.access import platform_roles
from compliance.services.checks import country_checked
from config.common import audit, clock
from config.common.client_certificates import fingerprint_of, subject_of
from config.common.errors import ConflictError, InvalidError, NotAllowedError

# How long a former secret may go on working.
LONGEST_OVERLAP = timedelta(days=90)


@transaction.atomic
def api_key_create(
    *,
    account: Account | None,
    name: str,
    scopes: Sequence[str],
    actor: User | None,
    allowed_addresses: Sequence[str] = (),
    certificates: Sequence[str] = (),
    expires_at: datetime | None = None,
    country: str = "",
    is_client: bool = False,
    is_test: bool = False,
    limits: Mapping[str, int | None] | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text, which is shown this once: only its SHA-256 is kept. Without an
    account it is the platform's, which only an administrator (or the system) makes. A client of
    OAuth 2 (`is_client`) is a key whose text only buys tokens.

    Raises InvalidError for an unknown scope or address, or an end that has passed, and
    NotAllowedError for somebody else's key of the platform.
    """
    if account is None and actor is not None and not _is_administrator(actor):
        raise NotAllowedError(
            "administrators_only",
            _("Only administrators make keys of the platform: choose an account."),
            field="account",
        )
    _check_scopes(scopes, is_platform=account is None)
    if expires_at is not None and expires_at <= clock.now():
        raise InvalidError("expiry_past", _("Choose an end in the future."), field="expires_at")
    if is_test and account is None:
        raise InvalidError(
            "test_key_of_platform",
            _("Keys of the platform send nothing, so none is for tests: choose an account."),
            field="is_test",
        )
    prefix, text = key_text(_start(is_client=is_client, is_test=is_test))
    key = ApiKey.objects.create(
        account=account,
        name=name,
        prefix=prefix,
        is_test=is_test,
        key_hash=digest(text),
        client_id=client_id_new() if is_client else None,
        scopes=list(scopes),
        allowed_addresses=[_network(address) for address in allowed_addresses],
        certificates=[_certificate(one) for one in certificates],
        created_by=actor,
        expires_at=expires_at,
        country=country_checked(country),
        **_limits(limits),
    )
    audit.record(
        action="api_key.created",
        actor=actor,
        account_id=account.pk if account else None,
        subject=f"apikey:{key.pk}",
        detail={"name": name, "begins_with": prefix, "scopes": list(scopes)},
    )
    return key, text


@transaction.atomic
def api_key_change(
    *,
    api_key: ApiKey,
    name: str,
    scopes: Sequence[str],
    allowed_addresses: Sequence[str],
    expires_at: datetime | None,
    certificates: Sequence[str] = (),
    country: str = "",
    limits: Mapping[str, int | None] | None = None,
    actor: User | None,
) -> None:
    """Renames or limits a key; its text stays. Errors as in `api_key_create`, and ConflictError
    when the key was revoked."""
    networks = [_network(address) for address in allowed_addresses]
    found = ApiKey.objects.select_for_update().get(pk=api_key.pk)
    if found.revoked_at is not None:
        raise ConflictError("api_key_revoked", _("This API key is revoked already."))
    _check_scopes(scopes, is_platform=found.account_id is None)
    found.name, found.scopes = name, list(scopes)
    found.allowed_addresses, found.expires_at = networks, expires_at
    found.certificates = [_certificate(one) for one in certificates]
    found.country = country_checked(country)
    for field, value in _limits(limits).items():
        setattr(found, field, value)
    found.save()
    audit.record(
        action="api_key.changed",
        actor=actor,
        account_id=found.account_id,
        subject=f"apikey:{found.pk}",
        detail={
            "name": name,
            "scopes": list(scopes),
            "addresses": networks,
            "certificates": found.certificates,
            "limits": {name: getattr(found, name) for name in LIMIT_FIELDS},
        },
    )


@transaction.atomic
def api_key_rotate(
    *, api_key: ApiKey, until: datetime | None, actor: User | None, keeps_former: bool = False
) -> str:
    """Gives the key a new secret and returns its text, which is shown this once. The secret until
    now goes on working until `until` (None: it ends at once); one that was former ends.

    With `keeps_former` it is the other way round: a caller that holds the former secret, because
    the answer with the present one was lost, keeps what it has. Raises ConflictError where the
    key was revoked or has expired, InvalidError for an overlap that is too long.
    """
    now = clock.now()
    found = _to_renew(api_key)
    if until is not None and until > now + LONGEST_OVERLAP:
        raise InvalidError(
            "overlap_too_long",
            _("Let the former secret end within %(days)d days.") % {"days": LONGEST_OVERLAP.days},
            field="until",
        )
    if not keeps_former:
        found.former_prefix, found.former_hash = found.prefix, found.key_hash
        found.former_used_at = found.last_used_at
    found.former_until = until if until is not None and until > now else now
    start = _start(is_client=found.is_client, is_test=found.is_test)
    found.prefix, text = key_text(start)
    found.key_hash, found.last_used_at = digest(text), None
    found.save()
    audit.record(
        action="api_key.rotated",
        actor=actor,
        account_id=found.account_id,
        subject=f"apikey:{found.pk}",
        detail={
            "name": found.name,
            "begins_with": found.prefix,
            "former": found.former_prefix,
            "until": found.former_until.isoformat(),
        },
    )
    return text


@transaction.atomic
def api_key_former_end(*, api_key: ApiKey, actor: User | None) -> None:
    """The former secret works no longer. Raises ConflictError where none does."""
    found = _to_renew(api_key)
    if not found.has_former:
        raise ConflictError("no_former_secret", _("No former secret of this API key works."))
    found.former_until = clock.now()
    found.save(update_fields=["former_until"])
    audit.record(
        action="api_key.former_ended",
        actor=actor,
        account_id=found.account_id,
        subject=f"apikey:{found.pk}",
        detail={"name": found.name, "former": found.former_prefix},
    )


def _to_renew(api_key: ApiKey) -> ApiKey:
    found = ApiKey.objects.select_for_update().get(pk=api_key.pk)
    if found.revoked_at is not None:
        raise ConflictError("api_key_revoked", _("This API key is revoked already."))
    if found.expires_at is not None and found.expires_at <= clock.now():
        raise ConflictError("api_key_expired", _("This API key has expired: create a new one."))
    return found


@transaction.atomic
def api_key_revoke(*, api_key: ApiKey, actor: User | None) -> None:
    """The key works no longer. Raises ConflictError when it was revoked before."""
    if not ApiKey.objects.filter(pk=api_key.pk, revoked_at=None).update(revoked_at=clock.now()):
        raise ConflictError("api_key_revoked", _("This API key is revoked already."))
    audit.record(
        action="api_key.revoked",
        actor=actor,
        account_id=api_key.account_id,
        subject=f"apikey:{api_key.pk}",
        detail={"name": api_key.name, "begins_with": api_key.prefix},
    )


def _start(*, is_client: bool, is_test: bool) -> str:
    if is_client:
        return CLIENT_START
    return TEST_START if is_test else KEY_START


def _limits(given: Mapping[str, int | None] | None) -> dict[str, int | None]:
    """Requests per minute by field. Raises InvalidError for one that is none."""
    found = {name: (given or {}).get(name) for name in LIMIT_FIELDS}
    for name, value in found.items():
        if value is not None and value < 1:
            raise InvalidError(
                "invalid_limit", _("Write at least 1, or nothing for no own limit."), field=name
            )
    return found


def _is_administrator(actor: User) -> bool:
    return actor.is_superuser or Role.ADMINISTRATOR in platform_roles(actor)


def _check_scopes(scopes: Sequence[str], *, is_platform: bool) -> None:
    allowed = {one.value for one in (PLATFORM_SCOPES if is_platform else ACCOUNT_SCOPES)}
    if scopes and set(scopes) <= set(Scope.values) and not set(scopes) <= allowed:
        raise InvalidError(
            "scope_of_other_kind",
            _(
                "Keys of the platform carry “operations” or “operations:read”, keys of accounts the others."
            )
            if is_platform
            else _(
                "“operations” and “operations:read” are of the platform's own keys: leave the account empty."
            ),
            field="scopes",
        )
    if not scopes or not set(scopes) <= allowed:
        raise InvalidError("unknown_scope", _("Choose at least one of the scopes."), field="scopes")


def _certificate(text: str) -> str:
    if fingerprint := fingerprint_of(text):
        return fingerprint
    if subject_of(text):
        return text.strip()
    raise InvalidError(
        "invalid_certificate",
        _(
            "“%(text)s” is neither a SHA-256 fingerprint (64 hex digits) nor a subject such as"
            " CN=shop.example.com."
        )
        % {"text": text},
        field="certificates",
    )


def _network(address: str) -> str:
    try:
        return str(ipaddress.ip_network(address.strip(), strict=False))
    except ValueError as error:
        raise InvalidError(
            "invalid_address",
            _("“%(address)s” is no IP address or network: write 203.0.113.7 or 203.0.113.0/24.")
            % {"address": address},
            field="allowed_addresses",
        ) from error
