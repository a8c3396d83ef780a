"""Whose brandnames these are: networks name brands by the sender they registered."""

from collections.abc import Collection, Mapping

from django.db.models.functions import Lower

from routing.constants import SenderKind
from routing.models import Sender


def advertisers_of_brandnames(names: Collection[str]) -> Mapping[str, list[tuple[int, int]]]:
    """By brandname in small letters the advertisers that send under it, as (account, advertiser)."""
    found: dict[str, list[tuple[int, int]]] = {}
    rows = (
        Sender.objects.filter(kind=SenderKind.ALPHANUMERIC)
        .annotate(folded=Lower("address"))
        .filter(folded__in=list(names))
        .values_list("folded", "account_id", "advertiser_id")
    )
    for name, account_id, advertiser_id in rows:
        found.setdefault(name, []).append((account_id, advertiser_id))
    return found
