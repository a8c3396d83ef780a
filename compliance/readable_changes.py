"""What becomes different in a country's rules: between two versions, and by the calendar."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.readable_policies import change_sentence
from compliance.readable_rules import ReadableRule, readable_pack, rule_sentence
from compliance.rule_packs import changes
from compliance.rule_packs.parsing import parse_pack
from compliance.rule_packs.upgrading import upgraded

SOON_DAYS = (7, 30, 60)
_WHERE = ("regions", "when_region_unknown")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs; an empty side was or is not there."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule (or the rest of a pack) that differs: `kind` added, removed or changed."""

    kind: str
    name: str
    sentence: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ComingChange:
    """What changes on a day; `days` from now on, `colour` by how soon."""

    day: date
    days: int
    title: str
    detail: str
    version_id: int | None = None

    @property
    def countdown(self) -> str:
        """As in "in 69 days"."""
        if self.days == 1:
            return _("tomorrow")
        return ngettext("in %(count)d day", "in %(count)d days", self.days) % {"count": self.days}

    @property
    def colour(self) -> str:
        """The sooner the louder."""
        colours = zip(SOON_DAYS, ("danger", "warning", "info"), strict=True)
        return next((colour for days, colour in colours if self.days <= days), "")


def pack_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What differs between two versions, rule by rule, in words; raises PackError if one of them
    is no pack."""
    old, new = readable_pack(upgraded(before)), readable_pack(upgraded(after))
    old_rules = {rule.id: rule for rule in old.rules}
    raw_before, raw_after = _raw_rules(before), _raw_rules(after)
    found = []
    for rule in new.rules:
        known = old_rules.pop(rule.id, None)
        if known is None:
            found.append(Difference("added", rule.id, rule.sentence, _parts(None, rule)))
            continue
        parts = _parts(known, rule)
        parts += _details(raw_before.get(rule.id, {}), raw_after.get(rule.id, {}), parts)
        if parts:
            found.append(Difference("changed", rule.id, rule.sentence, parts))
    found += [
        Difference("removed", rule.id, rule.sentence, _parts(rule, None))
        for rule in old_rules.values()
    ]
    rest = _rest(old, new, before, after)
    if rest:
        found.append(Difference("changed", "", _("The rest of the pack"), rest))
    return found


def _raw_rules(document: Mapping[str, Any]) -> dict[str, Any]:
    return {rule["id"]: rule for rule in document.get("rules", ())}


def _parts(before: ReadableRule | None, after: ReadableRule | None) -> tuple[Change, ...]:
    """The parts of a rule that differ; all that say something where it is new or gone."""
    changes = [
        Change(title, _shown(before, name), _shown(after, name))
        for name, title in _titles().items()
    ]
    if before is None or after is None:
        return tuple(one for one in changes if one.before or one.after)
    return tuple(one for one in changes if one.before != one.after)


def _titles() -> dict[str, str]:
    return {
        "sentence": _("What it asks"),
        "classes": _("Applies to"),
        "consequence": _("Otherwise"),
        "effective_from": _("In force from"),
        "effective_to": _("Ends before"),
        "citation": _("Citation"),
        "source": _("Source"),
        "confidence": _("How sure"),
        "note": _("Note"),
    }


def _shown(rule: ReadableRule | None, name: str) -> str:
    value = None if rule is None else getattr(rule, name)
    if value is None:
        return ""
    if isinstance(value, date):
        return str(date_format(value))
    if name == "source":
        return f"{value.title} ({date_format(value.read_on)})"
    return str(value)


def _details(
    before: Mapping[str, Any], after: Mapping[str, Any], known: Iterable[Change]
) -> tuple[Change, ...]:
    """Parameters that differ without the sentence saying so, such as patterns."""
    if any(change.title == _("What it asks") for change in known):
        return ()
    old, new = dict(before.get("params", {})), dict(after.get("params", {}))
    old |= {key: before[key] for key in _WHERE if key in before}
    new |= {key: after[key] for key in _WHERE if key in after}
    return tuple(
        Change(key.replace("_", " "), _words(old.get(key)), _words(new.get(key)))
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    )


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n".join(value)
    if isinstance(value, Mapping) and all(isinstance(one, str) for one in value.values()):
        return "\n".join(f"{key}: {one}" for key, one in sorted(value.items()))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _rest(
    old: Any, new: Any, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Change, ...]:
    policies, others = dict(old.policies), dict(new.policies)
    parts = [
        Change(title, policies.get(title, ""), others.get(title, ""))
        for title in dict.fromkeys((*policies, *others))
    ]
    parts.append(Change(_("Note"), old.note, new.note))
    for key, title in (
        ("effective_from", _("Earliest first day")),
        ("effective_to", _("Ends before")),
        ("zone", _("Time zone")),
        ("help", _("Answer to HELP")),
    ):
        parts.append(Change(title, _words(before.get(key)), _words(after.get(key))))
    parts.append(Change(_("Sources"), _source_titles(before), _source_titles(after)))
    parts.append(Change(_("Example cases"), _case_names(before), _case_names(after)))
    return tuple(one for one in parts if one.before != one.after)


def _source_titles(document: Mapping[str, Any]) -> str:
    return "\n".join(
        f"{source['title']} ({source['read_on']})" for source in document.get("sources", ())
    )


def _case_names(document: Mapping[str, Any]) -> str:
    return "\n".join(
        f"{case['name']}: {case['expect'].get('outcome', '')}"
        for case in document.get("examples", ())
    )


def coming_rules(data: Mapping[str, Any], today: date) -> list[ComingChange]:
    """What a version says will change after today, the nearest first."""
    pack = parse_pack(upgraded(data))
    sentences = {rule.id: rule_sentence(rule) for rule in pack.rules}
    return [
        ComingChange(
            day=change.date,
            days=(change.date - today).days,
            title=change_sentence(change, sentences.get(change.subject, "")),
            detail=dict(change.data).get("citation", ""),
        )
        for change in changes.coming_changes(pack, today)
    ]
