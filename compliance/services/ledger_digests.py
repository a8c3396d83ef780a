"""The heads of the chained books, signed once a day: what an outsider keeps as proof."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance import signing
from compliance.models import Account, ChainHead, LedgerDigest
from compliance.services.chains import Anchor
from config.common import clock, logs
from config.common.errors import InvalidError

log = logs.get_logger(__name__)
FORMAT = "signalbox ledger digest/1"


@dataclass(frozen=True, slots=True)
class SignedHeads:
    """What a downloaded digest says, its signature checked: by chain its newest link."""

    account_id: int | None
    day: date
    anchors: Mapping[str, Anchor]
    public_key: str


def digests_write(day: date | None = None) -> int:
    """Keeps and signs the present heads of every account and of the platform, where the day
    (default: today at home) has none yet; sends them where addresses are set. Says how many."""
    day = day or timezone.localdate(clock.now())
    heads: dict[int | None, list[ChainHead]] = {}
    for head in ChainHead.objects.filter(number__gt=0).order_by("account", "chain"):
        heads.setdefault(head.account_id, []).append(head)
    names = dict(Account.objects.values_list("pk", "slug"))
    made = [
        digest
        for account_id, those in heads.items()
        if (digest := _write(account_id, names.get(account_id or 0, ""), day, those)) is not None
    ]
    if made and settings.LEDGER_DIGEST_RECIPIENTS:
        transaction.on_commit(lambda: _send(day, made, names))
    return len(made)


def _write(
    account_id: int | None, slug: str, day: date, heads: list[ChainHead]
) -> LedgerDigest | None:
    now = clock.now()
    body = json.dumps(
        {
            "account": slug,
            "account_id": account_id,
            "day": day.isoformat(),
            "made_at": now.isoformat(),
            "chains": {
                head.chain: {
                    "link": head.number,
                    "digest": bytes(head.digest).hex(),
                    "records": head.rows,
                }
                for head in heads
            },
        }
    )
    signature, public_key = signing.sign(body)
    whose: Any = account_id  # None is the platform's
    digest, is_new = LedgerDigest.objects.get_or_create(
        account_id=whose,
        day=day,
        defaults={
            "body": body,
            "signature": signature,
            "public_key": public_key,
            "made_at": now,
        },
    )
    return digest if is_new else None


def digest_file(digest: LedgerDigest) -> tuple[str, bytes]:
    """Name and content of the file to keep outside."""
    slug = digest.account.slug if digest.account else "platform"
    content = {
        "format": FORMAT,
        "body": digest.body,
        "signature": digest.signature,
        "public_key": digest.public_key,
    }
    text = json.dumps(content, indent=1) + "\n"
    return f"ledger-digest-{slug}-{digest.day:%Y-%m-%d}.json", text.encode()


def _send(day: date, digests: list[LedgerDigest], names: Mapping[int, str]) -> None:
    message = EmailMessage(
        subject=_("Ledger digests of %(day)s") % {"day": day.isoformat()},
        body=_(
            "Keep these files apart from the platform. `manage.py verify_ledger --digest FILE`"
            " says whether the books still hold everything they held then."
        ),
        to=settings.LEDGER_DIGEST_RECIPIENTS,
    )
    for digest in digests:
        name, content = digest_file(digest)
        message.attach(name, content, "application/json")
    try:
        message.send()
    except OSError:  # smtplib's errors are among them: the digests are kept all the same
        log.exception("ledger digests were not sent", extra={"day": day.isoformat()})


def digest_read(content: bytes, public_key: str = "") -> SignedHeads:
    """Reads a downloaded digest. `public_key` (base64) is trusted besides our own keys. Raises
    InvalidError for what is no digest, was changed, or is signed by a stranger."""
    try:
        outer: dict[str, Any] = json.loads(content)
        body, signature, key = outer["body"], outer["signature"], outer["public_key"]
        heads = _heads(outer["format"], json.loads(body), key)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidError(
            "digest_unread", _("The file is no digest of this platform's ledgers."), field="digest"
        ) from error
    if key not in (*signing.known_public_keys(), public_key):
        raise InvalidError(
            "digest_key_unknown",
            _("The digest is signed with a key that is not one of ours: %(key)s") % {"key": key},
            field="digest",
        )
    if not signing.is_signed(body, signature, key):
        raise InvalidError(
            "digest_changed",
            _("The digest was changed: its signature does not fit."),
            field="digest",
        )
    return heads


def _heads(form: str, said: Mapping[str, Any], key: str) -> SignedHeads:
    if form != FORMAT:
        raise ValueError(form)
    anchors = {
        chain: Anchor(int(head["link"]), str(head["digest"]))
        for chain, head in said["chains"].items()
    }
    return SignedHeads(said["account_id"], date.fromisoformat(said["day"]), anchors, key)
