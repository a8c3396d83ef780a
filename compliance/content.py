"""Rules about the text: the same for every recipient of a template, so checked once."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from compliance.findings import Finding, Values, finding_of
from compliance.keywords import fold
from compliance.rule_packs.model import LabelParams, OptOutTextParams, PriceTextParams, Rule
from compliance.rule_packs.packs import Rules

# The longest instruction seen takes 60 characters; the bound keeps edited patterns cheap.
_TAIL_CHARACTERS = 200
_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=4096)
def content_findings(
    rules: Rules, text: str, message_class: str, *, is_paid: bool = False
) -> tuple[Finding, ...]:
    """Failed rules about a text (a rendered one, or a template with its slots).

    `is_paid` says that the service advertised costs money. Remembered per text.
    """
    folded = _SPACES.sub(" ", fold(text)).strip()
    found = (
        _CHECKS[rule.kind](rule, rule.params, text, folded)
        for rule in rules.content_rules[message_class]
        if is_paid or rule.kind != "price_text"
    )
    return tuple(finding for finding in found if finding is not None)


def _label(rule: Rule, params: LabelParams, text: str, folded: str) -> Finding | None:
    start = text.upper()
    if start.startswith(tuple(label.upper() for label in params.accepted)):
        return None
    if any(pattern.match(start) for pattern in params.patterns):
        return None
    return finding_of(rule, "label_missing", (("write", params.write),))


def _opt_out_text(rule: Rule, params: OptOutTextParams, text: str, folded: str) -> Finding | None:
    searched = folded[-_TAIL_CHARACTERS:] if params.is_at_end else folded
    if any(pattern.search(searched) for pattern in params.patterns):
        return None
    code = "opt_out_text_not_last" if params.is_at_end else "opt_out_text_missing"
    write: Values = (("write", params.write),)
    return finding_of(rule, code, write)


def _price_text(rule: Rule, params: PriceTextParams, text: str, folded: str) -> Finding | None:
    if any(pattern.search(folded) for pattern in params.patterns):
        return None
    return finding_of(rule, "price_missing")


# Any: each check gets the parameters of its own kind, which the pack's reader has made sure of.
_CHECKS: Mapping[str, Callable[[Rule, Any, str, str], Finding | None]] = {
    "label": _label,
    "optout_text": _opt_out_text,
    "price_text": _price_text,
}
