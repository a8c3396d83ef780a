"""What carriers over HTTP post: who may, what it says, and to whom it goes."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from carriers.constants import BindKind, SignatureForm
from carriers.http import news
from carriers.http.networks import contains
from carriers.models import Bind
from carriers.ports import registered_desk
from carriers.selectors.receipts import receipt_rules
from carriers.services import words
from config.common import logs, redaction
from config.common.errors import InvalidError, NotAllowedError, NotFoundError

log = logs.get_logger(__name__)

What = Literal["receipts", "replies"]
_LONGEST_TOKEN = 100


@dataclass(frozen=True, slots=True)
class Posted:
    """A request to a webhook, as it came; header names in lower case."""

    token: str
    what: What
    address: str
    headers: Mapping[str, str]
    body: bytes
    query: str


def news_take(posted: Posted) -> int:
    """Takes what a carrier posted, and returns how many receipts or replies that were.

    When it returns, they are committed. Raises NotFoundError for an address that is none of
    ours, NotAllowedError for a caller that may not or a wrong signature, InvalidError for what
    cannot be read.
    """
    bind = _bind_of(posted.token)
    _check_caller(bind, posted)
    try:
        found = news.document(posted.headers.get("content-type", ""), posted.body, posted.query)
        return _handed_over(bind, posted, found)
    except news.UnreadableError as error:
        log.warning(
            "webhook of a carrier cannot be read",
            extra={"bind": bind.name, "what": posted.what, "error": str(error)},
        )
        raise InvalidError("unreadable", str(error), field="body") from error


def _handed_over(bind: Bind, posted: Posted, found: object) -> int:
    raw = posted.body or posted.query.encode()
    if posted.what == "receipts":
        receipts = news.receipts(found, bind.http_receipt_map, receipt_rules(bind))
        for receipt in receipts:
            if receipt.is_strange:
                words.note(bind.pk, words.STATE, receipt.word)
        registered_desk().receipts(bind.pk, receipts, raw)
        words.words_write()
        return len(receipts)
    replies = news.replies(found, bind.http_reply_map)
    registered_desk().replies(bind.pk, replies, raw)
    return len(replies)


def _bind_of(token: str) -> Bind:
    """The bind whose token this is. The comparison takes as long for every wrong one."""
    key, _dash, secret = token[:_LONGEST_TOKEN].partition("-")
    bind = None
    if key.isascii() and key.isdecimal() and len(key) < 10:
        bind = _http_bind(int(key))
    known = bind.http_token if bind is not None else ""
    is_right = hmac.compare_digest(secret.encode(), known.encode())
    if bind is None or not known or not is_right:
        raise NotFoundError("no_such_webhook", _("This is no address of a carrier's webhook."))
    return bind


def _http_bind(key: int) -> Bind | None:
    try:
        return Bind.objects.filter(pk=key, kind=BindKind.HTTP).first()
    except ImproperlyConfigured:  # no key decrypts its secrets: as good as none
        return None


def _check_caller(bind: Bind, posted: Posted) -> None:
    try:
        address = ip_address(posted.address)
    except ValueError:
        address = None
    if bind.http_networks and (address is None or not contains(bind.http_networks, address)):
        log.warning(
            "webhook of a carrier from a strange network",
            extra={"bind": bind.name, "address": redaction.msisdn(posted.address)},
        )
        raise NotAllowedError(
            "network_not_allowed", _("This address is not in the carrier's networks.")
        )
    if bind.http_signature_header and not _is_signed(bind, posted):
        log.warning("webhook of a carrier with a wrong signature", extra={"bind": bind.name})
        raise NotAllowedError("wrong_signature", _("The signature is missing or wrong."))


def _is_signed(bind: Bind, posted: Posted) -> bool:
    """HMAC-SHA256 over the body (a GET: over its query), bare or after "sha256="."""
    given = posted.headers.get(bind.http_signature_header.lower(), "").strip()
    signed = posted.body or posted.query.encode()
    digest = hmac.new(bind.http_signature_secret.encode(), signed, hashlib.sha256).digest()
    if bind.http_signature_form == SignatureForm.BASE64:
        wanted = base64.b64encode(digest).decode()
    else:
        wanted, given = digest.hex(), given.lower()
    given = given.removeprefix("sha256=")
    has_secret = bool(bind.http_signature_secret)
    return hmac.compare_digest(given.encode(), wanted.encode()) and has_secret
