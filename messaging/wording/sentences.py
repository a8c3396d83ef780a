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
