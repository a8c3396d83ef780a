"""What console and API say about rules: why one acts or not, what gets in its way, how steps went."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compliance.keywords import KeywordMatch
from messaging.keyword_rules import Conflict
from messaging.keyword_rules.model import Judgement

KEYWORD_MEANINGS: Final[Mapping[str, str]] = {
    "opt_out": gettext_noop("a refusal"),
    "opt_in": gettext_noop("a consent"),
    "help": gettext_noop("a call for help"),
    "review": gettext_noop("perhaps a refusal, which an officer has to read"),
}
JUDGEMENTS: Final[Mapping[str, str]] = {
    "wins": gettext_noop("It acts."),
    "shadow": gettext_noop(
        "It would act, but is in shadow: the match is recorded, nothing is done."
    ),
    "comes_later": gettext_noop("It fits too, but “%(winner)s” comes first."),
    "off": gettext_noop("It is switched off."),
    "other_sender": gettext_noop("It is for another sender."),
    "other_language": gettext_noop("It is for people whom we write to in another language."),
    "not_yet": gettext_noop("It is not valid yet."),
    "over": gettext_noop("It is not valid any more."),
    "no_exact": gettext_noop("The reply is none of its words."),
    "no_first_word": gettext_noop("The reply does not begin with one of its words."),
    "no_prefix": gettext_noop("The reply does not begin with its letters."),
    "no_pattern": gettext_noop("The whole reply does not fit its pattern."),
    "no_any": gettext_noop("It fits no reply."),
}
_CONFLICTS: Final[Mapping[str, str]] = {
    "shadowed": gettext_noop(
        "“%(rule)s” never acts: whatever fits it fits “%(other)s” first. Give it a smaller"
        " priority, or take it out."
    ),
    "overlap": gettext_noop(
        "“%(rule)s” and “%(other)s” have one priority and both fit “%(example)s”: “%(other)s”"
        " acts. Give them different priorities to say so."
    ),
}
STEPS: Final[Mapping[str, str]] = {
    "reply": gettext_noop("Reply"),
    "ask": gettext_noop("Ask and wait"),
    "verify": gettext_noop("Send a code and wait"),
    "check": gettext_noop("Check the code"),
    "add_to_list": gettext_noop("Add to a list"),
    "remove_from_list": gettext_noop("Remove from a list"),
    "record_consent": gettext_noop("Record consent"),
    "record_refusal": gettext_noop("Record a refusal"),
    "forward": gettext_noop("Forward as an event"),
    "escalate": gettext_noop("Ask for a person"),
}
_WHY: Final[Mapping[str, str]] = {
    "loop": gettext_noop("the number had its automatic answers of this hour"),
    "no_person": gettext_noop("the number is no person's, or a sender of ours"),
    "internal": gettext_noop("an internal error: the operators find it in the log"),
    "unreadable": gettext_noop("what was asked cannot be read any more"),
}
RESULTS: Final[Mapping[str, str]] = {
    "done": gettext_noop("Done"),
    "failed": gettext_noop("Failed"),
    "skipped": gettext_noop("Left out"),
    "shadow": gettext_noop("Would be done"),
}


def judgement_sentence(judgement: Judgement) -> str:
    """Why a rule acts, or does not."""
    return _(JUDGEMENTS[judgement.why]) % dict(judgement.values)


def keyword_sentence(match: KeywordMatch, *, is_taken: bool) -> str:
    """What a compliance keyword means for rules; "" where there is none."""
    if match.action == "none":
        return ""
    meaning = _(KEYWORD_MEANINGS[match.action])
    sentence = (
        _("“%(word)s” is %(meaning)s. That always comes first: no rule is asked.")
        if is_taken
        else _(
            "“%(word)s” is %(meaning)s where somebody was asked for it; otherwise rules are asked."
        )
    )
    return sentence % {"word": match.keyword, "meaning": meaning}


def conflict_sentence(conflict: Conflict) -> str:
    """Where two rules get in each other's way, and the way out."""
    return _(_CONFLICTS[conflict.kind]) % {
        "rule": conflict.rule.name,
        "other": conflict.other.name,
        "example": conflict.example,
    }


def step_name(do: str) -> str:
    """A kind of step in the reader's words."""
    return _(STEPS[do]) if do in STEPS else do


def result_reason(entry: Mapping[str, Any]) -> str:
    """Why a step was left out or failed; "" where it went well."""
    why = str(entry.get("why", ""))
    if why in _WHY:
        return _(_WHY[why])
    return str(entry.get("detail") or why)
