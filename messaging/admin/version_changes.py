"""What a version changes of the one that is sent now: everything that was reviewed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from messaging.admin.version_preview import slot_row, stored_wordings
from messaging.admin.version_words import LETTERS, language_name
from messaging.models import TemplateVersion
from messaging.wording.changes import Change, changes_between
from messaging.wording.wordings import WordingSet


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed: as a text with its words marked, or as a pair of values."""

    title: str
    changes: tuple[Change, ...] = ()
    before: str = ""
    after: str = ""


def differences(old: TemplateVersion, new: TemplateVersion) -> list[Difference]:
    """Texts by language, then letters, languages, slots and format; empty where all is alike."""
    found = [*_texts(old, new), *_format(old, new)]
    before, after = stored_wordings(old), stored_wordings(new)
    if before is not None and after is not None:
        found += [*_letters(before, after), *_slots(before, after)]
    return found


def _bodies(version: TemplateVersion) -> dict[str, str]:
    """By language; the template's own, which is not named, first."""
    others = {str(one["language"]): str(one["body"]) for one in version.variants}
    return {"": version.body} | others


def _texts(old: TemplateVersion, new: TemplateVersion) -> Iterator[Difference]:
    before, after = _bodies(old), _bodies(new)
    for tag in dict.fromkeys([*after, *before]):
        was, now = before.get(tag, ""), after.get(tag, "")
        if was == now:
            continue
        name = language_name(tag or new.template.language)
        title = _("Text in %(language)s") % {"language": name} if len(after) > 1 or tag else ""
        if tag not in after:
            title = _("Language taken away: %(language)s") % {"language": name}
        elif tag not in before:
            title = _("New language: %(language)s") % {"language": name}
        yield Difference(title or _("Text"), changes=changes_between(was, now))


def _format(old: TemplateVersion, new: TemplateVersion) -> Iterator[Difference]:
    if old.message_format != new.message_format:
        yield Difference(
            _("Format"),
            before=str(old.get_message_format_display()),
            after=str(new.get_message_format_display()),
        )


def _letters(before: WordingSet, after: WordingSet) -> Iterator[Difference]:
    was = {one.language: one.rewriting for one in before}
    for wording in after:
        former = was.get(wording.language)
        if former is None or former == wording.rewriting:
            continue
        yield Difference(
            _("Letters in %(language)s") % {"language": language_name(wording.language)},
            before=str(LETTERS.get(former, former)),
            after=str(LETTERS.get(wording.rewriting, wording.rewriting)),
        )


def _slots(before: WordingSet, after: WordingSet) -> Iterator[Difference]:
    was, now = _by_name(before), _by_name(after)
    for name in dict.fromkeys([*now, *was]):
        if was.get(name) == now.get(name):
            continue
        yield Difference(
            _("Slot “%(slot)s”") % {"slot": name},
            before=_described(was.get(name), now.get(name)),
            after=_described(now.get(name), was.get(name)),
        )


def _by_name(wordings: WordingSet) -> dict[str, dict[str, Any]]:
    rewriting = wordings.default.rewriting
    return {spec.name: slot_row(spec, rewriting) for spec in wordings.default.specs}


def _described(row: dict[str, Any] | None, other: dict[str, Any] | None) -> str:
    """Of a slot on both sides only what differs."""
    if row is None:
        return _("none")
    titles = {
        "type": _("Type"),
        "longest": _("Longest value"),
        "characters": _("Characters"),
        "pattern": _("Pattern"),
        "fallback": _("Fallback"),
        "example": _("Example"),
    }
    return "; ".join(
        f"{title}: {row[key] or '–'}"
        for key, title in titles.items()
        if (row[key] if other is None else row[key] != other[key])
    )
