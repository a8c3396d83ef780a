"""How long ago something was, in the reader's language.

Django has no Vietnamese for its units of time, so they are said here, with its own words.
"""

from datetime import datetime
from typing import Any

from django.utils.timesince import timesince
from django.utils.translation import ngettext_lazy

_UNITS: Any = {  # lazy texts, which the stubs of `timesince` do not know
    "year": ngettext_lazy("%(num)d year", "%(num)d years", "num"),
    "month": ngettext_lazy("%(num)d month", "%(num)d months", "num"),
    "week": ngettext_lazy("%(num)d week", "%(num)d weeks", "num"),
    "day": ngettext_lazy("%(num)d day", "%(num)d days", "num"),
    "hour": ngettext_lazy("%(num)d hour", "%(num)d hours", "num"),
    "minute": ngettext_lazy("%(num)d minute", "%(num)d minutes", "num"),
}


def since(moment: datetime, now: datetime) -> str:
    """The time from `moment` to `now` in its largest unit: "3 minutes"; "0 minutes" below one."""
    return timesince(moment, now, time_strings=_UNITS, depth=1)
