"""Files of ported numbers: read and compared, then taken over by a person's word; and written."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import User
from compliance.number_files.national import NationalNumbers
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError
from routing.constants import LookupFinding, NetworkSource
from routing.models import LookupProvider, Network, NumberImport, NumberOverride

LARGEST_OCTETS: Final = 200 * 1024 * 1024
MOST_BAD_LINES: Final = 1000
HEAD: Final = ("number", "network", "source", "valid_until")
_NUMBER_HEADS: Final = frozenset({"number", "msisdn", "phone"})
# What is wrong with a line, by code.
PROBLEMS: Final = {
    "number_wrong": _("This is no number: write it with plus and country code."),
    "network_unknown": _("No network has this code, name or MCC-MNC."),
    "until_wrong": _("The date is not understood: write 2027-01-31."),
    "number_twice": _("The number stood in the file before."),
}

Row = tuple[str, int | None, str, datetime | None]


@transaction.atomic
def number_import_check(
    *,
    file_name: str,
    content: bytes,
    provider: LookupProvider | None,
    country: str,
    actor: User | None,
) -> NumberImport:
    """Reads a CSV (number, network, source, valid_until; an empty network takes a number back) and
    compares it with what is known; nothing of it counts yet. Bad lines are set aside.

    `country`: whose way of writing numbers without plus is understood. Raises InvalidError for a
    file that cannot be read at all.
    """
    text = _decoded(content)
    made = NumberImport.objects.create(
        provider=provider, file_name=file_name[:120], created_by=actor, created_at=clock.now()
    )
    reader = _Reader(_networks(), NationalNumbers(country, abroad=True))
    with connection.cursor() as cursor:
        with cursor.copy(
            "COPY routing_numberimportline"
            " (number_import_id, msisdn, network_id, source, valid_until) FROM STDIN"
        ) as copy:
            for row in reader.rows(text):
                copy.write_row((made.pk, *row))
        cursor.execute("ANALYZE routing_numberimportline")
        cursor.execute(_COMPARE_LOOKUPS if provider else _COMPARE, {"import": made.pk})
        made.added, made.changed, made.same, made.removed = cursor.fetchone()
    made.lines, made.bad, made.bad_lines = reader.lines, reader.bad, reader.bad_lines
    made.save()
    return made


_COUNTS = """
SELECT count(*) FILTER (WHERE l.network_id IS NOT NULL AND o.msisdn IS NULL),
    count(*) FILTER (WHERE l.network_id IS NOT NULL AND o.network_id IS DISTINCT FROM l.network_id
        AND o.msisdn IS NOT NULL),
    count(*) FILTER (WHERE l.network_id IS NOT NULL AND o.network_id = l.network_id),
    count(*) FILTER (WHERE l.network_id IS NULL AND o.msisdn IS NOT NULL)
FROM routing_numberimportline l
"""
_COMPARE = (
    _COUNTS
    + """LEFT JOIN routing_numberoverride o ON o.msisdn = l.msisdn
WHERE l.number_import_id = %(import)s"""
)
_COMPARE_LOOKUPS = (
    _COUNTS
    + """LEFT JOIN routing_numberlookup o ON o.msisdn = l.msisdn AND o.source = 'lookup'
WHERE l.number_import_id = %(import)s"""
)


class _Reader:
    """Good lines as rows; of bad ones the first thousand with what is wrong."""

    def __init__(self, networks: Mapping[str, int], numbers: NationalNumbers) -> None:
        self._networks, self._numbers = networks, numbers
        self._seen: set[str] = set()
        self.lines = self.bad = 0
        self.bad_lines: list[dict[str, Any]] = []

    def rows(self, text: str) -> Iterator[Row]:
        delimiter = ";" if text[:2000].count(";") > text[:2000].count(",") else ","
        for place, cells in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), 1):
            if not any(cell.strip() for cell in cells):
                continue
            if place == 1 and cells[0].strip().lower() in _NUMBER_HEADS:
                continue
            self.lines += 1
            row = self._row(cells)
            if isinstance(row, str):
                self._refuse(place, row, cells)
            else:
                yield row

    def _row(self, cells: list[str]) -> Row | str:
        number, network, source, until = (*(cell.strip() for cell in cells), "", "", "", "")[:4]
        msisdn = self._numbers.read(number)
        if msisdn is None or len(msisdn) > 15:
            return "number_wrong"
        if msisdn in self._seen:
            return "number_twice"
        network_id = self._networks.get(network.casefold())
        if network and network_id is None:
            return "network_unknown"
        try:
            valid_until = _until(until)
        except ValueError:
            return "until_wrong"
        self._seen.add(msisdn)
        return msisdn, network_id, source[:60], valid_until

    def _refuse(self, place: int, code: str, cells: list[str]) -> None:
        self.bad += 1
        if len(self.bad_lines) < MOST_BAD_LINES:
            self.bad_lines.append({"line": place, "code": code, "content": ",".join(cells)[:80]})


def _until(text: str) -> datetime | None:
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _decoded(content: bytes) -> str:
    if len(content) > LARGEST_OCTETS:
        raise InvalidError(
            "file_too_large",
            _("The file is larger than 200 MB: split it."),
            field="file",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidError(
            "file_not_text", _("The file is no text in UTF-8: save it as CSV."), field="file"
        ) from error


def _networks() -> dict[str, int]:
    """Networks by everything a file may call them."""
    found: dict[str, int] = {}
    for one in Network.objects.all():
        for word in (one.name, one.mcc_mnc, one.mcc_mnc.replace("-", ""), one.code):
            if word:
                found[word.casefold()] = one.pk
    return found


_APPLY = """
INSERT INTO routing_numberoverride (msisdn, network_id, source, valid_until)
SELECT msisdn, network_id, coalesce(nullif(source, ''), %(file)s), valid_until
FROM routing_numberimportline WHERE number_import_id = %(import)s AND network_id IS NOT NULL
ORDER BY msisdn
ON CONFLICT (msisdn) DO UPDATE SET network_id = excluded.network_id, source = excluded.source,
    valid_until = excluded.valid_until
