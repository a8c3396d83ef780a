"""How long data is kept: the account's policy, else the platform's, else the country's pack.

Pure: policies and packs in, days out, each with whose word it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from compliance.rule_packs.model import Pack

EVERYWHERE = ""
_MONTHS_PER_YEAR, _DAYS_PER_YEAR = 12, 365

# Where no law speaks: a one-time code is worthless after minutes, and an imported file has
# become contacts, whose mistakes somebody corrects within weeks.
_OWN_DAYS: Mapping[str, int] = {"otp_text": 1, "import_file": 90}


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as stored: `account_id` None for all accounts, `country` "" for all countries."""

    account_id: int | None
    country: str
    kind: str
    days: int
    note: str


@dataclass(frozen=True, slots=True)
class Kept:
    """`days` that a kind is kept; `word` says whose: account, platform, pack or product."""

    days: int
    word: str
    note: str

    def before(self, now: datetime) -> datetime:
        """What is older than this has had its time."""
        return now - timedelta(days=self.days)


def days_of(months: int) -> int:
    """Months as days, never fewer than they have."""
    return -(-months * _DAYS_PER_YEAR // _MONTHS_PER_YEAR)


def kept(kind: str, account_id: int, country: str, policies: Iterable[Policy], pack: Pack) -> Kept:
    """How long an account keeps a kind of data about people of a country.

    The nearest word counts: the account's for the country, the account's, the platform's for the
    country, the platform's, the pack's. Evidence is never kept for less than the pack says.
    """
    found = _nearest(kind, account_id, country, policies)
    own = _pack_days(kind, pack)
    if found is None:
        word = "product" if kind in _OWN_DAYS else "pack"
        return Kept(own, word, f"{pack.country} {pack.version}" if word == "pack" else "")
    word = "platform" if found.account_id is None else "account"
    return Kept(max(found.days, least_days(kind, pack)), word, found.note)


def least_days(kind: str, pack: Pack) -> int:
    """The fewest days that a policy may say: proof of consent is owed as long as the pack says."""
    return _pack_days(kind, pack) if kind == "evidence" else 1


def _nearest(kind: str, account_id: int, country: str, policies: Iterable[Policy]) -> Policy | None:
    ranked = {(one.account_id, one.country): one for one in policies if one.kind == kind}
    order = [
        (account_id, country),
        (account_id, EVERYWHERE),
        (None, country),
        (None, EVERYWHERE),
    ]
    return next((ranked[key] for key in order if key in ranked), None)


def _pack_days(kind: str, pack: Pack) -> int:
    own = _OWN_DAYS.get(kind)
    if own is not None:
        return own
    retention = pack.retention
    months = {
        "text": retention.body_months,
        "reply_text": retention.body_months,
        "message": retention.metadata_months,
        "evidence": retention.evidence_months,
    }
    return days_of(months[kind])
