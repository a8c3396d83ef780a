"""An erasure in words: what goes, what stays, until when and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

TITLES: Mapping[str, Any] = {
    "texts": gettext_lazy("Texts of messages"),
    "replies": gettext_lazy("Texts of replies"),
    "conversations": gettext_lazy("Conversations with every note in them"),
    "counts": gettext_lazy("Counts of how often advertisers wrote"),
    "bad_lines": gettext_lazy("Lines of imported files"),
    "trigger_events": gettext_lazy("Events of platforms in which the number was"),
    "audiences": gettext_lazy("Number in the audiences of campaigns"),
    "contact": gettext_lazy("Contact with name and attributes, on every list"),
    "evidence": gettext_lazy("Records of consent and of its withdrawal"),
    "open_messages": gettext_lazy("Messages on their way"),
    "message_records": gettext_lazy("Messages without their texts: number, times, outcome"),
    "refusals": gettext_lazy("Refusal of advertising"),
}
REASONS: Mapping[str, Any] = {
    "on_their_way": gettext_lazy("A message that is on its way is erased when it has arrived."),
    "message_records": gettext_lazy(
        "Records of traffic are kept as long as the country's rules or the account's policy say."
    ),
    "evidence_owed": gettext_lazy(
        "Who was written to may complain: the proof of consent and refusal is owed that long."
    ),
    "refusal_holds": gettext_lazy(
        "Without the number nobody could know that it must not be written to again."
    ),
}


@dataclass(frozen=True, slots=True)
class ErasureLine:
    """One line of the table."""

    title: str
    rows: int
    is_kept: bool
    until: str
    reason: str


def erasure_lines(report: Iterable[Mapping[str, Any]]) -> list[ErasureLine]:
    """The lines of a report, or of what would be in one."""
    return [
        ErasureLine(
            title=str(TITLES[line["what"]]),
            rows=line["rows"],
            is_kept=line["is_kept"],
            until=_until(line),
            reason=str(REASONS[line["why"]]) if line["why"] else "",
        )
        for line in report
    ]


def _until(line: Mapping[str, Any]) -> str:
    if not line["is_kept"]:
        return ""
    if line["until"] is None:
        return _("for good")
    day = date_format(date.fromisoformat(line["until"]))
    return _("until %(day)s") % {"day": day}
