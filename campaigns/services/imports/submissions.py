"""A file and all its options in one request: uploaded and started, or nothing at all."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.imports.columns import Field
from campaigns.imports.encodings import LEGACY
from campaigns.imports.errors import ImportFileError
from campaigns.imports.text import fold
from campaigns.models import ContactImport, ContactList
from campaigns.services.imports.lifecycle import ConsentOptions, ImportOptions, import_start
from campaigns.services.imports.uploads import import_upload, refused
from compliance.models import Account, User
from config.common.errors import InvalidError

_OF_CONSENT = {one for one in Field if one.startswith(Field.CONSENT)}


@dataclass(frozen=True, slots=True)
class Submission:
    """What comes with a file. `mapping` goes by title or by position from 0 and leaves out
    what is ignored; None takes the guess. An empty country is the account's."""

    mapping: Mapping[str, str] | None = None
    contact_list: ContactList | None = None
    new_list_name: str = ""
    default_country: str = ""
    codec: str = ""
    delimiter: str = ""
    has_header: bool | None = None
    consent: ConsentOptions | None = None
    keeps_contacts: bool = True
    start: bool = True


def import_submit(
    *,
    account: Account,
    file: File,  # type: ignore[type-arg]
    file_name: str,
    submission: Submission,
    actor: User | None,
) -> ContactImport:
    """Uploads and, if wished, starts. Raises what `import_upload` and `import_start` raise, and
    then keeps neither row nor file."""
    stored: ContactImport | None = None
    try:
        with transaction.atomic():
            stored = import_upload(
                account=account,
                file=file,
                file_name=file_name,
                user=actor,
                contact_list=submission.contact_list,
                codec=submission.codec,
                delimiter=submission.delimiter,
                has_header=submission.has_header,
            )
            _check_encoding(stored, submission)
            if not submission.start:
                return stored
            return import_start(stored, _options(stored, submission), actor=actor)
    except Exception:
        if stored is not None:
            stored.file.delete(save=False)
        raise


def _check_encoding(contact_import: ContactImport, submission: Submission) -> None:
    """Nobody looks at a preview here, so a guess is not enough."""
    dialect = contact_import.dialect
    if not dialect["is_certain"] and not submission.codec:
        raise refused(ImportFileError("file_not_utf8", guess=LEGACY[dialect["codec"]]), "encoding")


def mapping_of(
    contact_import: ContactImport, wanted: Mapping[str, str] | None, *, with_consent: bool
) -> dict[int, str]:
    """Positions of the fields: as wanted, by title or position; or as guessed, without the
    columns of consent where none is recorded. Raises InvalidError for an unknown column."""
    if wanted is None:
        guess = {int(index): target for index, target in contact_import.mapping.items()}
        dropped = set() if with_consent else _OF_CONSENT
        return {
            index: Field.IGNORE.value if target in dropped else target
            for index, target in guess.items()
        }
    positions = {fold(title): index for index, title in enumerate(contact_import.titles) if title}
    found = dict.fromkeys(range(len(contact_import.titles)), Field.IGNORE.value)
    for name, target in wanted.items():
        index = positions.get(fold(name))
        if index is None and name.isascii() and name.isdecimal():
            index = int(name)
        if index is None or index not in found:
            raise InvalidError(
                "column_unknown",
                _("The file has no column “%(name)s”. Use one of its titles, or a position.")
                % {"name": name[:60]},
                field=f"mapping.{name}",
            )
        found[index] = target
    return found


def _options(contact_import: ContactImport, submission: Submission) -> ImportOptions:
    return ImportOptions(
        mapping=mapping_of(
            contact_import, submission.mapping, with_consent=submission.consent is not None
        ),
        contact_list=submission.contact_list,
        new_list_name=submission.new_list_name,
        default_country=submission.default_country or contact_import.account.country,
        consent=submission.consent,
        keeps_contacts=submission.keeps_contacts,
    )
