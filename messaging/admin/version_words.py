"""The words of pages about versions: types and characters of slots, letters, languages, classes."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf.global_settings import LANGUAGES
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compliance.constants import MessageClass
from messaging.constants import MessageFormat, Rewriting
from messaging.wording.formats import format_findings
from messaging.wording.sentences import FORMATS as FORMAT_SENTENCES
from messaging.wording.wordings import Wording
from messaging.wording.worst import Bound

SLOT_TYPES: Final[Mapping[str, Any]] = {
    "text": gettext_lazy("Text"),
    "name": gettext_lazy("Name"),
    "code": gettext_lazy("Code"),
    "amount": gettext_lazy("Amount"),
    "date": gettext_lazy("Date"),
    "time": gettext_lazy("Time"),
    "url": gettext_lazy("Link"),
    "phone": gettext_lazy("Telephone number"),
    "app_hash": gettext_lazy("App hash"),
}
CHARSETS: Final[Mapping[str, Any]] = {
    "": gettext_lazy("As the type is written"),
    "any": gettext_lazy("Any characters"),
    "letters": gettext_lazy("Letters with and without marks, digits, simple punctuation"),
    "plain_letters": gettext_lazy("Letters without marks, digits, simple punctuation"),
    "gsm7": gettext_lazy("Characters of GSM-7"),
    "gsm7_basic": gettext_lazy("Characters of GSM-7 that take one unit"),
    "ascii": gettext_lazy("ASCII characters"),
    "digits": gettext_lazy("Digits"),
    "alphanumeric": gettext_lazy("Letters a–z and digits"),
    "base64": gettext_lazy("Letters a–z, digits and + / ="),
}
LETTERS: Final[Mapping[str, Any]] = {
    Rewriting.NONE: gettext_lazy("Sent as it is written."),
    Rewriting.SMART: gettext_lazy(
        "Sent with safe replacements, in the text and in its values: quotes, dashes and blanks of"
        " word processors become those of GSM-7. Words keep their meaning."
    ),
    Rewriting.UNMARKED: gettext_lazy(
        "Sent without marks, in the text and in its values: “đã” becomes “da”. Words can take"
        " another meaning."
    ),
}
CLASSES: Final[Mapping[str, Any]] = {
    MessageClass.OTP: gettext_lazy(
        "A code that somebody waits for. It overtakes everything else; a duplicate is preferred to"
        " a loss. Nothing may be advertised in it."
    ),
    MessageClass.TRANSACTIONAL: gettext_lazy(
        "About something the recipient ordered or asked for. It goes before service notices and"
        " advertising. Nothing may be advertised in it."
    ),
    MessageClass.CARE: gettext_lazy(
        "Service for customers one has already. It goes before advertising. Nothing may be"
        " advertised in it."
    ),
    MessageClass.MARKETING: gettext_lazy(
        "Advertising. It waits behind everything else, is never sent twice, and falls under the"
        " strictest rules."
    ),
}
_PLAIN_VIETNAMESE: Final = "vi-x-plain"


def language_name(tag: str) -> str:
    """A language in the reader's words; the tag itself where nobody has a name for it."""
    if tag == _PLAIN_VIETNAMESE:
        return _("Vietnamese without marks")
    name = dict(LANGUAGES).get(tag)
    return _(name) if name else tag


def worst_sentence(bound: Bound, *, has_slots: bool) -> str:
    """The guarantee in plain words."""
    if not has_slots:
        return ngettext(
            "Always %(count)d segment: the text has no slots.",
            "Always %(count)d segments: the text has no slots.",
            bound.segment_count,
        ) % {"count": bound.segment_count}
    return ngettext(
        "At most %(count)d segment, whatever the values.",
        "At most %(count)d segments, whatever the values.",
        bound.segment_count,
    ) % {"count": bound.segment_count}


FORMATS: Final[Mapping[str, Any]] = {
    MessageFormat.SMS_RETRIEVER: gettext_lazy(
        "An Android app reads the code from the message by the hash of eleven characters at its"
        " end. At most 140 octets in one segment."
    ),
    MessageFormat.ORIGIN_BOUND: gettext_lazy(
        "A browser fills in the code on one website only: the one that the last line names, as"
        " “@host #code”."
    ),
    MessageFormat.BOTH: gettext_lazy(
        "An Android app reads the code by the hash before the last line, and a browser by the last"
        " line, “@host #code”."
    ),
}


def format_problems(wording: Wording, message_format: str) -> list[str]:
    """What keeps a wording from the form that machines read, in the reader's language."""
    return [
        _(FORMAT_SENTENCES[found.code]) % dict(found.params)
        for found in format_findings(wording, message_format)
    ]
