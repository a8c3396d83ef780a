"""What the page of a rule pack shows: rules with their reasons, what comes, what differs, the
example cases and who did what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compliance.models import RulePackActivation, RulePackVersion, User
from compliance.pack_examples import ExampleFailure, run_examples
from compliance.readable_changes import ComingChange, Difference, coming_rules, pack_differences
from compliance.readable_rules import ReadablePack, ReadableRule, readable_pack
from compliance.rule_packs.parsing import parse_pack
from compliance.rule_packs.reading import PackError
from compliance.rule_packs.upgrading import upgraded
from compliance.selectors.rule_packs import (
    CountryStanding,
    activations_of,
    country_standing,
    name_for,
    versions_for,
)
from compliance.selectors.rules import today_of

Status = RulePackVersion.Status
COLOURS = {
    Status.ACTIVE: "success",
    Status.DRAFT: "",
    Status.SUBMITTED: "warning",
    Status.STAGED: "info",
    Status.RETIRED: "",
    Status.REJECTED: "danger",
    Status.WITHDRAWN: "",
}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule, the question it helps to answer, and the address where its author changes it."""

    rule: ReadableRule
    group: str
    edit: str


@dataclass(frozen=True, slots=True)
class CaseRow:
    """An example case, whether it comes out, and what was found instead."""

    name: str
    outcome: str
    edit: str
    problems: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done with the version."""

    what: str
    who: str
    when: str
    why: str


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Everything about one version; `problem` where it cannot be read."""

    version: RulePackVersion
    status: str
    colour: str
    standing: CountryStanding
    author: str
    is_editable: bool
    pack: ReadablePack | None
    problem: str
    in_force: tuple[RuleRow, ...]
    later: tuple[RuleRow, ...]
    ended: tuple[RuleRow, ...]
    coming: tuple[ComingChange, ...]
    cases: tuple[CaseRow, ...]
    failing: int
    compared_with: RulePackVersion | None
    differences: tuple[Difference, ...]
    steps: tuple[Step, ...]
    others: tuple[RulePackVersion, ...]


def version_page(request: HttpRequest, version: RulePackVersion) -> VersionPage:
    """The page for the person who asks."""
    document, today = upgraded(version.data), today_of(version)
    standing = country_standing(version.country)
    can_edit = is_editable(request, version)
    base = compared_with(version, standing)
    pack, problem = _read(document)
    day = max(today, version.effective_from)
    rows = _rows(version, pack)
    cases = _cases(version, document) if pack else ()
    return VersionPage(
        version=version,
        status=version.get_status_display(),
        colour=COLOURS[Status(version.status)],
        standing=standing,
        author=name_for(request.user, version.author),
        is_editable=can_edit,
        pack=pack,
        problem=problem,
        in_force=tuple(
            row
            for row in rows
            if row.rule.effective_from <= day
            and (row.rule.effective_to is None or day < row.rule.effective_to)
        ),
        later=tuple(row for row in rows if row.rule.effective_from > day),
        ended=tuple(row for row in rows if row.rule.effective_to and row.rule.effective_to <= day),
        coming=_coming(version, standing, document) if pack else (),
        cases=cases,
        failing=sum(bool(case.problems) for case in cases),
        compared_with=base,
        differences=tuple(pack_differences(base.data, document)) if base and pack else (),
        steps=tuple(_steps(request, version)),
        others=_others(request, version),
    )


def is_editable(request: HttpRequest, version: RulePackVersion) -> bool:
    """Whether the person may change what it says: its author, while it is a draft."""
    return (
        version.status == Status.DRAFT
        and version.author_id is not None
        and version.author_id == request.user.pk
    )


def compared_with(version: RulePackVersion, standing: CountryStanding) -> RulePackVersion | None:
    """What a version that is not in force yet would change: the one in force, else its base."""
    if version.status not in (Status.DRAFT, Status.SUBMITTED, Status.STAGED):
        return None
    present = standing.version
    base = present if present and present.pk != version.pk else version.based_on
    return RulePackVersion.objects.get(pk=base.pk) if base else None


def _read(document: dict[str, Any]) -> tuple[ReadablePack | None, str]:
    try:
        return readable_pack(document), ""
    except PackError as error:
        return None, str(error)


