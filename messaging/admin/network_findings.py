"""What networks say of a version's text, in the table of what the rules say."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from messaging.admin.labels import SEVERITY_COLOURS, label
from messaging.admin.version_preview import network_rules, stored_wordings
from messaging.models import TemplateVersion
from messaging.selectors.templates import TextFinding, finding_readable
from messaging.services.counting import text_counted_by
from messaging.services.network_demands import network_findings
from messaging.wording.samples import sample_value
from messaging.wording.wordings import Wording


@dataclass(frozen=True, slots=True)
class NetworkFindingRow:
    """What a network refuses, or may refuse, of a typical text."""

    country: str
    label: SafeString
    rule_id: str
    message: str
    fix: str
    citation: str


def network_finding_rows(version: TemplateVersion) -> list[NetworkFindingRow]:
    """For texts with the examples in their slots, network by network. None of them forbids the
    approval: the text may go to the other networks."""
    wordings = stored_wordings(version)
    texts = [] if wordings is None else [_typical(wording) for wording in wordings]
    found: dict[str, NetworkFindingRow] = {}
    for rule in network_rules(version):
        for text in texts:
            for finding in network_findings(rule, text, text_counted_by(rule, text)):
                row = _row(rule.country, finding_readable(finding))
                found.setdefault(row.rule_id, row)
    return list(found.values())


def _typical(wording: Wording) -> str:
    return wording.sent.render({check.spec.name: sample_value(check) for check in wording.checks})


def _row(country: str, finding: TextFinding) -> NetworkFindingRow:
    words = _("refused there") if finding.is_blocking else _("warning")
    return NetworkFindingRow(
        country=country,
        label=label(words, SEVERITY_COLOURS[finding.severity]),
        rule_id=finding.rule_id,
        message=finding.message,
        fix=finding.fix,
        citation=finding.citation,
    )
