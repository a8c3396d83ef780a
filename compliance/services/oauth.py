"""Clients of OAuth 2: their secrets, and the tokens they buy with them (RFC 6749 §4.4)."""

import hmac
from collections.abc import Sequence
from datetime import timedelta

from compliance.key_texts import digest
from compliance.models import Account, ApiKey, OAuthToken
from compliance.services.credentials import check_life, check_place, use_note
from config.common import clock
from config.common.client_certificates import ClientCertificate

_PURGE_BATCH = 5_000


def client_find(client_id: str) -> ApiKey | None:
    """The client of this name, with its account, if it may buy tokens."""
    found = ApiKey.objects.select_related("account").filter(client_id=client_id).first()
    if found is None or found.account is None:
        return found
    return found if found.account.status == Account.Status.ACTIVE else None


def client_authenticate(
    client: ApiKey,
    secret: str,
    remote_address: str,
    certificate: ClientCertificate | None = None,
) -> None:
    """Sees to it that it is the client who asks, from where it may; its use is noted.

    Raises NotAllowedError.
    """
    sent = digest(secret)
    is_present = hmac.compare_digest(client.key_hash, sent)
    client.is_by_former = not is_present and hmac.compare_digest(client.former_hash, sent)
    check_life(client, clock.now(), is_known=is_present or client.is_by_former)
    check_place(client, remote_address, certificate)
    use_note(client, clock.now())


def token_issue(*, client: ApiKey, text: str, scopes: Sequence[str], seconds: int) -> OAuthToken:
    """Keeps the hash of a new token; it never outlives its client."""
    now = clock.now()
    ends = now + timedelta(seconds=seconds)
    return OAuthToken.objects.create(
        api_key=client,
        token_hash=digest(text),
        scopes=list(scopes),
        created_at=now,
        expires_at=min(ends, client.expires_at or ends),
    )


def token_revoke(*, client: ApiKey, text: str) -> None:
    """The client gives a token back; others' tokens and unknown ones are none of it (RFC 7009)."""
    OAuthToken.objects.filter(api_key=client, token_hash=digest(text)).delete()


def tokens_purge() -> int:
    """Forgets tokens whose time is over, in batches; returns how many."""
    purged, count = 0, _PURGE_BATCH
    while count == _PURGE_BATCH:
        over = OAuthToken.objects.filter(expires_at__lte=clock.now()).values("pk")[:_PURGE_BATCH]
        count, _by_model = OAuthToken.objects.filter(
            pk__in=list(over.values_list("pk", flat=True))
        ).delete()
        purged += count
    return purged