def _rows(version: RulePackVersion, pack: ReadablePack | None) -> list[RuleRow]:
    return [
        RuleRow(rule, str(group.title), _address(version, "rule", rule=rule.id))
        for group in (pack.groups if pack else ())
        for rule in group.rules
    ]


def _coming(
    version: RulePackVersion, standing: CountryStanding, document: dict[str, Any]
) -> tuple[ComingChange, ...]:
    """Of the version in force also what replaces it."""
    if version.status == Status.ACTIVE:
        return standing.coming
    return tuple(coming_rules(document, standing.today))


def _address(version: RulePackVersion, page: str, **query: object) -> str:
    address = reverse(f"admin:compliance_rulepackversion_{page}", args=[version.pk])
    return f"{address}?{urlencode(query)}" if query else address


def _cases(version: RulePackVersion, document: dict[str, Any]) -> tuple[CaseRow, ...]:
    try:
        pack = parse_pack(document)
        failures = {one.name: one for one in run_examples(pack)}
    except PackError as error:
        problem = ((_("The cases cannot be run"), "", str(error)),)
        return (CaseRow(_("All cases"), "", "", problem),)
    return tuple(
        CaseRow(
            name=case["name"],
            outcome=_outcome(case["expect"].get("outcome")),
            edit=_address(version, "case", case=number),
            problems=problems_of(failures.get(case["name"]), pack.zone),
        )
        for number, case in enumerate(document.get("examples", ()))
    )


def problems_of(failure: ExampleFailure | None, zone: ZoneInfo) -> tuple[tuple[str, str, str], ...]:
    """What was expected and what was found, where they differ, in words; moments as the clocks of
    the country show them."""
    if failure is None:
        return ()
    titles = {
        "outcome": _("Outcome"),
        "until": _("Waits until"),
        "close_at": _("Must leave before"),
        "findings": _("Rules that speak"),
    }
    return tuple(
        (title, _shown(failure.expected.get(key), zone), _shown(failure.found.get(key), zone))
        for key, title in titles.items()
        if failure.expected.get(key) != failure.found.get(key)
    )


def _shown(value: Any, zone: ZoneInfo) -> str:
    if value is None or value == []:
        return "–"
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, datetime):
        at = value.astimezone(zone)
        return f"{at:%Y-%m-%d %H:%M:%S}" if at.second else f"{at:%Y-%m-%d %H:%M}"
    return _outcome(str(value))


def _outcome(name: object) -> str:
    words = {"allowed": _("allowed"), "delayed": _("waits"), "blocked": _("blocked")}
    return words.get(str(name), str(name or ""))


def _others(request: HttpRequest, version: RulePackVersion) -> tuple[RulePackVersion, ...]:
    rows = RulePackVersion.objects.filter(country=version.country).exclude(pk=version.pk)
    return tuple(versions_for(request.user, rows).defer("data").order_by("-pk"))


def _steps(request: HttpRequest, version: RulePackVersion) -> list[Step]:
    """From its history and its activations, latest first."""
    found: list[tuple[datetime, Step]] = []
    viewer = request.user
    for record in version.history.select_related("history_user").order_by("history_id"):
        what = str(Status(record.status).label)
        reason = record.history_change_reason or (version.purpose if not found else "")
        who: User | None = record.history_user or (version.author if not found else None)
        found.append((record.history_date, Step(what, name_for(viewer, who), "", reason)))
    for one in activations_of(version):
        found.append((one.approved_at, _approval(viewer, one)))
        if one.canceled_at is not None and one.active_from is not None:
            day = date_format(one.active_from)
            what = _("Activation for %(day)s canceled") % {"day": day}
            step = Step(what, name_for(viewer, one.canceled_by), "", one.cancel_reason)
            found.append((one.canceled_at, step))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [
        Step(step.what, step.who, date_format(timezone.localtime(at), "DATETIME_FORMAT"), step.why)
        for at, step in found
    ]


def _approval(viewer: Any, activation: RulePackActivation) -> Step:
    if activation.active_from is None:
        who, why = _("system, without approval"), activation.reason
        if activation.approved_by is not None:
            who = name_for(viewer, activation.approved_by)
        elif why:
            why = _(why)
        return Step(_("Put in force on the first run"), who, "", why)
    what = _("Approved, in force from %(day)s") % {"day": date_format(activation.active_from)}
    return Step(what, name_for(viewer, activation.approved_by), "", activation.reason)
