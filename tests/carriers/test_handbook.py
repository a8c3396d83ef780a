"""The handbook's tables of options are those of the program."""

from pathlib import Path

from carriers.options.handbook import handbook

DOCUMENT = Path(__file__).parents[2] / "docs" / "carriers.md"


def test_tables_of_the_handbook_are_current():
    """When this fails: paste what `manage.py bind_options` prints."""
    assert handbook().strip() in DOCUMENT.read_text(encoding="utf-8")
