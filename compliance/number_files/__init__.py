"""Files of telephone numbers with a few words beside them: registers, refusals, lists.

Pure: bytes in, values out. Every line stands alone, so that a stray quotation mark or a cut-off
line spoils itself and nothing behind it.
"""

from compliance.number_files.layout import Layout, layout_of
from compliance.number_files.lines import SAMPLE_BYTES, sample, text_lines
from compliance.number_files.national import NationalNumbers
from compliance.number_files.rows import BAD_LINES, BadRow, Row, RowReader

__all__ = [
    "BAD_LINES",
    "SAMPLE_BYTES",
    "BadRow",
    "Layout",
    "NationalNumbers",
    "Row",
    "RowReader",
    "layout_of",
    "sample",
    "text_lines",
]
