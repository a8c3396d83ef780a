"""Files that people upload: their size and digest, before anything reads what is in them."""

import hashlib

from django.core.files import File
from django.utils.translation import gettext_lazy as _

from config.common.errors import InvalidError

_CHUNK = 1 << 20


def checked(file: File, *, largest_mb: int) -> None:  # type: ignore[type-arg]
    """Not empty, not too big. Raises InvalidError (`file`)."""
    if not file.size:
        raise InvalidError("file_empty", _("The file is empty."), field="file")
    if file.size > largest_mb << 20:
        message = _("The file is larger than %(limit)s MB: divide it.") % {"limit": largest_mb}
        raise InvalidError("file_too_large", message, field="file")


def digest_of(file: File) -> str:  # type: ignore[type-arg]
    """Its SHA-256 in hexadecimal digits; the file stands at its beginning again."""
    digest = hashlib.sha256()
    file.seek(0)
    for chunk in file.chunks(_CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
