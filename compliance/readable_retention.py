"""What is kept how long, in words: per account and kind, countries with the same word together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compliance.constants import DataKind
from compliance.models import Account
from compliance.selectors.retention import Keeping, keepings

WORDS: Mapping[str, Any] = {
    "account": gettext_lazy("the account's policy"),
    "platform": gettext_lazy("the platform's policy"),
    "pack": gettext_lazy("the country's rule pack"),
    "product": gettext_lazy("the product's default"),
}


@dataclass(frozen=True, slots=True)
class KeptLine:
    """One line of the table: `days` in words, where, and whose word it is."""

    days: str
    where: str
    word: str
    note: str


@dataclass(frozen=True, slots=True)
class KeptKind:
    """A kind of data of one account."""

    title: str
    lines: tuple[KeptLine, ...]


def days_words(days: int) -> str:
    """`30` as `30 days`."""
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def kept_by_account(accounts: Sequence[Account]) -> list[tuple[str, list[KeptKind]]]:
    """For each account the kinds of data with how long they are kept."""
    found = keepings(list(accounts))
    return [
        (
            account.name,
            [
                KeptKind(str(kind.label), tuple(_lines(found, account.pk, kind.value)))
                for kind in DataKind
            ],
        )
        for account in accounts
    ]


def _lines(found: Iterable[Keeping], account_id: int, kind: str) -> list[KeptLine]:
    own = [one for one in found if (one.account_id, one.kind) == (account_id, kind)]
    groups: dict[tuple[int, str, str], list[Keeping]] = {}
    for one in own:
        note = one.kept.note if one.kept.word in ("account", "platform") else ""
        groups.setdefault((one.kept.days, one.kept.word, note), []).append(one)
    return [
        KeptLine(days_words(days), _where(those, len(own)), str(WORDS[word]), note)
        for (days, word, note), those in groups.items()
    ]


def _where(those: Sequence[Keeping], total: int) -> str:
    if len(those) == total:
        return _("Every country")
    named = ", ".join(one.country for one in those if one.country)
    if all(one.country for one in those):
        return named
    return _("%(countries)s and all others") % {"countries": named} if named else _("All others")


def run_line(line: Mapping[str, Any], accounts: Mapping[int, str]) -> dict[str, Any]:
    """A line of a run's report in words."""
    return {
        "account": accounts.get(line["account"], f"#{line['account']}"),
        "kind": DataKind(line["kind"]).label,
        "where": line["country"] or _("All others"),
        "days": days_words(line["days"]),
        "word": WORDS[line["word"]],
        "before": line["before"],
        "rows": line["rows"],
    }
