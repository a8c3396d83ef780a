"""What networks say of a version's text, in the table of what the rules say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.findings import Finding
from config.common.console.labels import label
from messaging.admin.labels import SEVERITY_COLOURS
from messaging.admin.version_preview import network_rules, stored_wordings
from messaging.models import TemplateVersion
from messaging.selectors.findings import finding_readable
from messaging.services.counting import text_counted_by
from messaging.services.network_demands import network_findings
from messaging.wording.samples import sample_value
from messaging.wording.wordings import Wording
from routing.network_texts import NetworkText


@dataclass(frozen=True, slots=True)
class NetworkFindingRow:
    """What networks refuse, or may refuse, of a typical text."""

    country: str
    label: SafeString
    rule_id: str
    message: str
    fix: str
    citation: str


def network_finding_rows(
    version: TemplateVersion, rules: Sequence[NetworkText] | None = None
) -> list[NetworkFindingRow]:
    """For texts with the examples in their slots; one row for networks that say the same. None
    of them forbids the approval: the text may go to the other networks. Lists give the `rules`,
    which they have read for all their rows."""
    alike: dict[object, list[tuple[NetworkText, Finding]]] = {}
    for rule, finding in _found(version, network_rules(version) if rules is None else rules):
        alike.setdefault(_without_network(rule, finding), []).append((rule, finding))
    return [_row(group) for group in alike.values()]


def with_networks(counts: str, rows: Sequence[NetworkFindingRow], *, is_none: bool) -> str:
    """How many findings there are, those of networks too. `is_none`: there are no others."""
    if not rows:
        return counts
    found = ngettext("%(count)d from networks", "%(count)d from networks", len(rows)) % {
        "count": len(rows)
    }
    return found if is_none else f"{counts}, {found}"


def _found(
    version: TemplateVersion, rules: Sequence[NetworkText]
) -> Iterator[tuple[NetworkText, Finding]]:
    """Each rule's first finding of a kind, over the languages."""
    wordings = stored_wordings(version)
    texts = [] if wordings is None else [_typical(wording) for wording in wordings]
    for rule in rules:
        said: set[str] = set()
        for text in texts:
            for finding in network_findings(rule, text, text_counted_by(rule, text)):
                if finding.rule_id not in said:
                    said.add(finding.rule_id)
                    yield rule, finding


def _typical(wording: Wording) -> str:
    return wording.sent.render({check.spec.name: sample_value(check) for check in wording.checks})


def _without_network(rule: NetworkText, finding: Finding) -> object:
    others = tuple(pair for pair in finding.params if pair[0] != "network")
    return rule.country, finding.severity, finding.message_code, others


def _row(group: Sequence[tuple[NetworkText, Finding]]) -> NetworkFindingRow:
    rule, first = group[0]
    names = ", ".join(rule.network_name for rule, _finding in group)
    params = {**dict(first.params), "network": names}
    shown = finding_readable(replace(first, params=tuple(params.items())))
    words = _("refused there") if shown.is_blocking else _("warning")
    return NetworkFindingRow(
        country=rule.country,
        label=label(words, SEVERITY_COLOURS[shown.severity]),
        rule_id=", ".join(finding.rule_id for _rule, finding in group),
        message=shown.message,
        fix=shown.fix,
        citation="; ".join(finding.citation for _rule, finding in group),
    )
