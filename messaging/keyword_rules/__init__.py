"""What a keyword rule is, and which of an account's rules a reply fits: pure, over values.

`Book` holds an account's rules compiled; `conflicts` says where two get in each other's way.
"""

from messaging.keyword_rules.book import Book
from messaging.keyword_rules.conflicts import Conflict, conflicts_of
from messaging.keyword_rules.model import KINDS, Fit, Reading, Reply, Rule
from messaging.keyword_rules.phrases import Phrase, PhraseError, phrase_of
from messaging.keyword_rules.plans import (
    CodeQuestion,
    Plan,
    PlanError,
    Question,
    Step,
    plan_of,
)

__all__ = [
    "KINDS",
    "Book",
    "CodeQuestion",
    "Conflict",
    "Fit",
    "Phrase",
    "PhraseError",
    "Plan",
    "PlanError",
    "Question",
    "Reading",
    "Reply",
    "Rule",
    "Step",
    "conflicts_of",
    "phrase_of",
    "plan_of",
]
