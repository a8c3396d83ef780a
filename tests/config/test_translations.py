"""Both catalogues are complete, and Vietnamese is Vietnamese."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings

# Names, codes and words that Vietnamese writes as English does.
SAME_IN_BOTH = frozenset(
    (Path(__file__).parent / "same_in_vietnamese.txt").read_text().splitlines()
)
PLACEHOLDER = re.compile(r"%\([a-z_0-9]+\)[sd]|%[sd]|\{[a-z_]*\}")


def catalogue(language):
    return polib.pofile(str(settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "django.po"))


def texts(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.parametrize("language", ["en", "vi"])
def test_no_string_is_missing(language):
    missing = [entry.msgid for entry in catalogue(language) if not all(texts(entry))]
    assert missing == []


def test_the_catalogues_hold_the_same_strings():
    assert {e.msgid for e in catalogue("en")} == {e.msgid for e in catalogue("vi")}


def test_vietnamese_differs_from_english_outside_a_short_list():
    same = {e.msgid for e in catalogue("vi") if e.msgid in texts(e)}
    assert same - SAME_IN_BOTH == set()


def test_placeholders_survive_translation():
    broken = [
        entry.msgid
        for entry in catalogue("vi")
        if any(
            set(PLACEHOLDER.findall(text))
            - set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
            or set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
            - set(PLACEHOLDER.findall(text))
            for text in texts(entry)
        )
    ]
    assert broken == []


# Marked in code, so that a string added without a translation fails here and not on a page.
_MARKED = re.compile(
    r"""(?<![\w.])(?:_|gettext|gettext_lazy|gettext_noop|text)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)[,)]"""
)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_TAG = re.compile(r"""\{%-?\s*(?:trans|translate)\s+"([^"]+)\"""")


def marked_strings():
    for app in ("config", "compliance", "carriers", "routing", "messaging", "campaigns"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            for match in _MARKED.findall(path.read_text()):
                yield "".join(_STRING.findall(match))
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        # Django doubles percent signs of template strings in the catalogue.
        yield from (text.replace("%", "%%") for text in _TAG.findall(path.read_text()))


def test_every_marked_string_is_in_the_catalogue():
    known = {entry.msgid for entry in catalogue("vi")}
    marked = {text for text in marked_strings() if text and "\\" not in text}
    assert sorted(marked - known) == []
