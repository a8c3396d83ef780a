"""Everything the rules say about a text: those of the country's pack and those that accounts and
the platform set. One answer for review, composer, API and sending."""

import re
from collections.abc import Iterable

from compliance.content import content_findings
from compliance.content_policy import LINK_KINDS, VALUE, PolicyRule, policy_findings
from compliance.findings import Finding
from compliance.rule_packs.packs import Rules

_SLOT = re.compile(r"\{[a-z][a-z0-9_]*\}")


def masked(text: str) -> str:
    """A template's text with `VALUE` for each `{slot}`: rules judge what the author wrote."""
    return _SLOT.sub(VALUE, text)


def text_findings(
    rules: Rules,
    policy: tuple[PolicyRule, ...],
    texts: Iterable[str],
    message_class: str,
    *,
    is_template: bool,
    brands: tuple[str, ...] = (),
    segment_count: int | None = None,
    rendered: str | None = None,
    is_paid: bool = False,
) -> tuple[Finding, ...]:
    """What fails in any of the texts (the languages of a version), each finding once.

    `is_template`: they show `{slot}` where values go. `rendered`: a message's own text, in which
    rules about links look instead, because a value may be one. `is_paid`: they advertise something
    that costs money.
    """
    on_links = tuple(rule for rule in policy if rule.kind in LINK_KINDS)
    others = tuple(rule for rule in policy if rule.kind not in LINK_KINDS)
    found: list[Finding] = []
    for text in texts:
        found += content_findings(rules, text, message_class, is_paid=is_paid)
        judged = masked(text) if is_template else text
        for part, subject in ((others, judged), (on_links, rendered or judged)):
            found += policy_findings(
                part, subject, message_class, brands=brands, segment_count=segment_count
            )
    return tuple(dict.fromkeys(found))
