"""Lists: made, renamed, filled with numbers, deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from campaigns.imports.rows import Row
from campaigns.models import ContactList
from campaigns.services.contacts import (
    checked_attributes,
    checked_language,
    checked_name,
    parse_number,
)
from campaigns.services.imports.merging import merge_rows
from compliance.models import Account, User
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError
from config.common.zone_checks import zone_checked

MOST_NUMBERS = 1_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """A contact of a request that was set aside: its position, and why."""

    index: int
    error: InvalidError


@dataclass(frozen=True, slots=True)
class Added:
    """What became of the contacts of a request: every one is counted in exactly one place.

    `joined` are new on the list, `present` were on it before; `merged` repeat another number
    of the request. `created` of them are new contacts of the account.
    """

    joined: int
    present: int
    merged: int
    created: int
    refused: Sequence[Refusal] = field(default_factory=tuple)


@transaction.atomic
def list_create(
    *, account: Account, name: str, description: str = "", actor: User | None
) -> ContactList:
    """A new, empty list. Raises InvalidError, ConflictError for a name that is taken."""
    contact_list = ContactList(
        account=account, name=checked_name(name), description=description.strip()
    )
    if not contact_list.name:
        raise InvalidError("name_missing", _("The list needs a name: give it one."), field="name")
    try:
        with transaction.atomic():
            contact_list.save(force_insert=True)
    except IntegrityError as error:
        raise ConflictError(
            "list_name_taken", _("A list of this name exists: choose another name."), field="name"
        ) from error
    _record("list.created", contact_list, actor)
    return contact_list


@transaction.atomic
def list_delete(*, contact_list: ContactList, actor: User | None) -> None:
    """Deletes the list; its contacts stay. Raises ConflictError where a campaign used it."""
    _record("list.deleted", contact_list, actor)
    try:
        contact_list.delete()
    except ProtectedError as error:
        raise ConflictError(
            "list_in_use", _("A campaign has used this list, so it is kept with its results.")
        ) from error


@transaction.atomic
def list_add_contacts(
    *, contact_list: ContactList, entries: Sequence[Mapping[str, Any]], actor: User | None
) -> Added:
    """Puts up to 1,000 contacts on a list: `number`, and perhaps `name`, `language`,
    `timezone`, `attributes`. Known contacts are merged as in an import; bad entries are set aside.

    Raises InvalidError where there are too many.
    """
    if len(entries) > MOST_NUMBERS:
        raise InvalidError(
            "too_many_contacts",
            _("More than %(limit)s contacts in one request: send several, or import a file.")
            % {"limit": MOST_NUMBERS},
            field="contacts",
        )
    rows: dict[str, Row] = {}
    refused: list[Refusal] = []
    for index, entry in enumerate(entries):
        try:
            row = _row(entry, contact_list.account.country)
        except InvalidError as error:
            refused.append(Refusal(index, error))
            continue
        if row.msisdn in rows:
            rows[row.msisdn].merge(row)
        else:
            rows[row.msisdn] = row
    merged = merge_rows(
        rows, account_id=contact_list.account_id, list_id=contact_list.pk, now=clock.now()
    )
    _record("list.filled", contact_list, actor, joined=merged.joined)
    return Added(
        joined=merged.joined,
        present=len(rows) - merged.joined,
        merged=len(entries) - len(refused) - len(rows),
        created=merged.created,
        refused=refused,
    )


def _row(entry: Mapping[str, Any], country: str) -> Row:
    number = parse_number(entry["number"], country)
    return Row(
        number.msisdn,
        number.country,
        name=checked_name(entry.get("name") or ""),
        language=checked_language(entry.get("language") or ""),
        timezone=zone_checked(entry.get("timezone") or "", field="timezone"),
        attributes=checked_attributes(entry.get("attributes") or {}),
    )


def _record(action: str, contact_list: ContactList, actor: User | None, **detail: object) -> None:
    audit.record(
        action=action,
        actor=actor,
        account_id=contact_list.account_id,
        subject=f"list:{contact_list.pk}",
        detail={"name": contact_list.name, **detail},
    )
