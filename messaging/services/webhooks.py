"""An account's webhook endpoint: where its events go, and the secret they are signed with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import Account
from compliance.services.checks import country_checked
from compliance.services.residency import place_require
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError, NotFoundError
from config.common.guarded import addresses
from config.common.ids import uuid7
from messaging.models import EventCounter, WebhookDelivery, WebhookEndpoint
from messaging.services.locks import WEBHOOK_TEST, session_lock
from messaging.webhooks import client, signing
from messaging.webhooks.client import Answer

# Both secrets sign for so long after a rotation.
ROTATION_OVERLAP = timedelta(hours=24)
# A person waits for the answer of a test.
TEST_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Stored:
    """An endpoint after a change; `secret` only where it is new, to be shown once."""

    endpoint: WebhookEndpoint
    is_new: bool
    secret: str | None


@transaction.atomic
def webhook_put(
    *,
    account: Account,
    url: str,
    event_types: Sequence[str] = (),
    is_enabled: bool = True,
    country: str = "",
    actor: Any = None,
) -> Stored:
    """Sets the account's endpoint; a new one gets the events from now on, and a secret.

    Enabling a disabled one goes on where it stopped. `country` is the receiver's. Raises
    InvalidError for a bad URL, ResidencyError where the account's data may not go there.
    """
    url_check(url)
    country = country_checked(country)
    # Two first requests at once must not both create.
    held = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if is_enabled:
        fix = _("Say in which country the receiver is, or use one that is in the right place.")
        place_require(held, country, fix=fix)
    endpoint = WebhookEndpoint.objects.select_for_update().filter(account=account).first()
    is_new = endpoint is None
    if endpoint is None:
        counter = EventCounter.objects.filter(account=account).first()
        endpoint = WebhookEndpoint(
            account=account,
            secret=signing.secret_make(),
            position=counter.last if counter else 0,
        )
    if endpoint.url != url or (is_enabled and not endpoint.is_enabled):
        endpoint.disabled_reason = ""
        endpoint.failing_since = endpoint.paused_until = None
    endpoint.url, endpoint.country = url, country
    endpoint.event_types = sorted(set(event_types))
    endpoint.is_enabled = is_enabled
    endpoint.save()
    _record("webhook.created" if is_new else "webhook.changed", endpoint, actor, url=url)
    return Stored(endpoint, is_new, endpoint.secret if is_new else None)


@transaction.atomic
def webhook_rotate(*, account: Account, actor: Any = None) -> Stored:
    """Gives the endpoint a new secret; bodies carry the old one's signature too for a day.

    Raises NotFoundError where the account has no endpoint.
    """
    endpoint = webhook_required(account, for_update=True)
    endpoint.previous_secret = endpoint.secret
    endpoint.previous_secret_until = clock.now() + ROTATION_OVERLAP
    endpoint.secret = signing.secret_make()
    endpoint.save(update_fields=["previous_secret", "previous_secret_until", "secret"])
    _record("webhook.rotated", endpoint, actor)
    return Stored(endpoint, is_new=False, secret=endpoint.secret)


@transaction.atomic
def webhook_delete(*, account: Account, actor: Any = None) -> None:
    """Removes the endpoint and its deliveries. Raises NotFoundError."""
    endpoint = webhook_required(account, for_update=True)
    _record("webhook.deleted", endpoint, actor, url=endpoint.url)
    endpoint.delete()


def webhook_test(*, account: Account) -> Answer:
    """Posts a `webhook.test` event, signed, and returns what came back; it is not retried.

    Raises NotFoundError, and ConflictError while another test of the account runs.
    """
    endpoint = webhook_required(account)
    now = clock.now()
    body = json.dumps(
        {
            "type": "webhook.test",
            "timestamp": now.isoformat(),
            "data": {"account": account.slug},
        }
    )
    headers = signing.headers(
        message_id=str(uuid7()), at=now, body=body, signing_secrets=signing_secrets(endpoint)
    )
    # A test holds a thread of the web for seconds: an account gets one at a time.
    with session_lock(WEBHOOK_TEST, account.pk) as is_ours:
        if not is_ours:
            raise ConflictError(
                "test_running", _("Another test is running: repeat this one in a moment.")
            )
        return client.post(
            endpoint.url, body, headers, now=now, timeout_seconds=TEST_TIMEOUT_SECONDS
        )


@transaction.atomic
def delivery_replay(*, account: Account, event_ids: Sequence[Any], actor: Any = None) -> int:
    """Delivers these events once more, from the first attempt; returns how many will be."""
    endpoint = webhook_required(account)
    count = (
        WebhookDelivery.objects.filter(endpoint=endpoint, event_id__in=list(event_ids))
        .exclude(status=WebhookDelivery.Status.PENDING)
        .update(
            status=WebhookDelivery.Status.PENDING,
            attempts=0,
            next_attempt_at=clock.now(),
            delivered_at=None,
        )
    )
    _record("webhook.replayed", endpoint, actor, deliveries=count)
    return count


def webhook_required(account: Account, *, for_update: bool = False) -> WebhookEndpoint:
    """The account's endpoint. Raises NotFoundError."""
    endpoints = WebhookEndpoint.objects.filter(account=account)
    endpoint = (endpoints.select_for_update() if for_update else endpoints).first()
    if endpoint is None:
        raise NotFoundError(
            "no_webhook", _("The account has no webhook endpoint: set one with PUT first.")
        )
    return endpoint


def signing_secrets(endpoint: WebhookEndpoint) -> list[str]:
    """The secrets that sign now, newest first."""
    until = endpoint.previous_secret_until
    if endpoint.previous_secret and until is not None and clock.now() < until:
        return [endpoint.secret, endpoint.previous_secret]
    return [endpoint.secret]


def url_check(url: str) -> None:
    """Refuses what could never be posted to; the address itself is checked when connecting.

    Raises InvalidError of field `url`.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise _bad_url() from None
    schemes = {"https", "http"} if settings.WEBHOOK_ALLOW_PRIVATE else {"https"}
    if parts.scheme not in schemes:
        raise InvalidError(
            "https_required", _("The URL must begin with https://: change it."), field="url"
        )
    if not host or not url.isascii() or not url.isprintable() or " " in url:
        raise _bad_url()
    if parts.username is not None or parts.fragment:
        raise InvalidError(
            "url_parts",
            _("The URL has a user name, password or fragment: remove it, bodies are signed."),
            field="url",
        )
    address = addresses.parse(host)
    is_refused = address is not None and not addresses.is_public(address)
    if is_refused and not settings.WEBHOOK_ALLOW_PRIVATE:
        raise InvalidError(
            "private_address",
            _("The URL leads to a private address: give one on the public internet."),
            field="url",
        )


def _bad_url() -> InvalidError:
    return InvalidError(
        "bad_url",
        _("The URL is not understood: write it like https://example.com/hooks, in ASCII."),
        field="url",
    )


def _record(action: str, endpoint: WebhookEndpoint, actor: Any, **detail: Any) -> None:
    audit.record(
        action=action,
        actor=actor,
        account_id=endpoint.account_id,
        subject=f"webhook:{endpoint.pk}",
        detail=detail,
    )
