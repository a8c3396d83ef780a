"""Contacts one by one: written by people and by the API; files go through imports."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaigns.imports import values
from campaigns.imports.columns import MOST_ATTRIBUTES, is_attribute_key
from campaigns.imports.errors import ROW_MESSAGES
from campaigns.imports.rows import LONGEST_NAME, LONGEST_VALUE
from campaigns.imports.text import DamagedTextError, clean, clean_line
from campaigns.models import Contact
from compliance.models import Account, User
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError
from config.common.zone_checks import zone_checked
from routing.numbers import MESSAGES, Number, NumberError, normalize


def parse_number(raw: str, country: str, *, field: str = "number") -> Number:
    """The mobile number meant by `raw` in a country. Raises InvalidError."""
    try:
        return normalize(raw, default_country=country or None)
    except NumberError as error:
        sentence = _(MESSAGES[error.code]) % error.params
        raise InvalidError(error.code, sentence, field=field) from error


@transaction.atomic
def contact_create(
    *,
    account: Account,
    number: str,
    name: str = "",
    language: str = "",
    timezone: str = "",
    attributes: Mapping[str, str] | None = None,
    actor: User | None,
) -> Contact:
    """A new contact. Raises InvalidError naming the field, ConflictError for a known number."""
    found = parse_number(number, account.country)
    now = clock.now()
    contact = Contact(
        account=account,
        msisdn=found.msisdn,
        country=found.country,
        name=checked_name(name),
        language=checked_language(language),
        timezone=zone_checked(timezone, field="timezone"),
        attributes=checked_attributes(attributes or {}),
        created_at=now,
        updated_at=now,
    )
    try:
        with transaction.atomic():
            contact.save(force_insert=True)
    except IntegrityError as error:
        raise ConflictError(
            "contact_exists",
            _("A contact with the number %(number)s exists: change that one.")
            % {"number": f"+{found.msisdn}"},
            field="number",
        ) from error
    _record("contact.created", contact, actor)
    return contact


@transaction.atomic
def contact_update(
    *,
    contact: Contact,
    actor: User | None,
    name: str | None = None,
    language: str | None = None,
    timezone: str | None = None,
    attributes: Mapping[str, str | None] | None = None,
) -> Contact:
    """Changes what is given; an attribute of None is removed, others stay. The number is who
    the contact is and does not change. Raises InvalidError naming the field."""
    held = Contact.objects.select_for_update().get(pk=contact.pk)
    if name is not None:
        held.name = checked_name(name)
    if language is not None:
        held.language = checked_language(language)
    if timezone is not None:
        held.timezone = zone_checked(timezone, field="timezone")
    if attributes is not None:
        merged = {**held.attributes, **attributes}
        held.attributes = checked_attributes(
            {key: value for key, value in merged.items() if value is not None}
        )
    held.updated_at = clock.now()
    held.save(update_fields=["name", "language", "timezone", "attributes", "updated_at"])
    _record("contact.changed", held, actor)
    return held


@transaction.atomic
def contact_delete(*, contact: Contact, actor: User | None) -> None:
    """Removes the contact from every list; consent and suppressions outlive it."""
    _record("contact.deleted", contact, actor)
    contact.delete()


def checked_name(name: str) -> str:
    """The name in NFC on one line. Raises InvalidError."""
    return _text("name", name, LONGEST_NAME, clean_line)


def checked_language(language: str) -> str:
    """A language code, or nothing. Raises InvalidError."""
    if not language.strip():
        return ""
    try:
        return values.language(language.strip())
    except ValueError as error:
        raise InvalidError(
            "language_unknown",
            _(ROW_MESSAGES["language_unknown"]) % {"found": language[:40]},
            field="language",
        ) from error


def checked_attributes(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Keys that can be slots of a template, values as text in NFC; empty ones are left out.

    Raises InvalidError with the key in its field (`attributes.order`).
    """
    if len(attributes) > MOST_ATTRIBUTES:
        raise InvalidError(
            "too_many_attributes",
            _("A contact has at most %(limit)s attributes: remove some.")
            % {"limit": MOST_ATTRIBUTES},
            field="attributes",
        )
    found: dict[str, str] = {}
    for key, value in attributes.items():
        field = f"attributes.{key}"
        if not is_attribute_key(key):
            raise InvalidError(
                "attribute_key_invalid",
                _(
                    "“%(key)s” cannot be a key: use small letters without accents, digits and "
                    "underscores, beginning with a letter, at most 40 characters."
                )
                % {"key": key[:60]},
                field=field,
            )
        if not isinstance(value, str):
            raise InvalidError(
                "attribute_not_text",
                _("The value is not a string: write it in quotes."),
                field=field,
            )
        if text := _text(field, value, LONGEST_VALUE, clean):
            found[key] = text
    return found


def _text(field: str, value: str, limit: int, cleaner: Callable[[str], str]) -> str:
    try:
        text = cleaner(value)
    except DamagedTextError as error:
        raise InvalidError(
            "damaged_text",
            _(
                "Character %(position)d is U+0000 or half a character, which cannot be stored: remove it."
            )
            % {"position": error.position + 1},
            field=field,
        ) from error
    if len(text) > limit:
        raise InvalidError(
            "text_too_long",
            _("The text has %(found)s characters, more than %(limit)s. Shorten it.")
            % {"found": len(text), "limit": limit},
            field=field,
        )
    return text


def _record(action: str, contact: Contact, actor: User | None) -> None:
    audit.record(
        action=action,
        actor=actor,
        account_id=contact.account_id,
        subject=f"contact:{contact.pk}",
    )
