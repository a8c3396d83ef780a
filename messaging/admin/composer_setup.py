"""What the composer's page knows from the start: types of slots, languages, and its words."""

from typing import Any

from django.utils.translation import gettext as _

from messaging.wording.charsets import CHARSETS
from messaging.wording.slots import MAX_LONGEST, MAX_PATTERN, SLOT_TYPES, default_length

_CURRENCIES = ("VND", "USD", "EUR", "GBP", "JPY", "CNY", "KRW", "THB", "SGD", "MYR", "PHP", "IDR")
# Type -> the name of a slot that a button puts in, an example, and the fields beside length.
_TYPES = {
    "name": ("name", "Nguyễn Văn An", ("charset", "fallback")),
    "code": ("code", "529420", ("charset", "pattern")),
    "amount": ("amount", "99.000", ("currency", "fallback")),
    "date": ("date", "30/11/2026", ("fallback",)),
    "time": ("time", "14:30", ("fallback",)),
    "url": ("link", "https://example.com/a1b2", ("charset", "fallback")),
    "phone": ("phone", "0912 345 678", ("fallback",)),
    "app_hash": ("app_hash", "FA+9qCX9VSu", ("fallback",)),
    "text": ("text", "", ("charset", "pattern", "fallback")),
}
_FIRST = ("max_length", "example")
# Words of a slot's name that say what it holds, in the languages of our authors.
_HINTS = {
    "name": ("name", "ten", "customer", "khach"),
    "code": ("code", "otp", "ma", "pin", "voucher", "coupon"),
    "amount": ("amount", "price", "total", "sum", "gia", "tien", "tong"),
    "date": ("date", "day", "ngay", "expiry"),
    "time": ("time", "hour", "gio"),
    "url": ("link", "url"),
    "phone": ("phone", "hotline", "sdt"),
    "app_hash": ("hash",),
}


def composer_setup(language: str, currency: str) -> dict[str, Any]:
    """`language` is the template's own, `currency` the account's, as far as they are known."""
    labels, helps = _labels(), _helps()
    ordered = sorted(SLOT_TYPES, key=lambda one: list(_TYPES).index(one))
    return {
        "own_language": language,
        "types": [
            {
                "value": slot_type,
                "label": labels[slot_type],
                "name": _TYPES[slot_type][0],
                "hints": _HINTS.get(slot_type, ()),
                "help": helps.get(slot_type, ""),
                "fields": [*_FIRST, *_TYPES[slot_type][2]],
                "defaults": {
                    "max_length": default_length(slot_type),
                    "example": _TYPES[slot_type][1],
                    "charset": "",
                    "pattern": "",
                    "fallback": "",
                    "currency": (currency or "VND") if slot_type == "amount" else "",
                },
            }
            for slot_type in ordered
        ],
        "fields": _fields(),
        "languages": [
            {
                "tag": "vi",
                "label": _("Vietnamese"),
                "add": _("Add Vietnamese"),
                "rewriting": "none",
            },
            {"tag": "en", "label": _("English"), "add": _("Add English"), "rewriting": "none"},
            {
                "tag": "vi-x-plain",
                "label": _("Vietnamese without marks"),
                "add": _("Add Vietnamese without marks"),
                "rewriting": "unmarked",
            },
        ],
    }


def _labels() -> dict[str, str]:
    return {
        "text": _("Text"),
        "name": _("Name"),
        "code": _("Code"),
        "amount": _("Amount"),
        "date": _("Date"),
        "time": _("Time"),
        "url": _("Link"),
        "phone": _("Telephone number"),
        "app_hash": _("App hash"),
    }


def _helps() -> dict[str, str]:
    return {
        "text": _("One line of any words; links and advertising labels are refused."),
        "name": _("Letters of any language, spaces and simple punctuation."),
        "code": _("A one-time code or order number: letters and digits without marks."),
        "amount": _("A number with its currency, such as 99.000 VND."),
        "date": _("A date in figures, such as 30/11/2026."),
        "time": _("A time in figures, such as 14:30."),
        "url": _("A web address. Only this type takes links."),
        "phone": _("A telephone number."),
        "app_hash": _("The 11 characters by which Android finds the app that reads the message."),
    }


def _fields() -> dict[str, dict[str, Any]]:
    return {
        "max_length": {
            "label": _("Longest (characters)"),
            "kind": "number",
            "min": 1,
            "max": MAX_LONGEST,
        },
        "example": {"label": _("Example"), "kind": "text"},
        "fallback": {
            "label": _("If there is no value"),
            "kind": "text",
            "placeholder": _("empty: not sent"),
        },
        "charset": {"label": _("Characters"), "options": _charsets()},
        "pattern": {
            "label": _("Pattern"),
            "kind": "text",
            "placeholder": "[A-Z]{2}[0-9]{6}",
            "max_text": MAX_PATTERN,
        },
        "currency": {
            "label": _("Currency"),
            "options": [["", _("any")], *([one, one] for one in _CURRENCIES)],
        },
    }


def _charsets() -> list[list[str]]:
    labels = {
        "any": _("anything"),
        "letters": _("letters of any language, digits"),
        "plain_letters": _("letters without marks, digits"),
        "gsm7": _("all of GSM-7"),
        "gsm7_basic": _("GSM-7, one unit each"),
        "ascii": _("ASCII"),
        "digits": _("digits"),
        "alphanumeric": _("A–Z, a–z, 0–9"),
        "base64": _("A–Z, a–z, 0–9, + / ="),
    }
    return [["", _("as the type")], *([one, labels.get(one, one)] for one in CHARSETS)]


def composer_words() -> dict[str, str]:
    """What the script says by itself; `%(name)s` is filled in there."""
    return {
        "empty": _("Your text appears here."),
        "offline": _("The counter does not answer. Saving still checks the text."),
        "type": _("Type"),
        "at": _("at character"),
        "go_to": _("Go to character %(place)s"),
        "letters": _("%(count)s letters outside GSM-7: %(letters)s"),
        "replaced": _("%(count)s replaced."),
        "text_in": _("Text in %(language)s"),
        "remove": _("Remove %(language)s"),
        "own_text": _("First text"),
    }
