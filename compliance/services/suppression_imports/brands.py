"""Whose the brands of a file are: advertisers by name, and by what the apps above know."""

import unicodedata
from collections.abc import Callable, Collection, Mapping

from compliance.models import Advertiser, SuppressionImport

# Folded name → advertisers as (account, advertiser).
Owners = Mapping[str, Collection[tuple[int, int]]]
Finder = Callable[[Collection[str]], Owners]
_finders: list[Finder] = []


def register_finder(finder: Finder) -> None:
    """Called once by the app that knows senders: a network names a brand by its brandname."""
    _finders[:] = [finder]


def folded(name: str) -> str:
    """Brandnames are compared without case (Decree 91/2020/ND-CP, Art. 23) and outer spaces."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def owners_of(found: SuppressionImport, names: Collection[str]) -> Owners:
    """The advertisers behind the folded names, of the import's account where it has one."""
    if not names:
        return {}
    owners: dict[str, set[tuple[int, int]]] = {}
    advertisers = Advertiser.objects.all()
    if found.account_id is not None:
        advertisers = advertisers.filter(account_id=found.account_id)
    for pk, account_id, name, legal_name in advertisers.values_list(
        "pk", "account_id", "name", "legal_name"
    ):
        for one in {folded(name), folded(legal_name)} & set(names):
            owners.setdefault(one, set()).add((account_id, pk))
    for finder in _finders:
        for name, those in finder(names).items():
            ours = {one for one in those if found.account_id in (None, one[0])}
            owners.setdefault(name, set()).update(ours)
    return {name: those for name, those in owners.items() if those}
