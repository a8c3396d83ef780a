"""What is said about a register's age, on its page and on the homes."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.selectors.register_ages import RegisterAge
from config.common.durations import since

COLOURS = {"fresh": "success", "soon": "warning", "stale": "danger", "missing": "warning"}
LEVELS: dict[str, Any] = {
    "unused": gettext_lazy("No rule asks for it"),
    "missing": gettext_lazy("No list yet"),
    "fresh": gettext_lazy("Fresh"),
    "soon": gettext_lazy("Too old soon"),
    "stale": gettext_lazy("Too old"),
}


def age_words(age: RegisterAge, now: datetime) -> str:
    """The level, with the age of the list where there is one."""
    level = str(LEVELS[age.level])
    if age.as_of is None:
        return level
    return _("%(level)s: %(time)s old") % {"level": level, "time": since(age.as_of, now)}


def consequence(age: RegisterAge, now: datetime) -> str:
    """What follows for advertising, in one sentence or two."""
    country = age.register.country
    if age.level == "unused":
        return _("No rule in force for %(country)s looks at this register.") % {"country": country}
    if age.level == "missing":
        return _missing(age) % {"country": country}
    if age.stale_at is None:
        return _("Advertising to numbers on it is blocked. The list may be of any age.")
    when = {
        "country": country,
        "time": date_format(localtime(age.stale_at), "DATETIME_FORMAT"),
        "left": since(now, age.stale_at) if age.level == "soon" else "",
    }
    if age.level == "stale":
        return (
            _(
                "Too old since %(time)s: all advertising to %(country)s is blocked until a newer list"
                " is loaded."
            )
            % when
        )
    if age.level == "soon":
        return (
            _(
                "In %(left)s (%(time)s) the list is too old, and all advertising to %(country)s stops:"
                " load a newer one before."
            )
            % when
        )
    return _("Until %(time)s the list may be used: advertising to numbers on it is blocked.") % when


def _missing(age: RegisterAge) -> str:
    if age.when_unknown == "block":
        return _("Until a list is loaded, all advertising to %(country)s is blocked.")
    if age.when_unknown == "warn":
        return _(
            "Until a list is loaded, advertising to %(country)s leaves with a warning: nobody"
            " knows who is on it."
        )
    return _("Until a list is loaded, advertising to %(country)s leaves unchecked.")
