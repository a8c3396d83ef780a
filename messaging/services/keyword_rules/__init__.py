"""Keyword rules: kept, tried, and done with replies."""

from messaging.services.keyword_rules.arriving import keyword_rules_act, keyword_rules_concern
from messaging.services.keyword_rules.keeping import (
    keyword_rule_conflicts,
    keyword_rule_delete,
    keyword_rule_save,
    keyword_rules_conflicts,
)
from messaging.services.keyword_rules.questions import questions_end
from messaging.services.keyword_rules.trying import Trial, keyword_rules_try
from messaging.services.keyword_rules.versions import (
    keyword_rule_before,
    keyword_rule_copy,
    keyword_rule_undo,
)

__all__ = [
    "Trial",
    "keyword_rule_before",
    "keyword_rule_conflicts",
    "keyword_rule_copy",
    "keyword_rule_delete",
    "keyword_rule_save",
    "keyword_rule_undo",
    "keyword_rules_act",
    "keyword_rules_concern",
    "keyword_rules_conflicts",
    "keyword_rules_try",
    "questions_end",
]
