"""Who did what to a version and its template, when and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from messaging.models import Template, TemplateVersion

_SHOWN = 100
_HEAD_FIELDS = ("name", "language", "message_class", "advertiser")


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Who did what, and why; `comment` keeps its newlines."""

    at: datetime
    who: str
    what: str
    comment: str = ""


def history_rows(version: TemplateVersion) -> list[HistoryRow]:
    """What happened to the version, and to its template's head since, newest first."""
    rows = [*_of_version(version), *head_rows(version.template)]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def head_rows(template: Template) -> list[HistoryRow]:
    """What happened to the template's head: made, and what was changed from what to what."""
    records = list(
        template.history.select_related("history_user", "advertiser").order_by(
            "-history_date", "-history_id"
        )[:_SHOWN]
    )
    older = [*records[1:], None]
    return [_head_row(record, former) for record, former in zip(records, older, strict=True)]


def _of_version(version: TemplateVersion) -> Iterator[HistoryRow]:
    records = version.history.select_related("history_user").order_by(
        "-history_date", "-history_id"
    )
    for record in records[:_SHOWN]:
        what, comment = _what(record)
        yield HistoryRow(record.history_date, _who(record), what, comment)


def _who(record: Any) -> str:
    return str(record.history_user.get_username()) if record.history_user else _("System")


def _what(record: Any) -> tuple[str, str]:
    """The stored word in the reader's language, and the comment: whole where the version still
    has it, because reasons are cut."""
    words = {
        "created": _("Draft created"),
        "changed": _("Draft changed"),
        "submitted": _("Submitted for approval"),
        "staged": _("Approved for later"),
        "approved": _("Approved"),
        "activated": _("Put in force"),
        "rejected": _("Rejected"),
        "withdrawn": _("Withdrawn"),
        "retired": _("Retired"),
    }
    word, _separator, reason = (record.history_change_reason or "").partition(": ")
    reason = reason.strip()
    if word == "activated" and reason == "planned":
        return _("Put in force as planned"), ""
    if reason and record.comment.startswith(reason):
        reason = record.comment
    return words.get(word, word), reason


def _head_row(record: Any, former: Any | None) -> HistoryRow:
    if former is None:
        return HistoryRow(record.history_date, _who(record), _("Template created"))
    changes = [
        _("%(field)s: “%(before)s” became “%(after)s”")
        % {
            "field": _field(name),
            "before": _shown(former, name),
            "after": _shown(record, name),
        }
        for name in _HEAD_FIELDS
        if getattr(record, name) != getattr(former, name)
    ]
    return HistoryRow(record.history_date, _who(record), _("Template changed"), "\n".join(changes))


def _shown(record: Any, name: str) -> str:
    display = getattr(record, f"get_{name}_display", None)
    return str(display() if display else getattr(record, name))


def _field(name: str) -> str:
    field: Any = Template._meta.get_field(name)
    return str(field.verbose_name).capitalize()
