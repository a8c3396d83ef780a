"""Pages about accounts, people, consent, rules and the audit log."""

from compliance.admin import accounts, audit, consent, keys, rules, suppressions, users

__all__ = ["accounts", "audit", "consent", "keys", "rules", "suppressions", "users"]
