"""What reviewers decide on: the queue, fingerprints of what they saw, versions that are alike."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from compliance.models import User
from messaging.constants import VersionStatus
from messaging.models import TemplateVersion
from messaging.selectors.findings import (
    CountryFindings,
    Judge,
    findings_of,
    is_blocked_everywhere,
)
from messaging.selectors.version_networks import NetworkRulebook
from routing.network_texts import NetworkText

# What a class and its findings are to somebody who compares versions.
Kind = tuple[str, tuple[tuple[str, str, str], ...]]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a version cannot be approved together with others: a code, and what differs."""

    version: TemplateVersion
    code: str  # not_waiting, own_version, role_missing, blocked, other_class, other_findings
    detail: tuple[str, ...] = ()


def findings_by_version(
    versions: Sequence[TemplateVersion],
) -> dict[int, tuple[CountryFindings, ...]]:
    """Findings of many versions with as many queries as of one; templates and accounts are to be
    loaded with them."""
    judge = Judge(version.template.account for version in versions)
    return {version.pk: findings_of(version, judge) for version in versions}


def review_fingerprint(
    version: TemplateVersion, findings: Sequence[CountryFindings] | None = None
) -> str:
    """A digest of everything a reviewer judges by: the wording, what rules and networks say about
    it, and the version in force it is compared with. Another one means: look again."""
    found = findings_of(version) if findings is None else findings
    networks = NetworkRulebook([version.template.account])
    return _fingerprint(version, found, _in_force([version]), networks)


def findings_kind(
    message_class: str,
    findings: Iterable[CountryFindings],
    of_networks: frozenset[tuple[str, str, str]] = frozenset(),
) -> Kind:
    """Versions of one kind say the same to a reviewer who compares rules."""
    rules = {
        (one.country, finding.rule_id, finding.severity)
        for one in findings
        for finding in one.findings
    }
    return message_class, tuple(sorted(rules | of_networks))


def bulk_obstacles(
    versions: Sequence[TemplateVersion],
    findings: dict[int, tuple[CountryFindings, ...]],
    reviewer: User,
    of_networks: Mapping[int, frozenset[tuple[str, str, str]]],
) -> list[Obstacle]:
    """Why these cannot be approved together; none where they can.

    Together go only versions that wait, that the reviewer may approve, that no rule forbids
    everywhere, and whose class and findings are the same: otherwise a comment about one would
    be said of another. Those of the most frequent kind are taken as the measure. `of_networks`
    are findings of networks, which count too.
    """
    kinds = {
        version.pk: findings_kind(
            version.template.message_class,
            findings[version.pk],
            of_networks.get(version.pk, frozenset()),
        )
        for version in versions
    }
    measure = Counter(kinds.values()).most_common(1)[0][0] if kinds else None
    found = [
        _own_obstacle(version, findings[version.pk], reviewer)
        or (_difference(version, kinds[version.pk], measure) if measure else None)
        for version in versions
    ]
    return [one for one in found if one is not None]


def bulk_fingerprint(
    versions: Sequence[TemplateVersion],
    findings: dict[int, tuple[CountryFindings, ...]],
    networks: NetworkRulebook,
) -> str:
    """One digest for all of them."""
    in_force = _in_force(versions)
    return _digest(*(_fingerprint(one, findings[one.pk], in_force, networks) for one in versions))


def _in_force(versions: Iterable[TemplateVersion]) -> dict[int, int]:
    rows = TemplateVersion.objects.filter(
        template__in={one.template_id for one in versions}, status=VersionStatus.APPROVED
    )
    return dict(rows.values_list("template_id", "pk"))


def _fingerprint(
    version: TemplateVersion,
    findings: Sequence[CountryFindings],
    in_force: dict[int, int],
    networks: NetworkRulebook,
) -> str:
    template = version.template
    return _digest(
        version.pk,
        version.body,
        version.slots,
        version.rewriting,
        version.variants,
        version.message_format,
        template.message_class,
        template.advertiser_id,
        template.language,
        in_force.get(template.pk),
        [one.country for one in findings],
        findings_kind(template.message_class, findings),
        sorted({found.citation for one in findings for found in one.findings}),
        [_seen_of(rule) for rule in networks.rules(template)],
    )


def _seen_of(rule: NetworkText) -> list[object]:
    """What a network adds or refuses changes what a reviewer sees."""
    return [
        rule.rule_id,
        rule.adds_before,
        rule.adds_after,
        rule.refused_characters,
        rule.refuses_certainly,
        rule.max_segments,
    ]


def _own_obstacle(
    version: TemplateVersion, findings: Sequence[CountryFindings], reviewer: User
) -> Obstacle | None:
    if version.status != VersionStatus.SUBMITTED:
        return Obstacle(version, "not_waiting", (str(version.get_status_display()),))
    if version.author_id == reviewer.pk:
        return Obstacle(version, "own_version")
    if not reviewer.has_perm("messaging.review_templateversion", version):
        return Obstacle(version, "role_missing")
    if is_blocked_everywhere(findings):
        rules = {one.rule_id for part in findings for one in part.findings if one.is_blocking}
        return Obstacle(version, "blocked", tuple(sorted(rules)))
    return None


def _difference(version: TemplateVersion, kind: Kind, measure: Kind) -> Obstacle | None:
    if kind[0] != measure[0]:
        label = version.template.get_message_class_display()
        return Obstacle(version, "other_class", (str(label),))
    if kind[1] != measure[1]:
        more = set(kind[1]) - set(measure[1])
        less = set(measure[1]) - set(kind[1])
        words = [f"+ {_rule(*one)}" for one in sorted(more)]
        words += [f"− {_rule(*one)}" for one in sorted(less)]
        return Obstacle(version, "other_findings", tuple(words))
    return None


def _rule(country: str, rule_id: str, severity: str) -> str:
    return f"{country} {rule_id} ({severity})"


def _digest(*seen: object) -> str:
    text = json.dumps(seen, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
