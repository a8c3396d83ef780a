"""Senders with their papers, as the API reads them."""

from django.utils.translation import gettext as _

from compliance.models import Account
from config.common.errors import NotFoundError
from routing.models import Sender

_PAPERS = ("registrations__network", "certificates", "programs")


def sender_with_papers(account: Account, address: str) -> Sender:
    """One sender by its address, whatever its capitals. Raises NotFoundError."""
    found = Sender.objects.filter(account=account, address__iexact=address.removeprefix("+"))
    rows = found.select_related("account", "advertiser").prefetch_related(*_PAPERS)
    row = rows.order_by("pk").first()
    if row is None:
        raise NotFoundError("sender_not_found", _("The account has no sender of this address."))
    return row
