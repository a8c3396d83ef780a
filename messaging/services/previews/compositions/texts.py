"""The texts of a wording that is being written, language by language."""

import unicodedata
from typing import NamedTuple

from django.utils.translation import gettext as _

from config.common.errors import DomainError, InvalidError
from messaging.encoding import ucs2
from messaging.services.drafts import text_checked
from messaging.services.templates.texts import MAX_CHARACTERS, template_parsed
from messaging.wording.grammar import Template as Grammar
from messaging.wording.rewriting import REWRITINGS

_VARIANT = (("language", ""), ("body", ""), ("rewriting", "none"))


class LanguageText(NamedTuple):
    """A language's text as it would be stored."""

    language: str
    body: str
    rewriting: str
    is_nfc: bool


def text_given(one: object) -> LanguageText:
    """A variant as it was sent. Raises InvalidError for what is none."""
    if not isinstance(one, dict):
        raise InvalidError("bad_variants", _("A language needs a tag and a text."))
    values = [one.get(key, default) for key, default in _VARIANT]
    if not all(isinstance(value, str) for value in values):
        raise InvalidError("bad_variants", _("A language needs a tag and a text."))
    return language_text(*values)


def language_text(language: str, given: str, rewriting: str) -> LanguageText:
    """A text as it would be stored: NFC, newlines as LF."""
    body = given.replace("\r\n", "\n").replace("\r", "\n")
    chosen = rewriting if rewriting in REWRITINGS else "none"
    composed = unicodedata.normalize("NFC", body)
    return LanguageText(language, composed, chosen, composed == body)


def text_parsed(text: LanguageText, own: Grammar | None = None) -> Grammar:
    """The grammar of a text; a variant has the slots of the body and no others.
    Raises DomainError with language and place."""
    try:
        text_checked(text.body, field_name="body")
        if len(text.body) > MAX_CHARACTERS:
            raise InvalidError(
                "text_too_long",
                _("The text has %(count)d characters; at most %(limit)d are allowed: shorten it.")
                % {"count": len(text.body), "limit": MAX_CHARACTERS},
                field="body",
                position=MAX_CHARACTERS,
            )
        parsed = template_parsed(text.body)
    except DomainError as error:
        raise _placed(error, text) from error
    foreign = [name for name in parsed.slots if own is not None and name not in own.slots]
    if foreign:
        raise InvalidError(
            "unknown_slot",
            _("The slot “%(slot)s” is not in the first text: use its slots, or write it there too.")
            % {"slot": foreign[0]},
            field="body",
            language=text.language,
            position=text.body.find(f"{{{foreign[0]}}}"),
        )
    return parsed


def _placed(error: DomainError, text: LanguageText) -> DomainError:
    """The same with its language, and its place as browsers count."""
    position = error.context.get("position")
    place = {}
    if isinstance(position, int):
        place["position"] = ucs2.units(text.body[:position])
    return type(error)(
        error.code, error.message, field=error.field, language=text.language, **place
    )
