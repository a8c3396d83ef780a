"""What console and API say about rules: why one acts or not, what gets in its way, how steps went."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as marked

from compliance.keywords import KeywordMatch
from messaging.keyword_rules import Conflict
from messaging.keyword_rules.model import Judgement

KEYWORD_MEANINGS: Final[Mapping[str, str]] = {
    "opt_out": marked("a refusal"),
    "opt_in": marked("a consent"),
    "help": marked("a call for help"),
    "review": marked("perhaps a refusal, which an officer has to read"),
}
JUDGEMENTS: Final[Mapping[str, str]] = {
    "wins": marked("It acts."),
    "shadow": marked("It would act, but is in shadow: the match is recorded, nothing is done."),
    "comes_later": marked("It fits too, but “%(winner)s” comes first."),
    "off": marked("It is switched off."),
    "other_sender": marked("It is for another sender."),
    "other_language": marked("It is for people whom we write to in another language."),
    "not_yet": marked("It is not valid yet."),
    "over": marked("It is not valid any more."),
    "no_exact": marked("The reply is none of its words."),
    "no_first_word": marked("The reply does not begin with one of its words."),
    "no_prefix": marked("The reply does not begin with its letters."),
    "no_pattern": marked("The whole reply does not fit its pattern."),
    "no_any": marked("It fits no reply."),
}
_CONFLICTS: Final[Mapping[str, str]] = {
    "shadowed": marked(
        "“%(rule)s” never acts: whatever fits it fits “%(other)s” first. Give it a smaller"
        " priority, or take it out."
    ),
    "overlap": marked(
        "“%(rule)s” and “%(other)s” have one priority and both fit “%(example)s”: “%(other)s”"
        " acts. Give them different priorities to say so."
    ),
}
STEPS: Final[Mapping[str, str]] = {
    "reply": marked("Reply"),
    "ask": marked("Ask and wait"),
    "verify": marked("Send a code and wait"),
    "check": marked("Check the code"),
    "add_to_list": marked("Add to a list"),
    "remove_from_list": marked("Remove from a list"),
    "record_consent": marked("Record consent"),
    "record_refusal": marked("Record a refusal"),
    "forward": marked("Forward as an event"),
    "escalate": marked("Ask for a person"),
}
_WHY: Final[Mapping[str, str]] = {
    "loop": marked("the number had its automatic answers of this hour"),
    "no_person": marked("the number is no person's, or a sender of ours"),
    "internal": marked("an internal error: the operators find it in the log"),
    "unreadable": marked("what was asked cannot be read any more"),
}
RESULTS: Final[Mapping[str, str]] = {
    "done": marked("Done"),
    "failed": marked("Failed"),
    "skipped": marked("Left out"),
    "shadow": marked("Would be done"),
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
