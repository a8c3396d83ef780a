"""Sheets of paper of the demo: what stands for a scanned form, a lease or a certificate."""

from datetime import UTC, datetime

from fpdf import FPDF

_MADE = datetime(2026, 1, 1, tzinfo=UTC)  # the same file each time


def sheet(title: str) -> bytes:
    """A PDF of one page with one line, in Latin letters."""
    page = FPDF()
    page.set_creation_date(_MADE)
    page.add_page()
    page.set_font("Helvetica", size=16)
    page.cell(text=title)
    return bytes(page.output())
