"""The audit log as a file, with the numbers of the chain's links that prove it."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

from django.db.models import QuerySet
from django.utils import translation

from compliance.models import AuditEntry, User
from compliance.selectors.audit import audit_lines, links_of
from config.common import audit

LARGEST_EXPORT = 100_000
_CHUNK = 1_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute them
_TITLES = ("id", "at", "who", "sentence", "action", "object", "account", "link", "digest", "detail")


def audit_export(
    *,
    rows: QuerySet[AuditEntry],
    form: str,
    account_id: int | None,
    actor: User | None,
    filters: str,
) -> Iterator[str]:
    """Lines of CSV or, with `form` json, of one JSON document; newest first, at most 100,000
    entries. `account_id` is that of the reader, in whose log the download is noted."""
    first = list(rows.order_by("-pk").values_list("pk", flat=True)[: LARGEST_EXPORT + 1])
    kept = first[:LARGEST_EXPORT]
    audit.record(
        action="audit.exported",
        actor=actor,
        account_id=account_id,
        detail={
            "rows": len(kept),
            "filters": filters,
            "format": form,
            "is_cut": len(first) > len(kept),
        },
    )
    language = translation.get_language() or "en"
    return _FORMS[form](_entries(kept, language))


def _entries(ids: list[int], language: str) -> Iterator[dict[str, Any]]:
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        found = AuditEntry.objects.filter(pk__in=chunk).select_related("actor").order_by("-pk")
        entries = list(found)
        links = links_of(entries)
        # Made while the response is sent, when the request's language is gone.
        with translation.override(language):
            lines = audit_lines(entries)
        yield from (entry_facts(line.entry, line.who, line.sentence, links) for line in lines)


def entry_facts(entry: AuditEntry, who: str, sentence: str, links: Any) -> dict[str, Any]:
    """One entry as plain values."""
    return {
        "id": entry.pk,
        "at": entry.at.astimezone(UTC).isoformat(),
        "who": who,
        "sentence": sentence,
        "action": entry.action,
        "object": entry.subject,
        "account": entry.account_id,
        "link": links.get(entry.pk),
        "digest": bytes(entry.digest).hex(),
        "detail": entry.detail,
    }


def _csv(entries: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield "\ufeff" + _row(_TITLES)
    for entry in entries:
        detail = json.dumps(entry["detail"], ensure_ascii=False, sort_keys=True)
        yield _row([*(entry[name] for name in _TITLES[:-1]), detail])


def _row(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_cell(value) for value in cells])
    return line.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _json(entries: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield '{"schema": "signalbox.audit/1", "entries": ['
    for number, entry in enumerate(entries):
        yield (",\n" if number else "\n") + json.dumps(entry, ensure_ascii=False)
    yield "\n]}\n"


_FORMS: dict[str, Callable[[Iterator[dict[str, Any]]], Iterator[str]]] = {
    "csv": _csv,
    "json": _json,
}
