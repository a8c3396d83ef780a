"""What an endpoint may be: an address that can be posted to, senders of the account, a client
certificate that TLS can use."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from compliance.models import Account
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from config.common.guarded import addresses
from messaging.models import WebhookEndpoint
from messaging.webhooks.identities import BadIdentityError, Identity, ends_at
from routing.models import Sender

ENDPOINTS_AT_MOST: Final = 20
_SHOWN: Final = 20
_IDENTITY_ERRORS: Final = {
    "bad_certificate": (
        "client_certificate",
        _("This is no certificate: paste PEM that begins with -----BEGIN CERTIFICATE-----."),
    ),
    "bad_key": (
        "client_key",
        _("This is no private key without pass phrase: “openssl pkey” takes a pass phrase off."),
    ),
    "key_mismatch": (
        "client_key",
        _("Key and certificate do not belong together: paste the key of this certificate."),
    ),
}


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


def name_check(endpoint: WebhookEndpoint) -> None:
    """Refuses a second endpoint of the same name, and too many. The account is locked."""
    others = WebhookEndpoint.objects.filter(account_id=endpoint.account_id).exclude(pk=endpoint.pk)
    if not endpoint.name.strip():
        raise InvalidError("blank", _("The endpoint has no name: give it one."), field="name")
    if others.filter(name=endpoint.name).exists():
        raise ConflictError(
            "name_taken",
            _("The account has a webhook called “%(name)s”: choose another name.")
            % {"name": endpoint.name},
            field="name",
        )
    if endpoint.pk is None and others.count() >= ENDPOINTS_AT_MOST:
        raise ConflictError(
            "too_many_webhooks",
            _("The account has %(most)d webhooks, as many as one may have: delete one first.")
            % {"most": ENDPOINTS_AT_MOST},
        )


def senders_checked(account: Account, senders: Sequence[str]) -> list[str]:
    """The addresses as the account's senders write them, sorted. Raises InvalidError."""
    known = {
        address.lower(): address
        for address in Sender.objects.filter(account=account).values_list("address", flat=True)
    }
    found = set()
    for place, word in enumerate(senders):
        address = known.get(word.strip().lower().lstrip("+"))
        if address is None:
            shown = ", ".join(sorted(known.values())[:_SHOWN]) or "–"
            raise InvalidError(
                "unknown_sender",
                _("The account has no sender “%(address)s”: choose one of %(known)s.")
                % {"address": word, "known": shown},
                field=f"senders.{place}",
            )
        found.add(address)
    return sorted(found)


def identity_end(certificate: str, key: str) -> datetime | None:
    """When the client certificate ends; None without one. Raises InvalidError of the fields
    `client_certificate` and `client_key`."""
    if not certificate and not key:
        return None
    for name, value in (("client_certificate", certificate), ("client_key", key)):
        if not value:
            raise InvalidError(
                "identity_incomplete",
                _("A client certificate needs its key, and a key its certificate: give both."),
                field=name,
            )
    try:
        end = ends_at(Identity(certificate, key))
    except BadIdentityError as error:
        code = str(error)
        field, sentence = _IDENTITY_ERRORS[code]
        raise InvalidError(code, sentence, field=field) from None
    if end <= clock.now():
        raise InvalidError(
            "certificate_ended",
            _("The certificate ended on %(day)s: ask for a new one.")
            % {"day": end.date().isoformat()},
            field="client_certificate",
        )
    return end


def _bad_url() -> InvalidError:
    return InvalidError(
        "bad_url",
        _("The URL is not understood: write it like https://example.com/hooks, in ASCII."),
        field="url",
    )
