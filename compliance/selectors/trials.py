"""The test box: what the rules would say about a text, and where in it."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from compliance.content import content_findings
from compliance.content_policy import VALUE, PolicyHit, policy_hits
from compliance.findings import Finding
from compliance.models import Account, Advertiser
from compliance.selectors.content_rules import content_rules_of, policy_with
from compliance.selectors.rules import rulebook
from compliance.texts import masked
from config.common import clock

SHOWN_VALUE = "▢"
_counters: list[Callable[[str], int]] = []


def count_segments_with(counter: Callable[[str], int]) -> None:
    """How many segments a text has: known above, and told here at start-up."""
    _counters[:] = [counter]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text and the names of the rules that found something in it."""

    text: str
    rules: tuple[str, ...]
    is_blocked: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """The text as it was judged, what was found by policy and by pack, and how many were asked."""

    text: str
    pieces: tuple[Piece, ...]
    hits: tuple[PolicyHit, ...]
    findings: tuple[Finding, ...]
    rules_asked: int

    @property
    def is_blocked(self) -> bool:
        """Whether such a text is not sent."""
        found = (*self.findings, *(hit.finding for hit in self.hits))
        return any(finding.severity == "block" for finding in found)


def text_try(
    *,
    account: Account | None,
    advertiser: Advertiser | None,
    country: str,
    message_class: str,
    text: str,
    is_template: bool,
    with_inactive: bool,
) -> Trial:
    """What the rules of the account (None: the platform's alone) say about the text now.

    `is_template`: the text shows `{slot}` where values go. `with_inactive`: as if every rule
    that is switched off were on.
    """
    now, account_id = clock.now(), account.pk if account else None
    rows = content_rules_of(account_id)
    policy = policy_with(rows if with_inactive else rows.filter(is_active=True))
    rules = policy.rules_for(account_id, country, now)
    judged = unicodedata.normalize("NFC", masked(text) if is_template else text)
    hits = policy_hits(
        rules,
        judged,
        message_class,
        brands=advertiser.names if advertiser else (),
        segment_count=_counters[0](text) if _counters and text else None,
    )
    return Trial(
        text=judged.replace(VALUE, SHOWN_VALUE),
        pieces=_pieces(judged.replace(VALUE, SHOWN_VALUE), hits),
        hits=hits,
        findings=content_findings(rulebook().rules_for(country, now), text, message_class),
        rules_asked=sum(rule.is_for(message_class) for rule in rules),
    )


def _pieces(text: str, hits: Iterable[PolicyHit]) -> tuple[Piece, ...]:
    spans = [(start, end, hit) for hit in hits for start, end in hit.spans if start < end]
    cuts = sorted({0, len(text), *(cut for start, end, _hit in spans for cut in (start, end))})
    return tuple(
        _piece(text[start:end], [hit for first, last, hit in spans if first <= start < last])
        for start, end in pairwise(cuts)
    )


def _piece(text: str, hits: list[PolicyHit]) -> Piece:
    names = tuple(dict.fromkeys(hit.rule.name for hit in hits))
    return Piece(text, names, any(hit.rule.severity == "block" for hit in hits))
