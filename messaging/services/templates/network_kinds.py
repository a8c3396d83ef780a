"""What networks would say of versions, as far as it makes them alike or not."""

from collections.abc import Iterable, Iterator

from messaging.models import TemplateVersion
from messaging.selectors.snapshot import version_wordings
from messaging.selectors.version_networks import NetworkRulebook
from messaging.services.counting import text_counted_by
from messaging.services.network_demands import network_findings
from messaging.wording.samples import sample_value
from routing.network_texts import NetworkText

NetworkKind = frozenset[tuple[str, str, str]]  # country, rule, severity


def network_kinds(
    versions: Iterable[TemplateVersion], networks: NetworkRulebook
) -> dict[int, NetworkKind]:
    """By version: which rules of networks its texts meet, with the examples in their slots."""
    return {
        version.pk: frozenset(_found(version, networks.rules(version.template)))
        for version in versions
    }


def _found(
    version: TemplateVersion, rules: Iterable[NetworkText]
) -> Iterator[tuple[str, str, str]]:
    try:
        wordings = version_wordings(version)
    except (ValueError, KeyError):  # older than today's checks
        return
    texts = [
        wording.sent.render({check.spec.name: sample_value(check) for check in wording.checks})
        for wording in wordings
    ]
    for rule in rules:
        for text in texts:
            for found in network_findings(rule, text, text_counted_by(rule, text)):
                yield rule.country, found.rule_id, found.severity
