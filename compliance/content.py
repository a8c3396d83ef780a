"""Rules about the text: the same for every recipient of a template, so checked once."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from compliance.content_policy.data import shorteners
from compliance.content_policy.links import find_links, is_within
from compliance.findings import Finding, Values, finding_of
from compliance.keywords import fold
from compliance.rule_packs.model import (
    CharactersParams,
    LabelParams,
    LinksParams,
    OptOutTextParams,
    PriceTextParams,
    Rule,
)
from compliance.rule_packs.packs import Rules

# The longest instruction seen takes 60 characters; the bound keeps edited patterns cheap.
_TAIL_CHARACTERS = 200
_LINK_CODES = {
    "none": "link_not_allowed",
    "no_shorteners": "link_shortener",
    "registered": "link_to_register",
}
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
    capitals, write = text.upper(), (("write", params.write),)
    labels = tuple(label.upper() for label in params.accepted)
    if params.is_at_start:
        is_there = capitals.startswith(labels) or any(p.match(capitals) for p in params.patterns)
        return None if is_there else finding_of(rule, "label_missing", write)
    is_there = any(label in capitals for label in labels) or any(
        pattern.search(capitals) for pattern in params.patterns
    )
    return None if is_there else finding_of(rule, "label_not_there", write)


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


def _links(rule: Rule, params: LinksParams, text: str, folded: str) -> Finding | None:
    hosts = [link.host for link in find_links(unicodedata.normalize("NFC", text))]
    if params.policy == "no_shorteners":
        hosts = [host for host in hosts if any(is_within(host, one) for one in shorteners())]
    if not hosts:
        return None
    return finding_of(rule, _LINK_CODES[params.policy], (("found", hosts[0]),))


def _characters(rule: Rule, params: CharactersParams, text: str, folded: str) -> Finding | None:
    found = sorted(params.refused & set(text))
    return finding_of(rule, "characters_refused", (("found", " ".join(found)),)) if found else None


# Any: each check gets the parameters of its own kind, which the pack's reader has made sure of.
_CHECKS: Mapping[str, Callable[[Rule, Any, str, str], Finding | None]] = {
    "characters": _characters,
    "label": _label,
    "links": _links,
    "optout_text": _opt_out_text,
    "price_text": _price_text,
}
