"""A proof pack on paper: A4, the story first, then every fact it rests on.

The JSON is attached to the file, and its checksum stands on each page.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.timezone import get_current_timezone_name, localtime
from django.utils.translation import gettext as _
from font_roboto import Roboto, RobotoBold
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, VAlign, XPos, YPos
from fpdf.fonts import FontFace, TTFFont

from messaging.selectors.proofs.model import Proof
from messaging.services.proofs.paper import Section, sections_of
from messaging.services.proofs.stories import moment

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells every table of a font

PRINTED_ROWS = 200  # of a table: nobody reads a thousand lines, and setting them takes long
_FONT = "Roboto"
_MARGIN = 18
_TITLE, _HEAD, _BODY, _SMALL = 20, 13, 9.5, 7.5
_LONGEST_WORD, _CHECKSUM = 22, 64
_GREY, _RULE, _SHADE = (95, 99, 104), (218, 220, 224), (241, 243, 244)


class _Sheet(FPDF):
    """A page with the pack's name above and its checksum below."""

    def __init__(self, subject: str, sha256: str) -> None:
        super().__init__(format="A4")
        self.subject_line, self.sha256 = subject, sha256
        self.add_font(_FONT, "", Path(Roboto))
        self.add_font(_FONT, "B", Path(RobotoBold))
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=22)
        self.set_draw_color(*_RULE)

    def header(self) -> None:
        """Nothing on the first page, which has a title."""
        if self.page_no() == 1:
            return
        self.set_font(_FONT, "", _SMALL)
        self.set_text_color(*_GREY)
        self.cell(0, 5, self.subject_line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(3)
        self.set_text_color(0)

    def footer(self) -> None:
        """The checksum of the JSON, and the page of how many."""
        self.set_y(-16)
        self.set_font(_FONT, "", 6.5)
        self.set_text_color(*_GREY)
        note = _("SHA-256 of the attached proof.json: %(sha256)s") % {"sha256": self.sha256}
        self.cell(self.epw - 25, 5, note)
        page = _("Page %(page)d of %(pages)s") % {"page": self.page_no(), "pages": "{nb}"}
        self.cell(25, 5, page, align="R")
        self.set_text_color(0)

    def heading(self, text: str, size: float) -> None:
        """A heading that never stands alone at the foot of a page."""
        if self.will_page_break(size + 12):
            self.add_page()
        self.ln(4)
        self.set_font(_FONT, "B", size)
        self.multi_cell(0, size * 0.5, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1.5)

    def words(self, text: str, size: float = _BODY) -> None:
        """A paragraph."""
        self.set_font(_FONT, "", size)
        self.multi_cell(0, size * 0.53, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1)


def pdf_of(proof: Proof, text: str, sha256: str) -> bytes:
    """The pack as PDF in the language in force, with its JSON `text` attached."""
    subject = _("Proof pack: %(subject)s") % {"subject": _subject(proof)}
    sheet = _Sheet(subject, sha256)
    sheet.set_creation_date(proof.made_at)
    sheet.set_title(subject)
    sheet.set_creator("Signalbox")
    sheet.set_lang(proof.language)
    sheet.embed_file(basename="proof.json", bytes=text.encode(), desc=proof.schema)
    sheet.add_page()
    _first_page(sheet, proof)
    sheet.add_page()
    for section in sections_of(proof):
        _section(sheet, section)
    made = bytes(sheet.output())
    for font in sheet.fonts.values():  # they would be closed by chance
        if isinstance(font, TTFFont):
            font.ttfont.close()
    return made


def _subject(proof: Proof) -> str:
    if proof.message is None:
        return _("number %(number)s") % {"number": proof.person.number}
    return _("message to %(number)s") % {"number": proof.person.number}


def _first_page(sheet: _Sheet, proof: Proof) -> None:
    sheet.heading(_("What happened"), _TITLE)
    sheet.set_text_color(*_GREY)
    sheet.words(sheet.subject_line)
    sheet.words(
        _("Made on %(day)s for %(who)s.") % {"day": moment(proof.made_at), "who": _asker(proof)}
    )
    zone = localtime(proof.made_at)
    sheet.words(
        _("Times are those of %(zone)s (UTC%(offset)s).")
        % {"zone": get_current_timezone_name(), "offset": f"{zone:%z}"}
    )
    sheet.set_text_color(0)
    sheet.ln(3)
    for number, sentence in enumerate(proof.story, 1):
        sheet.set_font(_FONT, "B", 11)
        sheet.cell(8, 6, f"{number}.")
        sheet.set_font(_FONT, "", 11)
        sheet.multi_cell(0, 6, sentence, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        sheet.ln(1.6)


def _asker(proof: Proof) -> str:
    who = proof.made_for
    if who.username:
        return who.name or who.username
    return _("the API key %(key)s…") % {"key": who.api_key} if who.api_key else _("the system")


def _section(sheet: _Sheet, section: Section) -> None:
    sheet.heading(section.title, _HEAD)
    for paragraph in section.paragraphs:
        sheet.words(paragraph)
    if section.facts:
        _table(sheet, (), section.facts, (28, 72), is_facts=True)
    for table in section.tables:
        if table.title:
            sheet.set_font(_FONT, "B", _BODY)
            sheet.cell(0, 6, table.title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        _table(sheet, table.heads, table.rows[:PRINTED_ROWS], table.widths)
        if len(table.rows) > PRINTED_ROWS:
            sheet.words(
                _("The first %(shown)d of %(count)d are printed; the attached JSON has all.")
                % {"shown": PRINTED_ROWS, "count": len(table.rows)}
            )


def _table(
    sheet: _Sheet,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    is_facts: bool = False,
) -> None:
    sheet.set_font(_FONT, "", _BODY if is_facts else _SMALL)
    options: dict[str, Any] = {
        "col_widths": tuple(widths),
        "line_height": 4.6 if is_facts else 3.8,
        "text_align": "LEFT",
        "borders_layout": TableBordersLayout.HORIZONTAL_LINES,
        "padding": 1,
        "v_align": VAlign.T,
        "first_row_as_headings": bool(heads),
        "headings_style": FontFace(emphasis="BOLD", fill_color=_SHADE),
    }
    with sheet.table(**options) as table:
        for cells in [heads, *rows] if heads else rows:
            row = table.row()
            for place, cell in enumerate(cells):
                style = FontFace(color=_GREY) if is_facts and place == 0 else None
                row.cell(_breakable(cell, _CHECKSUM if is_facts else _LONGEST_WORD), style=style)
    sheet.ln(2)


def _breakable(text: str, longest: int) -> str:
    """Checksums and addresses in lines that fit a cell."""
    return " ".join(
        word
        if len(word) <= longest
        else "\n".join(word[i : i + longest] for i in range(0, len(word), longest))
        for word in text.split(" ")
    )
