"""What a network would refuse of a text: too long with what it adds, characters, registration.

Preview, submission, release and decision ask here, so that they say the same.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils.translation import gettext as _

from compliance.findings import FIX_OF, Finding, Values
from messaging.selectors.snapshot import Snapshot
from messaging.services.counting import Counted
from routing.constants import Confidence
from routing.network_texts import NetworkText

_MOST_POSITIONS = 10


@dataclass(frozen=True, slots=True)
class RefusedCharacters:
    """Characters of a text that a network may refuse; positions count characters from 0."""

    characters: tuple[str, ...]
    positions: tuple[int, ...]


def rule_of(snapshot: Snapshot, network_id: int | None, message_class: str) -> NetworkText | None:
    """The network's rule for the class; None where there is none or the network is unknown."""
    return None if network_id is None else snapshot.network_texts.get((network_id, message_class))


def characters_refused(rule: NetworkText | None, text: str) -> RefusedCharacters | None:
    """Those of the text that the rule names, each once, with every position."""
    if rule is None or not rule.refused_characters:
        return None
    found = list(_pattern(rule.refused_characters).finditer(text))
    if not found:
        return None
    return RefusedCharacters(
        tuple(dict.fromkeys(match[0] for match in found)),
        tuple(match.start() for match in found),
    )


@lru_cache(maxsize=256)
def _pattern(characters: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(characters)}]")


def is_too_long(rule: NetworkText | None, counted: Counted) -> bool:
    """Whether the text has more segments, with what is added, than the network carries."""
    return (
        rule is not None
        and rule.max_segments is not None
        and counted.billed_segments > rule.max_segments
    )


def registration_missing(
    snapshot: Snapshot,
    *,
    template_version_id: int | None,
    network_id: int | None,
    message_class: str,
    sender_kind: str,
    now: datetime,
) -> NetworkText | None:
    """The rule that demands a registration which the text does not have on the network's present
    day; None where nothing is missing. A free text cannot be registered."""
    rule = rule_of(snapshot, network_id, message_class)
    if rule is None or not rule.demands_registration_from(sender_kind):
        return None
    key = (template_version_id or 0, rule.network_id)
    if key not in snapshot.template_registrations:
        return rule
    last_day = snapshot.template_registrations[key]
    if last_day is not None and last_day < snapshot.rulebook.rules_for(rule.country, now).on:
        return rule
    return None


def network_findings(rule: NetworkText | None, text: str, counted: Counted) -> tuple[Finding, ...]:
    """What the network would say of the text itself, what it refuses for certain as `block`."""
    if rule is None:
        return ()
    findings = []
    refused = characters_refused(rule, text)
    if refused is not None:
        code = (
            "network_refuses_characters"
            if rule.refuses_certainly
            else "network_may_refuse_characters"
        )
        severity = "block" if rule.refuses_certainly else "warn"
        findings.append(_finding(rule, "characters", severity, code, _where(rule, refused)))
    if is_too_long(rule, counted):
        findings.append(
            _finding(
                rule,
                "length",
                "block",
                "network_too_long",
                (
                    ("network", rule.network_name),
                    ("segments", counted.billed_segments),
                    ("limit", rule.max_segments or 0),
                ),
            )
        )
    return tuple(findings)


def registration_finding(rule: NetworkText) -> Finding:
    """What is said where `registration_missing` names a rule."""
    return _finding(
        rule,
        "registration",
        "block",
        "network_template_unregistered",
        (("network", rule.network_name),),
    )


def _where(rule: NetworkText, refused: RefusedCharacters) -> Values:
    shown = [str(position + 1) for position in refused.positions[:_MOST_POSITIONS]]
    more = ["…"] if len(refused.positions) > _MOST_POSITIONS else []
    return (
        ("network", rule.network_name),
        ("characters", " ".join(refused.characters)),
        ("positions", ", ".join([*shown, *more])),
    )


def _citation(rule: NetworkText) -> str:
    """No clause: what the network does, and how sure that is. Its page has the source."""
    if rule.confidence not in Confidence.values:
        return _("Practice of %(network)s") % {"network": rule.network_name}
    return _("Practice of %(network)s (%(confidence)s)") % {
        "network": rule.network_name,
        "confidence": str(Confidence(rule.confidence).label).lower(),
    }


def _finding(
    rule: NetworkText, part: str, severity: str, message_code: str, params: Values
) -> Finding:
    return Finding(
        rule_id=f"{rule.rule_id}.{part}",
        severity=severity,
        citation=_citation(rule),
        message_code=message_code,
        params=params,
        fix_code=FIX_OF[message_code],
    )
