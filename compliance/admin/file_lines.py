"""Lines of uploaded files: as they are read, what is wrong with them, and to take away."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.number_files import Row
from compliance.numbers import to_display

BAD_LINE_TEXTS: dict[str, str | Promise] = {
    "number_missing": gettext_lazy("There is no number in this line."),
    "number_wrong": gettext_lazy("This is no number that may stand here: write 0912 345 678."),
    "flag_unknown": gettext_lazy("The flag is neither S (messages), V (calls) nor both."),
    "change_unknown": gettext_lazy("The change is neither + nor -."),
    "brand_unknown": gettext_lazy("No advertiser and no sender here has this brand."),
}
PREVIEW_HEADS = (
    gettext_lazy("Line"),
    gettext_lazy("As it stands in the file"),
    gettext_lazy("Read as"),
)
BAD_HEADS = (gettext_lazy("Line"), gettext_lazy("As it stands in the file"), gettext_lazy("Reason"))


def bad_line_text(code: str) -> str:
    """Why a line was set aside."""
    return str(BAD_LINE_TEXTS.get(code, code))


def table(heads: Iterable[object], rows: Iterable[Iterable[object]]) -> SafeString:
    """A table inside a page's field."""
    context = {"heads": [str(one) for one in heads], "rows": [list(row) for row in rows]}
    return SafeString(render_to_string("admin/compliance/lines.html", context))


def read_as(row: Row | None, code: str, *, with_channels: bool) -> str:
    """A line of a preview in words."""
    if row is None:
        return bad_line_text(code)
    number = to_display(row.msisdn)
    if row.is_removal:
        return _("%(number)s comes off") % {"number": number}
    parts = [number]
    if with_channels:
        channels = (
            *((_("messages"),) if row.sms else ()),
            *((_("calls"),) if row.voice else ()),
        )
        parts.append(", ".join(channels) or _("refuses nothing"))
    return " · ".join(part for part in (*parts, row.brand, row.reason) if part)


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line


def csv_file(name: str, heads: Iterable[object], rows: Iterable[Iterable[Any]]) -> Any:
    """A CSV for people and spreadsheets: UTF-8 with its mark, streamed."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield "\ufeff" + writer.writerow([str(one) for one in heads])
        for row in rows:
            yield writer.writerow([_unspoilt(cell) for cell in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _unspoilt(cell: object) -> str:
    """No formula of a spreadsheet, unless it is a number with its plus."""
    text = str(cell)
    if text.startswith(("=", "-", "@", "\t", "\r")) or (text[:1] == "+" and not text[1:].isdigit()):
        return f"'{text}"
    return text
