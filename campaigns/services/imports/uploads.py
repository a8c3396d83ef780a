"""A file comes in: its size, encoding, dialect and columns are looked at before it is kept."""

import hashlib
from collections.abc import Iterator
from pathlib import PurePath
from typing import BinaryIO, cast

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.constants import ImportStatus
from campaigns.imports import encodings
from campaigns.imports.dialects import check_delimiter
from campaigns.imports.encodings import Encoding
from campaigns.imports.errors import FILE_MESSAGES, ImportFileError
from campaigns.imports.files import Inspection, inspect
from campaigns.imports.text import storable
from campaigns.models import ContactImport, ContactList
from compliance.models import Account, User
from config.common.errors import ConflictError, InvalidError
from config.common.ids import uuid7
from routing.numbers import NumberError, normalize

LARGEST_FILE_MB = 50
_CHUNK = 1 << 20
_LONGEST_FILE_NAME = 200


class _Measure:
    """Digest and lines of a file, taken while it is read for its encoding."""

    def __init__(self, file: File) -> None:  # type: ignore[type-arg]
        self._file = file
        self._digest = hashlib.sha256()
        self.lines = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._file.chunks(_CHUNK):
            self._digest.update(chunk)
            self.lines += chunk.count(b"\n") or chunk.count(b"\r")
            yield chunk

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()


def import_upload(
    *,
    account: Account,
    file: File,  # type: ignore[type-arg]
    file_name: str,
    user: User | None,
    contact_list: ContactList | None = None,
    codec: str = "",
    delimiter: str = "",
    has_header: bool | None = None,
) -> ContactImport:
    """Keeps a file of contacts and what it seems to be; nothing is imported yet.

    `contact_list` is where it will probably go, until `import_start` says so. `codec` (`windows-1258`, for example) and `delimiter` override what is found. Raises
    InvalidError (field `file`, `encoding` or `delimiter`) for a file that is no CSV.
    """
    if (file.size or 0) > LARGEST_FILE_MB << 20:
        raise refused(ImportFileError("file_too_large", limit=str(LARGEST_FILE_MB)), "file")
    measure = _Measure(file)
    try:
        encoding = encodings.detect(measure)
    except ImportFileError as error:
        raise refused(error, "file") from error
    encoding = _chosen(codec, encoding)
    found = _inspect(file, encoding, account, delimiter, has_header)
    contact_import = ContactImport(
        token=uuid7(),
        account=account,
        file_name=storable(PurePath(file_name.replace("\\", "/")).name, _LONGEST_FILE_NAME),
        file_digest=measure.digest,
        created_by=user,
        contact_list=contact_list,
        default_country=account.country,
        bytes_total=file.size or 0,
        rows_total=_estimate(measure.lines, found),
    )
    _remember(contact_import, encoding, found)
    contact_import.file.save("", file, save=True)
    return contact_import


@transaction.atomic
def import_reread(
    contact_import: ContactImport,
    *,
    codec: str = "",
    delimiter: str = "",
    has_header: bool | None = None,
) -> ContactImport:
    """Reads an uploaded file another way, and guesses its columns anew.

    Raises ConflictError once the import has started, InvalidError as `import_upload`.
    """
    held = ContactImport.objects.select_for_update().get(pk=contact_import.pk)
    if held.status != ImportStatus.UPLOADED:
        raise ConflictError(
            "import_started", _("The import has started; upload the file again to change it.")
        )
    known = Encoding(held.dialect["codec"], held.dialect["errors"], held.dialect["is_certain"])
    encoding = _chosen(codec, known)
    with held.file.open("rb") as file:
        found = _inspect(file, encoding, held.account, delimiter, has_header)
    _remember(held, encoding, found)
    held.save(update_fields=["dialect", "mapping"])
    return held


def refused(error: ImportFileError, field: str) -> InvalidError:
    """The reason a file was refused, in the reader's language."""
    return InvalidError(error.code, _(FILE_MESSAGES[error.code]) % error.params, field=field)


def _chosen(name: str, detected: Encoding) -> Encoding:
    try:
        return detected.chosen(name) if name else detected
    except ImportFileError as error:
        raise refused(error, "encoding") from error


def _inspect(
    file: File,  # type: ignore[type-arg]
    encoding: Encoding,
    account: Account,
    delimiter: str,
    has_header: bool | None,
) -> Inspection:
    def looks_like_number(value: str) -> bool:
        try:
            normalize(value, default_country=account.country or None)
        except NumberError:
            return False
        return True

    file.seek(0)
    try:
        return inspect(
            cast(BinaryIO, file.file),
            encoding,
            looks_like_number,
            delimiter=check_delimiter(delimiter) if delimiter else "",
            has_header=has_header,
        )
    except ImportFileError as error:
        raise refused(error, "delimiter") from error


def _estimate(lines: int, found: Inspection) -> int:
    """Rows of contacts, give or take fields over several lines and a last line without end."""
    rows = lines - found.dialect.skip - found.dialect.has_header
    return max(round(rows / found.lines_per_row), 0)


def _remember(contact_import: ContactImport, encoding: Encoding, found: Inspection) -> None:
    titles = [storable(title, 200) for title in found.titles]
    extra = {"titles": titles, "is_certain": encoding.is_certain}
    contact_import.dialect = found.dialect.as_json() | extra
    contact_import.mapping = {str(index): target for index, target in found.mapping.items()}
