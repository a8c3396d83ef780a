"""The shape of what is known about an option."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

SECONDS = _("seconds")
PER_SECOND = _("segments a second")
SEGMENTS = _("segments")
OCTETS = _("octets")
DAYS = _("days")
PART = _("part of 1")
NUMBER = _("number")
SECRET = _("secret: stored encrypted, never shown")


@dataclass(frozen=True, slots=True)
class Option:
    """One option: `help` says what it does, `when` who should change it; `unit` may be empty."""

    name: str
    help: Any
    when: Any = ""
    unit: Any = ""

    def sentence(self) -> str:
        """Help, unit and when, as a form shows them."""
        parts = [str(self.help)]
        if self.unit and self.unit not in (SECRET, NUMBER):
            parts.append(str(_("Unit: %(unit)s.") % {"unit": self.unit}))
        if self.when:
            parts.append(str(self.when))
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Group:
    """Options that belong together."""

    code: str
    title: Any
    lead: Any
    options: tuple[Option, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.options)
