"""What rules say of a version, and which rules its class meets, as rows of tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.readable_rules import SEVERITY
from config.common.console.labels import label
from messaging.admin.labels import SEVERITY_COLOURS
from messaging.models import TemplateVersion
from messaging.selectors.class_rules import class_rules
from messaging.selectors.findings import CountryFindings


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
