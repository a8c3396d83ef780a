import re
from argparse import ArgumentParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

# Packages whose pages people see and that have no Vietnamese of their own.
_BORROWED = ("unfold", "simple_history", "django_celery_beat")
_TAG = re.compile(r"""\{%-?\s*(?:trans|translate)\s+(["'])(.+?)\1""")
_PLURAL = re.compile(
    r"""\{% blocktranslate count [^%]*%\}([^{]+)\{% plural %\}([^{]+)\{% endblocktranslate %\}"""
)
_CALL = re.compile(r"""\b_\(\s*(["'])((?:(?!\1).)+)\1\s*\)""")


class Command(BaseCommand):
    help = (
        "Compiles the message catalogues that changed. With --extract it first collects the "
        "strings of the code and of borrowed pages (needs gettext's tools)."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--extract", action="store_true", help="Collect strings first.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["extract"]:
            self._extract()
        for source in _sources():
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                polib.pofile(str(source)).save_as_mofile(str(target))

    def _extract(self) -> None:
        former = {source: _entries(source) for source in _sources()}
        call_command(
            "makemessages",
            locale=[code for code, _name in settings.LANGUAGES],
            ignore_patterns=[".venv", "tests", "var", "docs"],
            no_wrap=True,
            no_location=True,
            no_obsolete=True,
            verbosity=0,
        )
        borrowed = _borrowed()
        for source in _sources():
            catalogue = polib.pofile(str(source), wrapwidth=0)
            known = {entry.msgid for entry in catalogue}
            kept = former.get(source, {})
            catalogue.extend(
                _entry(msgid, borrowed[msgid], kept.get(msgid))
                for msgid in sorted(borrowed.keys() - known)
            )
            for entry in catalogue:
                _settle(entry, is_source=source.parts[-3] == settings.LANGUAGE_CODE)
            catalogue.metadata.pop("POT-Creation-Date", None)
            catalogue.sort(key=lambda entry: entry.msgid)
            catalogue.save()


def _sources() -> list[Path]:
    return [
        path
        for folder in settings.LOCALE_PATHS
        for path in sorted(Path(folder).glob("*/LC_MESSAGES/*.po"))
    ]


def _borrowed() -> dict[str, str]:
    """Strings with their plurals; "" for those without."""
    found: dict[str, str] = {}
    for name in _BORROWED:
        spec = find_spec(name)
        for folder in spec.submodule_search_locations or () if spec else ():
            for path in Path(folder).rglob("*"):
                if path.suffix in {".html", ".py"}:
                    text = path.read_text()
                    pattern = _TAG if path.suffix == ".html" else _CALL
                    found |= {match[1]: "" for match in pattern.findall(text)}
                    found |= dict(_PLURAL.findall(text))
    return found


def _entry(msgid: str, plural: str, former: polib.POEntry | None) -> polib.POEntry:
    """A string of a borrowed page with the translation that it had."""
    entry = polib.POEntry(msgid=msgid, msgid_plural=plural, comment="borrowed page")
    if plural:
        entry.msgstr_plural = (former.msgstr_plural if former else None) or {0: ""}
    elif former:
        entry.msgstr = former.msgstr
    return entry


def _entries(source: Path) -> dict[str, polib.POEntry]:
    return {entry.msgid: entry for entry in polib.pofile(str(source))}


def _settle(entry: polib.POEntry, *, is_source: bool) -> None:
    """The source language says what it says; a guess of another translation is none."""
    if "fuzzy" in entry.flags:
        entry.flags.remove("fuzzy")
        entry.msgstr = ""
        entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural, "")
        entry.previous_msgid = entry.previous_msgid_plural = None
    if is_source and entry.msgid_plural:
        entry.msgstr_plural = {0: entry.msgid, 1: entry.msgid_plural}
    elif is_source:
        entry.msgstr = entry.msgid
