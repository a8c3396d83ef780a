"""Pages about accounts, people, consent, rules and the audit log."""

from compliance.admin import (
    accounts,
    audit,
    consent,
    content_rules,
    keys,
    programs,
    rules,
    suppressions,
    users,
)

__all__ = [
    "accounts",
    "audit",
    "consent",
    "content_rules",
    "keys",
    "rules",
    "programs",
    "suppressions",
    "users",
]
