"""Files of prices: what their columns mean, and each line as a rate or as what is wrong with it.
Pure."""

from routing.price_files.layout import Layout, LayoutError, layout_of
from routing.price_files.rows import (
    BAD_LINES,
    BadLine,
    KnownNetwork,
    PriceRow,
    RowReader,
    file_rows,
)

__all__ = [
    "BAD_LINES",
    "BadLine",
    "KnownNetwork",
    "Layout",
    "LayoutError",
    "PriceRow",
    "RowReader",
    "file_rows",
    "layout_of",
]
