"""Files kept as evidence: checked, fingerprinted, never changed."""

import hashlib
from collections.abc import Mapping
from pathlib import PurePath

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import Account, Document, User
from config.common import audit, clock
from config.common.errors import InvalidError

LARGEST_BYTES = 10 * 1024 * 1024
_LONGEST_NAME = 120
# By what they begin with: a file's name and the browser's word prove nothing.
_BEGINNINGS: Mapping[bytes, str] = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "audio/wav",
    b"ID3": "audio/mpeg",
    b"OggS": "audio/ogg",
}
_TEXT = "text/plain; charset=utf-8"


@transaction.atomic
def document_add(
    *, account: Account, name: str, content: bytes, actor: User | None, field: str = "document"
) -> Document:
    """Keeps a file; the same content again gives the document kept before.

    Takes PDF, PNG, JPEG, sound (WAV, MP3, Ogg) and UTF-8 text of at most 10 MiB. Raises
    InvalidError naming `field`.
    """
    media_type = _checked(content, field)
    checksum = hashlib.sha256(content).hexdigest()
    made, is_new = Document.objects.get_or_create(
        account=account,
        checksum=checksum,
        defaults={
            "name": PurePath(name.replace("\\", "/")).name[-_LONGEST_NAME:] or checksum[:12],
            "media_type": media_type,
            "size": len(content),
            "content": content,
            "uploaded_by": actor,
            "uploaded_at": clock.now(),
        },
    )
    if is_new:
        audit.record(
            action="document.added",
            actor=actor,
            account_id=account.pk,
            subject=f"document:{made.pk}",
            detail={"name": made.name, "sha256": checksum, "size": made.size},
        )
    return made


def document_download_note(*, document: Document, actor: User | None) -> None:
    """Evidence is handed out: to a person, or (`actor` None) to the caller's API key."""
    audit.record(
        action="document.downloaded",
        actor=actor,
        account_id=document.account_id,
        subject=f"document:{document.pk}",
        detail={"name": document.name, "sha256": document.checksum},
    )


def _checked(content: bytes, field: str) -> str:
    if not content:
        raise InvalidError("document_empty", _("The file is empty."), field=field)
    if len(content) > LARGEST_BYTES:
        raise InvalidError(
            "document_too_large",
            _("The file has more than %(size)d MiB: make it smaller.")
            % {"size": LARGEST_BYTES // 1024**2},
            field=field,
        )
    for beginning, media_type in _BEGINNINGS.items():
        if content.startswith(beginning):
            return media_type
    if _is_text(content):
        return _TEXT
    raise InvalidError(
        "document_type",
        _("Give a PDF, a PNG or JPEG picture, a sound file (WAV, MP3, Ogg) or a text file."),
        field=field,
    )


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return all(c.isprintable() or c in "\t\r\n\f\ufeff" for c in text)
