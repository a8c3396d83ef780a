"""Who sees what of messages and replies.

People of an account see what was written and its price, never carriers or costs. Operators see
the traffic of every account by carrier and segment, never what was written in it.

The texts of templates are another matter: registering one with a network is the operators' work,
and what they hand in there is that text. They read it on the pages of registrations
(messaging.admin.registrations), of versions that were submitted, with slots instead of values:
nothing in it was written to anybody.
"""

from dataclasses import dataclass
from typing import Any

from compliance.selectors.access import accounts_for


@dataclass(frozen=True, slots=True)
class Sight:
    """What a person sees: `accounts` None is every account (superusers)."""

    accounts: frozenset[int] | None
    is_operator: bool

    def has_texts_of(self, account_id: int | None) -> bool:
        """Whether the person may read what this account wrote and got."""
        return self.accounts is None or account_id in self.accounts

    @property
    def has_texts(self) -> bool:
        """Whether the person reads the texts of some account."""
        return self.accounts is None or bool(self.accounts)


def sight_of(user: Any) -> Sight:
    """From the person's roles: one on the account for its texts, one on the platform for its
    carriers."""
    if user.is_superuser:
        return Sight(None, is_operator=True)
    return Sight(accounts_for(user), is_operator=user.has_perm("messaging.view_segment"))