"""
_TAKE_BACK = """
DELETE FROM routing_numberoverride o USING routing_numberimportline l
WHERE l.number_import_id = %(import)s AND l.network_id IS NULL AND o.msisdn = l.msisdn
"""
_APPLY_LOOKUPS = """
INSERT INTO routing_numberlookup
    (msisdn, source, finding, network_id, provider_id, detail, looked_at, expires_at)
SELECT msisdn, %(lookup)s, %(found)s, network_id, %(provider)s,
    coalesce(nullif(source, ''), %(file)s), %(now)s, coalesce(valid_until, %(until)s)
FROM routing_numberimportline WHERE number_import_id = %(import)s AND network_id IS NOT NULL
ORDER BY msisdn
ON CONFLICT (msisdn, source) DO UPDATE SET finding = excluded.finding,
    network_id = excluded.network_id, network_was_id = NULL, provider_id = excluded.provider_id,
    detail = excluded.detail, looked_at = excluded.looked_at, expires_at = excluded.expires_at
"""
_TAKE_BACK_LOOKUPS = """
DELETE FROM routing_numberlookup o USING routing_numberimportline l
WHERE l.number_import_id = %(import)s AND l.network_id IS NULL AND o.msisdn = l.msisdn
    AND o.source = %(lookup)s
"""


@transaction.atomic
def number_import_apply(*, number_import: NumberImport, actor: User | None) -> None:
    """Takes a checked file over. Raises ConflictError where that was done, or it was dropped."""
    row = _settle(number_import, NumberImport.State.APPLIED)
    now = clock.now()
    provider = row.provider
    values: dict[str, Any] = {
        "import": row.pk,
        "file": row.file_name[:60],
        "lookup": NetworkSource.LOOKUP.value,
        "found": LookupFinding.FOUND.value,
        "provider": row.provider_id,
        "now": now,
        "until": now + timedelta(hours=provider.ttl_hours) if provider else None,
    }
    with connection.cursor() as cursor:
        for statement in (_APPLY_LOOKUPS, _TAKE_BACK_LOOKUPS) if provider else (_APPLY, _TAKE_BACK):
            cursor.execute(statement, values)
    row.rows.all().delete()
    audit.record(
        action="ported_numbers.imported",
        actor=actor,
        subject=f"numberimport:{row.pk}",
        detail={
            "file": row.file_name,
            "added": row.added,
            "changed": row.changed,
            "removed": row.removed,
            "bad": row.bad,
        },
    )


@transaction.atomic
def number_import_drop(*, number_import: NumberImport, actor: User | None) -> None:
    """Forgets a checked file. Raises ConflictError as above."""
    row = _settle(number_import, NumberImport.State.DROPPED)
    row.rows.all().delete()
    audit.record(
        action="ported_numbers.dropped",
        actor=actor,
        subject=f"numberimport:{row.pk}",
        detail={"file": row.file_name},
    )


def _settle(number_import: NumberImport, state: str) -> NumberImport:
    row = NumberImport.objects.select_for_update(of=("self",)).get(pk=number_import.pk)
    if row.state != NumberImport.State.CHECKED:
        raise ConflictError(
            "import_settled", _("This file is settled already: upload it again to compare anew.")
        )
    row.state, row.settled_at = state, clock.now()
    row.save(update_fields=["state", "settled_at"])
    return row


def overrides_csv() -> Iterator[str]:
    """Every override as lines of a file that can be imported again."""
    yield _line(HEAD)
    rows = NumberOverride.objects.order_by("msisdn").values_list(
        "msisdn", "network__code", "source", "valid_until"
    )
    for msisdn, network, source, until in rows.iterator(chunk_size=5000):
        yield _line((f"+{msisdn}", network, source, until.isoformat() if until else ""))


def _line(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
