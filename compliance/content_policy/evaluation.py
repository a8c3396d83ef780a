"""What the rules of an account and country say about a text."""

from functools import lru_cache

from compliance.content_policy.checks import CHECKS, Subject
from compliance.content_policy.model import Hit, PolicyHit, PolicyRule
from compliance.findings import FIX_OF, Finding


@lru_cache(maxsize=4096)
def policy_findings(
    rules: tuple[PolicyRule, ...],
    text: str,
    message_class: str,
    *,
    brands: tuple[str, ...] = (),
    segment_count: int | None = None,
) -> tuple[Finding, ...]:
    """Failed rules about a text, in the order of the rules. Remembered per text.

    `text`: as it is sent, or a template's with `VALUE` for each slot. `brands`: the names of
    the advertiser. `segment_count`: None where it is not known; rules about it then say nothing.
    """
    hits = policy_hits(rules, text, message_class, brands=brands, segment_count=segment_count)
    return tuple(hit.finding for hit in hits)


def policy_hits(
    rules: tuple[PolicyRule, ...],
    text: str,
    message_class: str,
    *,
    brands: tuple[str, ...] = (),
    segment_count: int | None = None,
) -> tuple[PolicyHit, ...]:
    """The same with each rule and the places in the NFC form of the text."""
    subject = Subject(text, brands, segment_count)
    return tuple(
        PolicyHit(rule, _finding(rule, hit), hit.spans)
        for rule in rules
        if rule.is_for(message_class)
        and (hit := CHECKS[rule.kind](rule.params, subject)) is not None
    )


def _finding(rule: PolicyRule, hit: Hit) -> Finding:
    values = (*hit.values, ("rule", rule.name))
    return Finding(rule.rule_id, rule.severity, rule.name, hit.code, values, FIX_OF[hit.code])
