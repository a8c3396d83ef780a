"""What a reviewer sees of a version: phones' view, cost, rules, what changed, who did what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.models import User
from compliance.readable_rules import SEVERITY
from messaging.admin.labels import SEVERITY_COLOURS, change_page, label, link, moment
from messaging.admin.network_findings import network_finding_rows, with_networks
from messaging.admin.registration_texts import network_rows
from messaging.admin.version_buttons import buttons
from messaging.admin.version_changes import differences
from messaging.admin.version_history import history_rows
from messaging.admin.version_preview import (
    language_views,
    slot_rows,
    stored_wordings,
    worst_overall,
)
from messaging.admin.version_words import CLASSES, FORMATS, format_problems
from messaging.constants import VersionStatus
from messaging.models import TemplateVersion
from messaging.selectors.class_rules import class_rules
from messaging.selectors.reviews import review_fingerprint
from messaging.selectors.templates import (
    CountryFindings,
    approved_version,
    findings_of,
    is_blocked_everywhere,
    rollback_version,
    staged_version,
)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What a country's rule says about the text."""

    country: str
    label: SafeString
    rule_id: str
    message: str
    fix: str
    citation: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule that every message of the class meets."""

    country: str
    label: SafeString
    sentence: str
    citation: str


def review_context(
    version: TemplateVersion, person: User, *, is_draft_open: bool
) -> dict[str, Any]:
    """For the page's templates; an open draft is shown by its editor instead."""
    context: dict[str, Any] = {"history_rows": history_rows(version)}
    if is_draft_open:
        return context
    findings = findings_of(version)
    approved = approved_version(version.template)
    of_networks = network_finding_rows(version)
    context |= {
        "version": version,
        "buttons": buttons(
            person,
            version,
            seen=review_fingerprint(version, findings),
            is_blocked=is_blocked_everywhere(findings),
        ),
        "network_rows": network_rows(version),
        "notices": notices(version, approved),
        "next_step": next_step(version, person),
        "findings": [*finding_rows(findings), *of_networks],
        "finding_counts": with_networks(
            counts_text(findings),
            of_networks,
            is_none=not any(one.findings for one in findings),
        ),
        "is_blocked": is_blocked_everywhere(findings),
        "class_words": CLASSES.get(version.template.message_class, ""),
        "class_rules": rule_rows([one.country for one in findings], version),
        "approved": approved if approved is not None and approved.pk != version.pk else None,
    }
    if context["approved"] is not None and version.status != VersionStatus.RETIRED:
        context["differences"] = differences(context["approved"], version)
    return context | _wording(version)


def _wording(version: TemplateVersion) -> dict[str, Any]:
    wordings = stored_wordings(version)
    if wordings is None:
        return {}
    views = language_views(version, wordings)
    return {
        "languages": views,
        "slots": slot_rows(wordings),
        "worst": worst_overall(views),
        "format_words": FORMATS.get(version.message_format, ""),
        "format_problems": [
            problem
            for wording in wordings
            for problem in format_problems(wording, version.message_format)
        ],
    }


def notices(version: TemplateVersion, approved: TemplateVersion | None) -> list[str]:
    """What somebody should know first, by the version's state."""
    staged = staged_version(version.template)
    found = []
    if version.status == VersionStatus.STAGED:
        time = moment(version.activates_at)
        found.append(
            _("Approved for %(time)s; until then version %(number)d is sent.")
            % {"time": time, "number": approved.number}
            if approved
            else _("Approved for %(time)s; until then nothing of this template is sent.")
            % {"time": time}
        )
    elif staged is not None:
        found.append(
            _("Version %(number)d is approved for %(time)s and then replaces what is sent now.")
            % {"number": staged.number, "time": moment(staged.activates_at)}
        )
    if version.status == VersionStatus.RETIRED:
        found.append(
            _(
                "Replaced by a newer version. What was accepted with it still leaves; withdraw it to"
                " stop that."
            )
        )
    return found


def next_step(version: TemplateVersion, person: User) -> dict[str, Any] | None:
    """After a withdrawal: the wording to go back to, where nothing of the template is sent."""
    if version.status != VersionStatus.WITHDRAWN or approved_version(version.template):
        return None
    former = rollback_version(version.template)
    if former is None:
        return None
    page = reverse("admin:messaging_templateversion_add")
    may_write = person.has_perm("messaging.add_templateversion", version)
    return {
        "number": former.number,
        "may_write": may_write,
        "url": f"{page}?from={former.pk}"
        if may_write
        else change_page("messaging.templateversion", former.pk),
    }


def rollback_link(version: TemplateVersion, person: User) -> SafeString | None:
    """The next step after a withdrawal, as a message with its link."""
    step = next_step(version, person)
    if step is None:
        return None
    return format_html(
        "{} {}",
        _("Nothing of this template is sent now."),
        link(_("Go back to the wording of version %(number)d") % step, step["url"]),
    )


def decision_details(version: TemplateVersion, *, seen: str) -> dict[str, Any]:
    """What is approved, in sight of the button; `seen` is what the review page showed."""
    findings = findings_of(version)
    fingerprint = review_fingerprint(version, findings)
    wordings = stored_wordings(version)
    views = language_views(version, wordings) if wordings else []
    return {
        "fingerprint": fingerprint,
        "has_changed": bool(seen) and seen != fingerprint,
        "findings": [*finding_rows(findings), *network_finding_rows(version)],
        "languages": views,
        "worst": worst_overall(views) if views else "",
    }


def finding_rows(findings: Sequence[CountryFindings]) -> list[FindingRow]:
    """Every finding with its country, what forbids first."""
    words = {"block": _("forbidden"), "delay": _("delayed"), "warn": _("warning")}
    return [
        FindingRow(
            country=one.country,
            label=label(words[finding.severity], SEVERITY_COLOURS[finding.severity]),
            rule_id=finding.rule_id,
            message=finding.message,
            fix=finding.fix,
            citation=finding.citation,
        )
        for one in findings
        for finding in sorted(one.findings, key=lambda item: not item.is_blocking)
    ]


def counts_text(findings: Sequence[CountryFindings]) -> str:
    """How many findings there are, in a few words."""
    every = [finding for one in findings for finding in one.findings]
    blocking = sum(finding.is_blocking for finding in every)
    if not every:
        return _("none")
    if not blocking:
        return ngettext("%(count)d warning", "%(count)d warnings", len(every)) % {
            "count": len(every)
        }
    return ngettext("%(count)d rule forbids it", "%(count)d rules forbid it", blocking) % {
        "count": blocking
    }


def rule_rows(countries: Sequence[str], version: TemplateVersion) -> list[RuleRow]:
    """What every message of the class meets, country by country."""
    rows = []
    for rule in class_rules(countries, version.template.message_class):
        words, colour = SEVERITY[rule.severity]
        rows.append(RuleRow(rule.country, label(words, colour), rule.sentence, rule.citation))
    return rows
