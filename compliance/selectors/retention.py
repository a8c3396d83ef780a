"""What is kept how long, for whom."""

from dataclasses import dataclass

from compliance.constants import DataKind
from compliance.models import Account, RetentionPolicy
from compliance.retention import EVERYWHERE, Kept, Policy, kept
from compliance.rule_packs.packs import ANY_COUNTRY, Rulebook
from compliance.selectors.rules import rulebook
from config.common import clock


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long an account keeps a kind about people of a country ("": of all others)."""

    account_id: int
    kind: str
    country: str
    others: tuple[str, ...]
    kept: Kept


def policies() -> list[Policy]:
    """All stored policies as values."""
    columns = RetentionPolicy.objects.values_list("account_id", "country", "kind", "days", "note")
    return [Policy(*row) for row in columns]


def keepings(accounts: list[Account] | None = None) -> list[Keeping]:
    """For each account, kind and country that has a word of its own, how long it is kept."""
    stored, packs, now = policies(), rulebook(), clock.now()
    rows = Account.objects.order_by("pk") if accounts is None else accounts
    return [
        Keeping(account.pk, kind, country, others, one)
        for account in rows
        for others in [_countries(packs, stored, account.pk)]
        for country in (*others, EVERYWHERE)
        for kind in DataKind.values
        for one in [
            kept(
                kind, account.pk, country, stored, packs.rules_for(country or ANY_COUNTRY, now).pack
            )
        ]
    ]


def _countries(packs: Rulebook, stored: list[Policy], account_id: int) -> tuple[str, ...]:
    own = {one.country for one in stored if one.account_id in (None, account_id) and one.country}
    return tuple(sorted(own | packs.countries))
