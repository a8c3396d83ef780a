"""Why a message was, or was not, sent: sentences, and the rules that were not simply met."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from messaging.admin.sight import Sight
from messaging.models import Message
from messaging.selectors.proofs.messages import message_evidence
from messaging.selectors.proofs.model import RuleResult
from messaging.selectors.proofs.people import consent_records
from messaging.services.proofs import stories
from messaging.services.proofs.paper import result_words

_TONES = {"failed": "danger", "warned": "warning", "left_out": "info"}


@dataclass(frozen=True, slots=True)
class ShownRule:
    """A rule with the word for its result."""

    rule: RuleResult
    word: str
    colour: str


@dataclass(frozen=True, slots=True)
class Why:
    """The page's part: what happened, what spoke, and how many rules were met."""

    sentences: tuple[str, ...]
    rules: tuple[ShownRule, ...]
    met: tuple[RuleResult, ...]


def why_of(request: HttpRequest, message: Message, sight: Sight) -> Why | None:
    """For people of the account; operators, who do not read what was agreed, get none."""
    if not sight.has_texts_of(message.account_id):
        return None
    may_consent = request.user.has_perm("compliance.view_consentstate", message)
    records: Sequence[Any] = (
        consent_records(message.account_id, message.msisdn) if may_consent else ()
    )
    evidence = message_evidence(message, records, for_operator=False)
    results = evidence.rules.results if evidence.rules else ()
    return Why(
        sentences=stories.of_decision(evidence, with_consent=may_consent),
        rules=tuple(
            ShownRule(one, result_words(one.result), _TONES[one.result])
            for one in results
            if one.result in _TONES
        ),
        met=tuple(one for one in results if one.result == "passed"),
    )
