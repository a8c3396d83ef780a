"""What a reviewer sees of a version: the phone's view, its cost, the rules, what changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.common.errors import DomainError
from messaging.admin.labels import ENCODINGS, SEVERITY_COLOURS, label
from messaging.admin.registration_texts import network_rows
from messaging.models import TemplateVersion
from messaging.selectors.templates import (
    CountryFindings,
    approved_version,
    is_blocked_everywhere,
)
from messaging.services.templates import WordingAnalysis, wording_analyse
from messaging.slots import parse
from messaging.wordings import Figures, changes_between, longest_of


@dataclass(frozen=True, slots=True)
class CostRow:
    """One of the three figures of a template."""

    title: str
    encoding: str
    units: int
    segments: int


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What a country's rule says about the text."""

    country: str
    label: SafeString
    message: str
    fix: str
    citation: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Who did what to the version, and why."""

    at: datetime
    who: str
    what: str


def review_context(version: TemplateVersion, *, is_draft_open: bool) -> dict[str, Any]:
    """For the page's templates; an open draft is shown by its editor instead."""
    if is_draft_open:
        return {"history_rows": history_rows(version)}
    approved = approved_version(version.template)
    context: dict[str, Any] = {
        "version": version,
        "history_rows": history_rows(version),
        "network_rows": network_rows(version),
    }
    if approved is not None and approved.pk != version.pk:
        context["approved"] = approved
        context["changes"] = changes_between(approved.body, version.body)
    found = _analysis(version)
    if found is not None:
        context |= {
            "analysis": found,
            "longest_text": longest_of(parse(found.body), found.specs),
            "costs": cost_rows(found),
            "findings": finding_rows(found.findings),
            "is_blocked": is_blocked_everywhere(found.findings),
        }
    return context


def _analysis(version: TemplateVersion) -> WordingAnalysis | None:
    """None for a wording that today's checks would refuse."""
    try:
        return wording_analyse(body=version.body, slots=version.slots, template=version.template)
    except DomainError:
        return None


def cost_rows(found: WordingAnalysis) -> list[CostRow]:
    """The figures a reviewer compares."""
    rows = [_cost(_("With the examples"), found.cost.example)]
    if found.specs:
        rows += [
            _cost(_("With the longest values, in the letters of the examples"), found.cost.longest),
            _cost(_("With the longest values, if one has letters outside GSM-7"), found.cost.worst),
        ]
    return rows


def _cost(title: str, figures: Figures) -> CostRow:
    return CostRow(title, ENCODINGS[figures.encoding], figures.units, figures.segment_count)


def finding_rows(findings: tuple[CountryFindings, ...]) -> list[FindingRow]:
    """Every finding with its country, what forbids first."""
    words = {"block": _("forbidden"), "delay": _("delayed"), "warn": _("warning")}
    return [
        FindingRow(
            country=one.country,
            label=label(words[finding.severity], SEVERITY_COLOURS[finding.severity]),
            message=finding.message,
            fix=finding.fix,
            citation=finding.citation,
        )
        for one in findings
        for finding in sorted(one.findings, key=lambda item: not item.is_blocking)
    ]


def history_rows(version: TemplateVersion) -> list[HistoryRow]:
    """What happened, newest first."""
    rows = version.history.select_related("history_user").order_by("-history_date", "-history_id")
    return [
        HistoryRow(
            at=row.history_date,
            who=row.history_user.get_username() if row.history_user else _("system"),
            what=_what(row.history_change_reason or ""),
        )
        for row in rows
    ]


def _what(reason: str) -> str:
    """The stored word in the reader's language, with the comment as it was written."""
    words = {
        "created": _("Draft created"),
        "changed": _("Draft changed"),
        "submitted": _("Submitted for approval"),
        "approved": _("Approved"),
        "rejected": _("Rejected"),
        "withdrawn": _("Withdrawn"),
        "retired": _("Retired"),
    }
    word, _separator, comment = reason.partition(": ")
    shown = words.get(word, word)
    return f"{shown}: {comment}" if comment else shown
