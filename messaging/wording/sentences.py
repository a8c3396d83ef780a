"""What people read of a refused value and of a slot that is described the wrong way.

The sentences are only marked here, so that this stays free of Django: a door translates them
with `gettext(VALUES[problem.code]) % {"slot": problem.slot, **dict(problem.params)}`.
"""

from collections.abc import Mapping


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogues without translating it."""
    return message


# Of a value with its figures, for whoever gave it.
VALUES: Mapping[str, str] = {
    "missing": gettext_noop("The slot “%(slot)s” has no value: give one."),
    "not_sendable": gettext_noop(
        "The value of “%(slot)s” has a character that cannot be sent at position %(position)d:"
        " remove it."
    ),
    "newline": gettext_noop(
        "The value of “%(slot)s” has a line break at position %(position)d: write it in one line."
    ),
    "control": gettext_noop(
        "The value of “%(slot)s” has the invisible character %(character)s at position"
        " %(position)d: remove it."
    ),
    "leading_mark": gettext_noop(
        "The value of “%(slot)s” begins with the combining mark %(character)s: type it again."
    ),
    "too_long": gettext_noop(
        "The value of “%(slot)s” has %(count)d characters; at most %(limit)d are allowed: shorten"
        " it."
    ),
    "charset": gettext_noop(
        "The value of “%(slot)s” has “%(character)s” at position %(position)d, which this slot"
        " does not take: leave it out."
    ),
    "form": gettext_noop("The value of “%(slot)s” is not written as its type (%(type)s) asks."),
    "pattern": gettext_noop("The value of “%(slot)s” does not match its pattern %(pattern)s."),
    "url": gettext_noop(
        "The value of “%(slot)s” reads as a link: only a slot of type url takes one."
    ),
    "label": gettext_noop(
        "The value of “%(slot)s” imitates an advertising label such as [QC]: leave it out."
    ),
}

# Of a refused recipient, where only slot and code are kept.
REFUSALS: Mapping[str, str] = {
    "missing": gettext_noop("“%(slot)s” has no value"),
    "not_sendable": gettext_noop("“%(slot)s” has a character that cannot be sent"),
    "newline": gettext_noop("“%(slot)s” has a line break"),
    "control": gettext_noop("“%(slot)s” has an invisible character"),
    "leading_mark": gettext_noop("“%(slot)s” begins with a combining mark"),
    "too_long": gettext_noop("“%(slot)s” is longer than its slot allows"),
    "charset": gettext_noop("“%(slot)s” has a character that its slot does not take"),
    "form": gettext_noop("“%(slot)s” is not written as its type asks"),
    "pattern": gettext_noop("“%(slot)s” does not match its pattern"),
    "url": gettext_noop("“%(slot)s” reads as a link"),
    "label": gettext_noop("“%(slot)s” imitates an advertising label"),
}

# Of a slot as it is described.
SPECS: Mapping[str, str] = {
    "bad_type": gettext_noop(
        "The slot “%(slot)s” has the type “%(type)s”, which does not exist: choose text, name,"
        " code, amount, date, time, url, phone or app_hash."
    ),
    "bad_charset": gettext_noop(
        "The slot “%(slot)s” has the character set “%(charset)s”, which does not exist: choose"
        " any, letters, plain_letters, gsm7, gsm7_basic, ascii, digits, alphanumeric or base64."
    ),
    "bad_longest": gettext_noop(
        "The longest value of “%(slot)s” must be 1 to %(limit)d characters."
    ),
    "app_hash_length": gettext_noop(
        "The hash of an app has 11 characters: allow “%(slot)s” to be that long."
    ),
    "bad_currency": gettext_noop(
        "The currency of “%(slot)s” is “%(currency)s”: write three capital letters such as VND,"
        " and only for the type amount."
    ),
    "pattern_too_long": gettext_noop(
        "The pattern of “%(slot)s” is longer than %(limit)d characters: shorten it."
    ),
    "bad_pattern": gettext_noop(
        "The pattern of “%(slot)s” cannot be used (%(reason)s): write a regular expression in"
        " RE2 syntax."
    ),
    "example": gettext_noop("The example of “%(slot)s” does not fit its own slot. %(problem)s"),
    "fallback": gettext_noop("The fallback of “%(slot)s” does not fit its own slot. %(problem)s"),
}

# Of a text that does not have its format, each with the fix.
FORMATS: Mapping[str, str] = {
    "code_missing": gettext_noop("The text has no slot of type code: put the code in one."),
    "hash_missing": gettext_noop(
        "The app's hash is missing: end the text (or the line before the last) with its 11"
        " characters or with a slot of type app_hash."
    ),
    "hash_not_last": gettext_noop(
        "The app's hash is not the last word of its part: move it to the end, on a line of its own."
    ),
    "hash_glued": gettext_noop(
        "The app's hash is glued to what stands before it: begin a new line before it."
    ),
    "hash_twice": gettext_noop("The app's hash stands twice: keep the one at the end."),
    "too_many_octets": gettext_noop(
        "The text can take %(count)d octets, and at most %(limit)d are read: shorten it or its"
        " longest values, or write it without marks."
    ),
    "origin_missing": gettext_noop(
        "The last line is not “@host #code”: add a line such as @example.com #{code}."
    ),
    "origin_not_last": gettext_noop(
        "“@host #code” has to be the whole last line: begin a new line before it, and write"
        " nothing after it."
    ),
    "origin_scheme": gettext_noop("The host has a scheme: write @example.com without https://."),
    "origin_host": gettext_noop(
        "What follows “@” is no host: write a domain such as example.com, without port and path."
    ),
    "origin_spaces": gettext_noop("Write exactly one space between the host and “#”."),
    "origin_percent": gettext_noop("“%%” is the sign of an older draft: write “#”."),
    "origin_code": gettext_noop("After the host has to follow “ #” and a slot of type code."),
    "origin_code_set": gettext_noop(
        "The code “%(slot)s” may have characters that end it early: choose digits or alphanumeric."
    ),
    "origin_trailing": gettext_noop(
        "Something follows the code in the last line: remove it, spaces and newlines too."
    ),
}
