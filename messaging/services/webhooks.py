"""An account's webhook endpoints: where its events go, and the secrets they are signed with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import Account
from compliance.services.checks import country_checked
from compliance.services.residency import place_require
from config.common import audit, clock
from config.common.errors import ConflictError
from config.common.ids import uuid7
from messaging.models import EventCounter, WebhookDelivery, WebhookEndpoint
from messaging.selectors.webhooks import webhook_of
from messaging.services.locks import WEBHOOK_TEST, session_lock
from messaging.services.webhook_checks import (
    identity_end,
    name_check,
    senders_checked,
    url_check,
)
from messaging.webhooks import client, signing
from messaging.webhooks.client import Answer
from messaging.webhooks.identities import Identity

# Both secrets sign for so long after a rotation.
ROTATION_OVERLAP = timedelta(hours=24)
# A person waits for the answer of a test.
TEST_TIMEOUT_SECONDS = 5.0
_KEPT: Final = ("name", "url", "country", "event_types", "senders", "is_ordered", "is_enabled")


@dataclass(frozen=True, slots=True)
class Stored:
    """An endpoint and its new secret, to be shown once."""

    endpoint: WebhookEndpoint
    secret: str


@transaction.atomic
def webhook_add(*, account: Account, values: Mapping[str, Any], actor: Any = None) -> Stored:
    """A new endpoint; it gets the events from now on.

    `values`: `name` and `url`, and where wanted `country` (the receiver's, in two letters),
    `event_types`, `senders`, `is_ordered`, `is_enabled`, `client_certificate` and `client_key`
    (PEM). Raises InvalidError, ConflictError of a name that is taken, ResidencyError where the
    account's data may not go there.
    """
    held = _locked(account)
    counter = EventCounter.objects.filter(account=account).first()
    endpoint = WebhookEndpoint(
        account=held, secret=signing.secret_make(), position=counter.last if counter else 0
    )
    _fill(endpoint, values)
    endpoint.save()
    _record("webhook.created", endpoint, actor, url=endpoint.url)
    return Stored(endpoint, endpoint.secret)


@transaction.atomic
def webhook_change(
    *, account: Account, endpoint_id: int, values: Mapping[str, Any], actor: Any = None
) -> WebhookEndpoint:
    """Changes what `values` names (see webhook_add); what is left out stays.

    Enabling a disabled one goes on where it stopped. An empty certificate and key take both
    away. Raises NotFoundError, and what webhook_add raises.
    """
    held = _locked(account)
    endpoint = webhook_of(held, endpoint_id, for_update=True)
    url, was_enabled, was_ordered = endpoint.url, endpoint.is_enabled, endpoint.is_ordered
    _fill(endpoint, values)
    if endpoint.url != url or (endpoint.is_enabled and not was_enabled):
        endpoint.disabled_reason = ""
        endpoint.failing_since = endpoint.paused_until = None
    endpoint.save()
    if was_ordered and not endpoint.is_ordered:
        WebhookDelivery.objects.filter(
            endpoint=endpoint, status=WebhookDelivery.Status.PENDING, order_key__isnull=False
        ).update(order_key=None)
    _record("webhook.changed", endpoint, actor, url=endpoint.url)
    return endpoint


@transaction.atomic
def webhook_rotate(*, account: Account, endpoint_id: int, actor: Any = None) -> Stored:
    """Gives the endpoint a new secret; bodies carry the old one's signature too for a day.

    Raises NotFoundError.
    """
    endpoint = webhook_of(account, endpoint_id, for_update=True)
    endpoint.previous_secret = endpoint.secret
    endpoint.previous_secret_until = clock.now() + ROTATION_OVERLAP
    endpoint.secret = signing.secret_make()
    endpoint.save(update_fields=["previous_secret", "previous_secret_until", "secret"])
    _record("webhook.rotated", endpoint, actor)
    return Stored(endpoint, endpoint.secret)


@transaction.atomic
def webhook_delete(*, account: Account, endpoint_id: int, actor: Any = None) -> None:
    """Removes the endpoint and its deliveries. Raises NotFoundError."""
    endpoint = webhook_of(account, endpoint_id, for_update=True)
    _record("webhook.deleted", endpoint, actor, url=endpoint.url)
    endpoint.delete()


def webhook_test(*, account: Account, endpoint_id: int) -> Answer:
    """Posts a `webhook.test` event, signed, and returns what came back; it is not retried.

    Raises NotFoundError, and ConflictError while another test of the account runs.
    """
    endpoint = webhook_of(account, endpoint_id)
    now = clock.now()
    body = json.dumps(
        {
            "type": "webhook.test",
            "timestamp": now.isoformat(),
            "data": {"account": account.slug, "webhook": endpoint.pk},
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
            endpoint.url,
            body,
            headers,
            now=now,
            timeout_seconds=TEST_TIMEOUT_SECONDS,
            identity=_identity(endpoint),
        )


def signing_secrets(endpoint: WebhookEndpoint) -> list[str]:
    """The secrets that sign now, newest first."""
    until = endpoint.previous_secret_until
    if endpoint.previous_secret and until is not None and clock.now() < until:
        return [endpoint.secret, endpoint.previous_secret]
    return [endpoint.secret]


def _locked(account: Account) -> Account:
    """Two requests at once must not give the same name twice."""
    return Account.objects.select_for_update(no_key=True).get(pk=account.pk)


def _fill(endpoint: WebhookEndpoint, values: Mapping[str, Any]) -> None:
    """Takes the values over where they are good."""
    for name in _KEPT:
        if name in values:
            setattr(endpoint, name, values[name])
    url_check(endpoint.url)
    endpoint.name = endpoint.name.strip()
    name_check(endpoint)
    endpoint.country = country_checked(endpoint.country)
    endpoint.event_types = sorted(set(endpoint.event_types))
    if "senders" in values:
        endpoint.senders = senders_checked(endpoint.account, values["senders"])
    if endpoint.is_enabled:
        fix = _("Say in which country the receiver is, or use one that is in the right place.")
        place_require(endpoint.account, endpoint.country, fix=fix)
    if "client_certificate" in values or "client_key" in values:
        certificate = values.get("client_certificate", endpoint.client_certificate).strip()
        key = values.get("client_key", endpoint.client_key).strip()
        endpoint.client_certificate_ends_at = identity_end(certificate, key)
        endpoint.client_certificate, endpoint.client_key = certificate, key
        endpoint.certificate_days_told = None


def _identity(endpoint: WebhookEndpoint) -> Identity | None:
    if not endpoint.client_certificate:
        return None
    return Identity(endpoint.client_certificate, endpoint.client_key)


def _record(action: str, endpoint: WebhookEndpoint, actor: Any, **detail: Any) -> None:
    audit.record(
        action=action,
        actor=actor,
        account_id=endpoint.account_id,
        subject=f"webhook:{endpoint.pk}",
        detail=detail,
    )
