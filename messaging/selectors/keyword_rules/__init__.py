"""Keyword rules as they are read: compiled books, figures, and what is wrong with one."""

from messaging.selectors.keyword_rules.books import book_of, compiled
from messaging.selectors.keyword_rules.figures import Figures, figures_of
from messaging.selectors.keyword_rules.states import ORDER, rules_in, state_of
from messaging.selectors.keyword_rules.troubles import Trouble, troubles_of

__all__ = [
    "ORDER",
    "Figures",
    "Trouble",
    "book_of",
    "compiled",
    "figures_of",
    "rules_in",
    "state_of",
    "troubles_of",
]
