"""Rows of settings, kept by every door alike: the model's rules, a check of its own, the log."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import Model, ProtectedError
from django.utils.translation import gettext as _

from config.common import audit
from config.common.errors import ConflictError, DomainError, InvalidError

Row = TypeVar("Row", bound=Model)
_LONGEST_NAME = 120
_TAKEN = frozenset({"unique", "unique_together"})


def nothing_more(_row: Model) -> None:
    """For rows that the model's own rules check in full."""


@transaction.atomic
def row_save(
    row: Row,
    values: Mapping[str, Any],
    *,
    actor: Any,
    check: Callable[[Row], None] = nothing_more,
) -> Row:
    """Makes or changes a row; what `values` does not name stays.

    Raises InvalidError with the field, ConflictError where there is such a row already.
    """
    is_new = row.pk is None
    before = {name: getattr(row, name, None) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    check(row)
    _validated(row)
    changes = sorted(name for name, value in before.items() if getattr(row, name) != value)
    if is_new or changes:
        row.save()
        row_note("created" if is_new else "changed", row, actor, [] if is_new else changes)
    return row


def country_of(code: str, *, field: str = "country") -> str:
    """Two capital letters. Raises InvalidError."""
    if len(code) != 2 or not (code.isascii() and code.isalpha()):
        raise InvalidError(
            "unknown_country", _("Write a country in two letters, such as VN."), field=field
        )
    return code.upper()


@transaction.atomic
def row_delete(row: Model, *, actor: Any) -> None:
    """Deletes a row. Raises ConflictError while something else needs it."""
    row_note("deleted", row, actor, [])
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError as error:
        needing = sorted({str(one._meta.verbose_name) for one in error.protected_objects})
        raise ConflictError(
            "still_needed",
            _("“%(name)s” is still needed by others (%(kinds)s): change or delete those first.")
            % {"name": row, "kinds": ", ".join(needing)},
        ) from error


def row_note(verb: str, row: Model, actor: Any, changes: list[str]) -> None:
    """One entry of the audit log, as the console's pages write it: fields, never their values."""
    kind = str(row._meta.model_name)
    audit.record(
        action=f"{kind}.{verb}",
        actor=actor,
        account_id=getattr(row, "account_id", None),
        subject=f"{kind}:{row.pk}",
        detail={"name": str(row)[:_LONGEST_NAME], **({"changes": changes} if changes else {})},
    )


def _validated(row: Model) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise _told(error) from error


def _told(error: ValidationError) -> DomainError:
    """The first problem, at its field."""
    field, (first, *_more) = next(iter(error.error_dict.items()))
    sentence = " ".join(first.messages)
    at = "" if field == NON_FIELD_ERRORS else field
    if first.code in _TAKEN:
        return ConflictError("already_there", sentence, field=at)
    return InvalidError(first.code or "invalid", sentence, field=at)
