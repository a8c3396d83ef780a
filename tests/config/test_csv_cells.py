import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.common.csv_cells import csv_lines, safe_cell
from routing.numbers import normalize


@pytest.mark.parametrize("cell", ["=1+1", "+84912345678", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_nothing_is_a_formula(cell):
    assert safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Nguyễn An", "0912345678", "1.250.000đ"])
def test_other_cells_stay_as_they_are(cell):
    assert safe_cell(cell) == cell


def test_a_number_that_was_made_safe_is_read_back():
    assert normalize(safe_cell("+84912345678")).msisdn == "84912345678"


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=1), max_size=4))
def test_lines_are_csv_with_a_byte_order_mark(rows):
    mark, *lines = csv_lines(rows)
    assert mark == "\ufeff"
    read = list(csv.reader(io.StringIO("".join(lines), newline="")))
    assert read == [[safe_cell(cell) for cell in row] for row in rows]
