"""Pages about accounts, people, consent, rules and the audit log."""

from compliance.admin import (
    account_rules,
    accounts,
    audit,
    consent,
    content_rules,
    keys,
    programs,
    rule_exceptions,
    rules,
    suppressions,
    users,
)

__all__ = [
    "account_rules",
    "accounts",
    "audit",
    "consent",
    "content_rules",
    "keys",
    "programs",
    "rule_exceptions",
    "rules",
    "suppressions",
    "users",
]
