"""Builds uploaded files and runs imports for the tests of this app."""

from typing import Any

from django.core.files.base import ContentFile

from campaigns.models import ContactImport
from campaigns.services.imports import ImportOptions, import_run, import_start, import_upload
from compliance.models import Account, User


def upload(account: Account, content: str | bytes, **values: Any) -> ContactImport:
    """An import that waits for its columns to be confirmed."""
    raw = content.encode() if isinstance(content, str) else content
    values = {"file_name": "contacts.csv", "user": None} | values
    return import_upload(account=account, file=ContentFile(raw, name="contacts.csv"), **values)


def guessed(contact_import: ContactImport) -> dict[int, str]:
    """The mapping that was guessed."""
    return {int(index): target for index, target in contact_import.mapping.items()}


def start(
    contact_import: ContactImport, *, actor: User | None = None, **options: Any
) -> ContactImport:
    """Queues an import, with the guessed columns unless others are given."""
    values = {"mapping": guessed(contact_import)} | options
    return import_start(contact_import, ImportOptions(**values), actor=actor)


def imported(account: Account, content: str | bytes, **options: Any) -> ContactImport:
    """An import that has run to its end."""
    contact_import = start(upload(account, content), **options)
    import_run(contact_import.pk)
    contact_import.refresh_from_db()
    return contact_import


def counts(contact_import: ContactImport) -> tuple[int, int, int, int]:
    """Created, updated, duplicates, bad; together they are the rows of the file."""
    found = (
        contact_import.rows_created,
        contact_import.rows_updated,
        contact_import.rows_duplicate,
        contact_import.rows_bad,
    )
    assert sum(found) == contact_import.rows_done
    return found
