"""A dry run, step by step, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.admin.trigger_common import place_words
from campaigns.selectors.labels import ENCODINGS, money, reason_label, status_label
from campaigns.services.triggers.common import sentence
from campaigns.services.triggers.trials import MappingTrial
from campaigns.triggers.conditions import Finding
from campaigns.triggers.readings import Reading
from messaging.services.previews import Preview

GOOD, BAD, REST = "good", "bad", ""
OPERATOR_CHOICES: Sequence[tuple[str, Any]] = (
    ("equals", gettext_lazy("is")),
    ("not_equals", gettext_lazy("is not")),
    ("contains", gettext_lazy("contains")),
    ("not_contains", gettext_lazy("does not contain")),
    ("starts_with", gettext_lazy("begins with")),
    ("ends_with", gettext_lazy("ends with")),
    ("in", gettext_lazy("is one of")),
    ("not_in", gettext_lazy("is none of")),
    ("greater", gettext_lazy("is more than")),
    ("at_least", gettext_lazy("is at least")),
    ("less", gettext_lazy("is less than")),
    ("at_most", gettext_lazy("is at most")),
    ("matches", gettext_lazy("matches the pattern")),
    ("exists", gettext_lazy("is there")),
    ("missing", gettext_lazy("is not there")),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a title, how it went (good, bad, ""), and rows of name, value and remark."""

    title: str
    tone: str
    rows: tuple[tuple[str, str, str], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class TrialShown:
    """The verdict in one sentence, and the steps to it."""

    name: str
    pk: int | None
    version: str
    sends: bool
    is_for_it: bool
    verdict: str
    steps: tuple[Step, ...] = ()
    segments: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = field(default=())


def trial_shown(trial: MappingTrial) -> TrialShown:
    """What a mapping would do with an event."""
    steps = [_of_event(trial), *_of_condition(trial.judged.findings)]
    if trial.judged.is_for_it:
        steps += [_of_readings(trial.readings), *_of_preview(trial)]
    preview = trial.preview
    return TrialShown(
        name=str(trial.mapping),
        pk=trial.mapping.pk,
        version=_version(trial),
        sends=trial.sends,
        is_for_it=trial.judged.is_for_it,
        verdict=_verdict(trial),
        steps=tuple(steps),
        segments=tuple((one.text, one.units) for one in preview.segments) if preview else (),
        notes=tuple(_notes(trial)),
    )


def _version(trial: MappingTrial) -> str:
    if not trial.version:
        return _("as it stands in the form")
    if trial.is_draft:
        return _("draft, version %(number)d") % {"number": trial.version}
    return _("version %(number)d") % {"number": trial.version}


def _verdict(trial: MappingTrial) -> str:
    if not trial.judged.is_for_it:
        if any(one.code == "condition_not_met" for one in trial.judged.problems):
            return _("Nothing would be sent: the condition is not met.")
        return _("Nothing would be sent: the mapping is for other events.")
    if not trial.sends:
        return _("Nothing would be sent: something has to be put right.")
    wanted = trial.judged.wanted
    ruling = trial.preview.ruling if trial.preview is not None else None
    if ruling is not None and ruling.failure_reason:
        why = reason_label(ruling.failure_reason)
        return _("A message would be accepted and then not sent: %(why)s.") % {"why": why}
    if wanted is not None and wanted.send_at is not None:
        return _("A message would be sent at %(time)s.") % {"time": _moment(wanted.send_at)}
    return _("A message would be sent now.")


def _moment(at: datetime | None) -> str:
    return "–" if at is None else date_format(localtime(at), "SHORT_DATETIME_FORMAT")


def _of_event(trial: MappingTrial) -> Step:
    other = next((one for one in trial.judged.problems if one.code == "other_event"), None)
    if other is None:
        return Step(_("The mapping is for this event"), GOOD)
    return Step(_("The mapping is for other events"), BAD, text=str(other.params["events"]))


def _of_condition(findings: Iterable[Finding]) -> list[Step]:
    rows = []
    is_met = True
    for one in findings:
        is_met = is_met and one.is_met
        asked = f"{one.leaf.path} {operator_words(one.leaf.operator)} {_compared(one.leaf.value)}"
        found = _("nothing") if one.is_missing else f"“{one.found}”"
        rows.append((asked.strip(), found, _("met") if one.is_met else _("not met")))
    if not rows:
        return []
    return [Step(_("Condition"), GOOD if is_met else REST, tuple(rows))]


def _compared(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    return str(value)


def _of_readings(readings: Iterable[Reading]) -> Step:
    rows, is_right = [], True
    for one in readings:
        remark = one.path or _("for everybody")
        if one.problem is not None and _is_needed(one.place, one.problem.code):
            is_right = False
            remark = sentence(one.problem.code, dict(one.problem.params))
        elif one.problem is not None:
            remark = _("nothing at %(path)s") % {"path": one.path}
        elif one.is_default:
            remark = _("the default: nothing at %(path)s") % {"path": one.path}
        rows.append((place_words(one.place), one.text or "–", remark))
    return Step(_("What was found in the event"), GOOD if is_right else BAD, tuple(rows))


def _is_needed(place: str, code: str) -> bool:
    """Whether a mistake there stops the message; a template may have a fallback for a slot."""
    return code != "value_missing" or place in {"number", "dedupe"}


def _of_preview(trial: MappingTrial) -> list[Step]:
    """What sending says; the last step is why not, where there is a reason."""
    steps: list[Step] = []
    if trial.judged.wanted is not None and trial.preview is not None:
        steps += [_time(trial), _text(trial.preview), *_ruling(trial.preview)]
    reasons = tuple((place_words(place), text, "") for place, _code, text in trial.reasons)
    if reasons:
        steps.append(Step(_("What has to be put right"), BAD, reasons))
    return steps


def _time(trial: MappingTrial) -> Step:
    wanted = trial.judged.wanted
    assert wanted is not None
    rows = [(_("Sent"), _moment(wanted.send_at) if wanted.send_at else _("at once"), "")]
    if wanted.expires_at is not None:
        rows.append((_("Useless after"), _moment(wanted.expires_at), ""))
    return Step(_("When"), GOOD, tuple(rows))


def _text(preview: Preview) -> Step:
    count = preview.segment_count
    segments = ngettext("%(count)d segment", "%(count)d segments", count) % {"count": count}
    line = f"{ENCODINGS.get(preview.encoding, preview.encoding)} · {segments}"
    rows = [(_("Size"), line, "")]
    if preview.cost is not None:
        rows.append((_("Price"), money(preview.cost.amount_micros, preview.cost.currency), ""))
    return Step(_("The text"), GOOD, tuple(rows), text=preview.text)


def _ruling(preview: Preview) -> list[Step]:
    ruling = preview.ruling
    if ruling is None:
        return []
    rows = [(_("Sender"), ruling.sender.address, "")]
    if ruling.network is not None:
        rows.append((_("Network"), ruling.network.name, ""))
    if ruling.status:
        rows.append((_("State"), status_label(ruling.status), ""))
    compliance = ruling.compliance
    words = {
        "allowed": _("Allowed"),
        "delayed": _("Waits until %(time)s") % {"time": _moment(compliance.until)},
        "blocked": _("Blocked"),
    }
    tone = {"allowed": GOOD, "blocked": BAD}.get(compliance.decision, REST)
    findings = tuple((one.message, one.fix, one.citation) for one in compliance.findings)
    decided = words.get(compliance.decision, compliance.decision)
    return [
        Step(_("The way"), GOOD, tuple(rows)),
        Step(_("Compliance"), tone, findings, text=decided),
    ]


def _notes(trial: MappingTrial) -> Iterable[str]:
    if trial.sends and trial.mapping.pk and not trial.is_on:
        yield _("Real events are not read by this version: it is a draft, or something is off.")


def operator_words(operator: str) -> str:
    """An operator as people say it."""
    return str(dict(OPERATOR_CHOICES).get(operator, operator))
