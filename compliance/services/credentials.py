"""Who it is that sends a key: known again at each request, for little."""

import hmac
import ipaddress
from collections.abc import Callable, Sequence
from copy import copy
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.key_texts import OAUTH_START, digest, prefix_of
from compliance.models import ApiKey, ApiKeyAddress, OAuthToken
from config.common import audit, clock
from config.common.client_certificates import ClientCertificate, subject_of
from config.common.database import prepared
from config.common.errors import NotAllowedError

_USE_NOTED_EVERY: Final = timedelta(minutes=1)
_MOST_KNOWN: Final = 10_000
_known_places: set[tuple[str, str]] = set()  # of this process; the table knows all
# Of this process: keys as read from these rows. A row that changes gets another xmin, and where
# the number of a transaction comes again after four billion, another place (ctid).
_known_keys: dict[str, tuple[tuple[Any, ...], ApiKey]] = {}
_BY_PREFIX: Final = """
SELECT k.id, k.xmin::text, k.ctid::text, a.xmin::text, a.ctid::text
FROM compliance_apikey k LEFT JOIN compliance_account a ON a.id = k.account_id
WHERE k.prefix = %(sent)s OR k.former_prefix = %(sent)s
"""
_BY_HASH: Final = """
SELECT t.id, k.xmin::text, k.ctid::text, a.xmin::text, a.ctid::text
FROM compliance_oauthtoken t JOIN compliance_apikey k ON k.id = t.api_key_id
LEFT JOIN compliance_account a ON a.id = k.account_id
WHERE t.token_hash = %(sent)s
"""


def api_key_authenticate(
    key: str, remote_address: str, certificate: ClientCertificate | None = None
) -> ApiKey:
    """The key whose text this is, with its account; its use is noted once a minute. Of a token it
    is the client, with the token's scopes.

    Raises NotAllowedError: unknown, revoked, renewed or expired key, or an address or certificate
    it is not for.
    """
    now = clock.now()
    found = _by_token(key, now) if key.startswith(OAUTH_START) else _by_secret(key, now)
    check_place(found, remote_address, certificate)
    _address_note(found, remote_address, now)
    use_note(found, now)
    return found


def _by_secret(text: str, now: datetime) -> ApiKey:
    held = _key_find(prefix_of(text))
    # Compared against something also when there is no such key, so that time tells nothing.
    is_known = hmac.compare_digest(_expected(held), digest(text))
    found = check_life(held, now, is_known=is_known)
    if found.is_client:
        raise NotAllowedError(
            "client_secret",
            _("This is the secret of an OAuth2 client: send a token that it got for it."),
        )
    return found


def _by_token(text: str, now: datetime) -> ApiKey:
    found = _find(_BY_HASH, digest(text), _token_read)
    if found is None or found.token is None:
        raise NotAllowedError("invalid_token", _("This access token is not known: get a new one."))
    if found.token.expires_at <= now:
        raise NotAllowedError("token_expired", _("This access token has expired: get a new one."))
    check_life(found, now, is_known=True)
    # The client may have lost a scope since.
    found.scopes = [scope for scope in found.token.scopes if scope in found.scopes]
    return found


def _expected(key: ApiKey | None) -> str:
    """The hash that a secret must have."""
    if key is None:
        return "0" * 64
    return key.former_hash if key.is_by_former else key.key_hash


def check_life(key: ApiKey | None, now: datetime, *, is_known: bool) -> ApiKey:
    """The key, if it is known and alive. Raises NotAllowedError."""
    if key is None or not is_known:
        raise NotAllowedError("invalid_api_key", _("This API key is not known: check it."))
    if key.revoked_at is not None:
        raise NotAllowedError("api_key_revoked", _("This API key was revoked: use another one."))
    if key.expires_at is not None and key.expires_at <= now:
        raise NotAllowedError("api_key_expired", _("This API key has expired: create a new one."))
    if key.is_by_former and not key.has_former:
        raise NotAllowedError("api_key_rotated", _("This API key was renewed: use its new secret."))
    return key


def check_place(
    key: ApiKey, remote_address: str, certificate: ClientCertificate | None = None
) -> None:
    """Raises NotAllowedError where the key is not for this address or this certificate."""
    if not _is_allowed(remote_address, key.allowed_addresses):
        raise NotAllowedError(
            "address_not_allowed",
            _("This API key may not be used from this address: add it to the key's addresses."),
        )
    if key.certificates and not _is_bound(certificate, key.certificates):
        raise NotAllowedError(
            "client_certificate_required",
            _("This API key works only with its client certificate: connect with that one."),
        )


def _is_bound(certificate: ClientCertificate | None, named: Sequence[str]) -> bool:
    if certificate is None:
        return False
    if certificate.fingerprint and certificate.fingerprint in named:
        return True
    return bool(certificate.subject) and certificate.subject in map(subject_of, named)


def use_note(key: ApiKey, now: datetime) -> None:
    """Of each secret by itself: whoever renews a key sees whether the former one is still used."""
    name = "former_used_at" if key.is_by_former else "last_used_at"
    last = getattr(key, name)
    if last is None or now - last > _USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(**{name: now})


def _key_find(prefix: str) -> ApiKey | None:
    """The key with its account, as they are in the database now."""
    return _find(_BY_PREFIX, prefix, _key_read)


def _find(statement: str, sent: str, read: Callable[[str, int], ApiKey | None]) -> ApiKey | None:
    """Each request asks whether the rows are still those that were read last; reading them into
    models costs ten times as much."""
    answers, _count = prepared(statement, {"sent": sent})
    if not answers:
        return None
    rows = answers[0]
    known = _known_keys.get(sent)
    if known is None or known[0] != rows:
        found = read(sent, rows[0])
        if found is None:  # deleted since
            return None
        if len(_known_keys) >= _MOST_KNOWN:
            _known_keys.clear()
        _known_keys[sent] = known = (rows, found)
    return copy(known[1])


def _key_read(prefix: str, pk: int) -> ApiKey | None:
    found = ApiKey.objects.select_related("account").filter(pk=pk).first()
    if found is not None:
        found.is_by_former = found.prefix != prefix
    return found


def _token_read(_hash: str, pk: int) -> ApiKey | None:
    token = OAuthToken.objects.select_related("api_key__account").filter(pk=pk).first()
    if token is None:
        return None
    token.api_key.token = token
    return token.api_key


def _address_note(key: ApiKey, address: str, now: datetime) -> None:
    """The first use from an address is in the audit log; a process asks once about each."""
    place = _place(address)
    if (key.prefix, place) in _known_places:
        return
    with transaction.atomic():
        _row, is_new = ApiKeyAddress.objects.get_or_create(
            api_key=key, address=place, defaults={"first_used_at": now}
        )
        if is_new:
            audit.record(
                action="api_key.new_address",
                actor=None,
                account_id=key.account_id,
                subject=f"apikey:{key.pk}",
                detail={"name": key.name, "begins_with": key.prefix, "address": place},
            )
    if len(_known_places) >= _MOST_KNOWN:
        _known_places.clear()
    _known_places.add((key.prefix, place))


def _place(address: str) -> str:
    """An IPv4 address; of IPv6 the /64, within which a device changes its address at will."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return (
        str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))
    )


def _is_allowed(address: str, networks: Sequence[str]) -> bool:
    if not networks:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(network) for network in networks)
