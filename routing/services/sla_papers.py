"""The SLA report as a table for machines and as a paper for the carrier."""

import csv
import io
import logging
from collections.abc import Iterable
from pathlib import Path

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from font_roboto import Roboto, RobotoBold
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace, TTFFont

from carriers.labels import detail_words
from config.common import clock
from routing.heat_words import END_WORDS
from routing.selectors.sla import SlaReport

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells every table of a font

Pairs = list[tuple[str, str]]
_FONT, _MARGIN = "Roboto", 18
_SHADE, _RULE = (241, 243, 244), (218, 220, 224)
_PRINTED = 100


def sections_of(report: SlaReport) -> list[tuple[str, Pairs]]:
    """The report in words, section by section."""
    return [
        (_("Throughput"), _throughput(report)),
        (_("Answers"), _answers(report)),
        (_("Receipts"), _receipts(report)),
        (_("Error codes"), [(name, _number(n)) for name, n in report.codes]),
        (_("Ends of messages by receipt"), [(_end(what), _number(n)) for what, n in report.ends]),
        (_("Outages"), _outages(report)),
    ]


def csv_of(report: SlaReport) -> str:
    """One line per figure: section, figure, value."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("section"), _("figure"), _("value")])
    writer.writerow(["", _("carrier"), report.carrier.name])
    writer.writerow(["", _("from"), report.first.isoformat()])
    writer.writerow(["", _("to"), report.last.isoformat()])
    for title, pairs in sections_of(report):
        for name, value in pairs:
            writer.writerow([_safe(title), _safe(name), _safe(value)])
    return out.getvalue()


def _safe(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@" else cell


def pdf_of(report: SlaReport) -> bytes:
    """Two pages at most, in the language in force."""
    sheet = FPDF(format="A4")
    sheet.add_font(_FONT, "", Path(Roboto))
    sheet.add_font(_FONT, "B", Path(RobotoBold))
    sheet.set_margins(_MARGIN, _MARGIN, _MARGIN)
    sheet.set_draw_color(*_RULE)
    sheet.set_title(title_of(report))
    sheet.set_creator("Signalbox")
    sheet.add_page()
    _words(sheet, title_of(report), 18, "B")
    _words(sheet, period_of(report), 10)
    _words(
        sheet,
        _("Made on %(day)s from what our systems counted; days are those of UTC.")
        % {"day": date_format(clock.now(), "DATE_FORMAT")},
        10,
    )
    for title, pairs in sections_of(report):
        if pairs:
            _words(sheet, title, 13, "B")
            _table(sheet, pairs[:_PRINTED])
    made = bytes(sheet.output())
    for font in sheet.fonts.values():  # they would be closed by chance
        if isinstance(font, TTFFont):
            font.ttfont.close()
    return made


def title_of(report: SlaReport) -> str:
    """What the report is about."""
    if report.sender is None:
        return _("Service report: %(carrier)s") % {"carrier": report.carrier}
    return _("Service report: %(carrier)s, sender %(sender)s") % {
        "carrier": report.carrier,
        "sender": report.sender.address,
    }


def period_of(report: SlaReport) -> str:
    """Its days."""
    days = (date_format(day, "DATE_FORMAT") for day in (report.first, report.last))
    return _("%(first)s to %(last)s, days in UTC") % dict(zip(("first", "last"), days, strict=True))


def _words(sheet: FPDF, text: str, size: float, style: str = "") -> None:
    if style:
        sheet.ln(3)
    sheet.set_font(_FONT, style, size)
    sheet.multi_cell(0, size * 0.55, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    sheet.ln(1)


def _table(sheet: FPDF, pairs: Iterable[tuple[str, str]]) -> None:
    sheet.set_font(_FONT, "", 9.5)
    with sheet.table(
        col_widths=(60, 40),
        line_height=5,
        text_align=("LEFT", "RIGHT"),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        first_row_as_headings=False,
        headings_style=FontFace(fill_color=_SHADE),
    ) as table:
        for pair in pairs:
            row = table.row()
            for cell in pair:
                row.cell(cell)


def _throughput(report: SlaReport) -> Pairs:
    contracted = _("no limit") if report.contracted is None else _decimal(report.contracted)
    pairs = [
        (_("Contracted, segments/s"), contracted),
        (_("Greatest in any second, segments"), _number(report.peak_second)),
        (_("Greatest in any minute, segments/s"), _decimal(report.peak_minute / 60)),
    ]
    if report.used is not None:
        pairs.append((_("Used of the contract at most"), _percent(report.used)))
    return [
        *pairs,
        (_("Segments taken"), _number(report.segments)),
        (_("Messages taken"), _number(report.messages)),
    ]


def _answers(report: SlaReport) -> Pairs:
    asked = report.segments + report.refused + report.unanswered
    return [
        (_("Half of the answers within"), _seconds(report.answer_p50)),
        (_("95 % of the answers within"), _seconds(report.answer_p95)),
        (_("99 % of the answers within"), _seconds(report.answer_p99)),
        (_("Refused"), _of(report.refused, asked)),
        (_("Not answered"), _of(report.unanswered, asked)),
    ]


def _receipts(report: SlaReport) -> Pairs:
    return [
        (_("Messages that asked for a receipt"), _number(report.asked)),
        (_("Coverage: receipts that came"), _percent(report.coverage)),
        (_("Delivered"), _percent(report.delivery_rate)),
        (_("Half of the deliveries told within"), _seconds(report.receipt_p50)),
        (_("95 % of the deliveries told within"), _seconds(report.receipt_p95)),
    ]


def _outages(report: SlaReport) -> Pairs:
    now = clock.now()
    pairs = [
        (
            _("%(from)s, %(detail)s")
            % {
                "from": date_format(one.since, "SHORT_DATETIME_FORMAT"),
                "detail": detail_words(one.detail) or _("no session"),
            },
            _seconds(one.seconds(now)),
        )
        for one in report.outages
    ]
    if report.availability is not None:
        pairs.insert(0, (_("A session was there"), _percent(report.availability)))
    return pairs


def _end(what: str) -> str:
    return str(END_WORDS.get(what, what))


def _number(value: int) -> str:
    return str(number_format(value, use_l10n=True, force_grouping=True))


def _decimal(value: float) -> str:
    return str(number_format(round(value, 1), use_l10n=True))


def _percent(part: float | None) -> str:
    return "–" if part is None else f"{number_format(round(part * 100, 2), use_l10n=True)} %"


def _of(count: int, total: int) -> str:
    return f"{_number(count)} ({_percent(count / total)})" if total else _number(count)


def _seconds(value: float | None) -> str:
    if value is None:
        return "–"
    if value < 1:
        return _("%(count)d ms") % {"count": round(value * 1000)}
    if value < 120:
        return _("%(count)s s") % {"count": _decimal(value)}
    return _("%(count)s min") % {"count": _decimal(value / 60)}
