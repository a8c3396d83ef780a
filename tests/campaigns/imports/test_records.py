import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.imports.records import LONGEST_FIELD, RecordReader


def read(text, delimiter=","):
    """Line, cells and problem of each record."""
    reader = RecordReader(io.StringIO(text, newline=""), delimiter)
    return [(record.line, record.cells, record.problem) for record in reader]


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("a,b\n1,2\n", [(1, ["a", "b"], ""), (2, ["1", "2"], "")]),
        ("a,b", [(1, ["a", "b"], "")]),
        ("a\r\nb\r\n", [(1, ["a"], ""), (2, ["b"], "")]),
        ("a\rb\r", [(1, ["a"], ""), (2, ["b"], "")]),
        ('a\n"x\ny\nz",2\n3,4\n', [(1, ["a"], ""), (2, ["x\ny\nz", "2"], ""), (5, ["3", "4"], "")]),
        ("\n\na\n\nb\n", [(3, ["a"], ""), (5, ["b"], "")]),
        (",,\na,b,c\n,,\n", [(2, ["a", "b", "c"], "")]),
        ('"say ""hi""",1\n', [(1, ['say "hi"', "1"], "")]),
        ('"loose"end,1\nb,2\n', [(1, ["looseend", "1"], ""), (2, ["b", "2"], "")]),
        ("a\0b,1\n", [(1, ["a\0b", "1"], "")]),
        ("", []),
    ],
)
def test_records_start_on_their_physical_line(text, records):
    assert read(text) == records


@pytest.mark.parametrize(
    ("text", "problems", "good"),
    [
        ('a\n"x,1\ny,2\nz,3\n', [2], [["a"], ["y", "2"], ["z", "3"]]),
        ('"x\nb,"y,1\nc,2', [1, 2], [["c", "2"]]),
        ('a,1\nb,2\n"', [3], [["a", "1"], ["b", "2"]]),
        ('"a,1\nb,"",2\n"c",3\n', [1], [["b", "", "2"], ["c", "3"]]),
    ],
)
def test_an_unclosed_quote_costs_its_own_line_only(text, problems, good):
    found = read(text)
    assert [line for line, _, problem in found if problem == "unclosed_quote"] == problems
    assert [cells for _, cells, problem in found if not problem] == good


def test_an_unclosed_quote_is_given_up_long_before_the_end_of_a_large_file():
    text = '"lost,1\n' + "".join(f"n{i},{i}\n" for i in range(10_000))
    found = read(text)
    assert found[0] == (1, [], "unclosed_quote")
    assert len(found) == 10_001
    assert found[-1] == (10_001, ["n9999", "9999"], "")


def test_a_field_beyond_all_measure_is_one_bad_record():
    found = read("a,1\n" + "x" * (LONGEST_FIELD + 1) + ",2\nb,3\n")
    assert [(line, problem) for line, _, problem in found] == [
        (1, ""),
        (2, "unreadable_row"),
        (3, ""),
    ]


def test_raw_is_the_record_as_it_stands_in_the_file():
    reader = RecordReader(io.StringIO('a\n"x\ny",2\n"torn\nb\n', newline=""), ",", first_line=3)
    raws = [(record.line, reader.raw) for record in reader]
    assert raws == [(3, "a\n"), (4, '"x\ny",2\n'), (6, '"torn\n'), (7, "b\n")]


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=8), st.sampled_from(",;\t|"))
def test_whatever_csv_writes_is_read_back(rows, delimiter):
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    found = read(written.getvalue(), delimiter)
    assert [cells for _, cells, _ in found] == [row for row in rows if any(row)]
    assert not any(problem for _, _, problem in found)


@given(st.text(st.sampled_from('ab",\n\r'), max_size=60))
def test_no_text_loses_a_line_or_stops_the_reader(text):
    lines = io.StringIO(text, newline="").readlines()
    reader = RecordReader(lines, ",")
    covered = []
    for record in reader:
        assert record.line not in covered
        covered.extend(range(record.line, record.line + len(reader.raw.splitlines(keepends=True))))
    skipped = set(range(1, len(lines) + 1)) - set(covered)
    assert all(not lines[number - 1].strip('\r\n,"') for number in skipped)
