"""A compared list is confirmed, dropped, or taken back."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import User
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from routing.constants import PriceListState
from routing.models import PriceList
from routing.price_terms import owner_of
from routing.selectors.rates import rate_book
from routing.services.prices.comparing import KEPT, basis_of, list_locked, rates_before
from routing.services.prices.intake import list_note

_S = PriceListState
_PUT = """
INSERT INTO routing_rate (price_list_id, carrier_id, account_id, country, network_id,
    message_class, sender_id, amount_micros, currency, effective_from,
    charges_rejected, charges_undelivered, charges_unknown)
SELECT %(list)s, %(carrier)s, %(account)s, country, network_id, message_class, sender_id,
    amount_micros, %(currency)s, %(begins)s, %(rejected)s, %(undelivered)s, %(unknown)s
FROM routing_priceline WHERE price_list_id = %(list)s AND change = ANY(%(kept)s) ORDER BY line
"""


@transaction.atomic
def price_list_confirm(*, found: PriceList, actor: User | None) -> PriceList:
    """Puts a list in force at its time, or now where it has none or its time has passed.

    Raises ConflictError where it does not wait to be confirmed, or other rates hold by now than
    those it was compared with.
    """
    held = list_locked(found, _S.READY)
    if basis_of(rates_before(held)) != held.counts.get("basis"):
        raise ConflictError(
            "price_list_outdated",
            _("Other rates hold by now than those it was compared with: compare it again."),
        )
    now = clock.now()
    begins = max(held.effective_from or now, now)
    with connection.cursor() as cursor:
        cursor.execute(_PUT, _placed(held, begins))
        rates = cursor.rowcount
    held.effective_from, held.state = begins, _S.CONFIRMED
    held.confirmed_by, held.confirmed_at = actor, now
    held.save(update_fields=["effective_from", "state", "confirmed_by", "confirmed_at"])
    list_note("price_list.confirmed", held, actor, rates=rates, at=begins.isoformat())
    return held


@transaction.atomic
def price_list_discard(*, found: PriceList, actor: User | None) -> None:
    """Drops a list that was never confirmed; its lines go. Raises ConflictError."""
    held = list_locked(found, _S.READING, _S.READY, _S.FAILED)
    held.lines.all().delete()
    held.state = _S.DISCARDED
    held.save(update_fields=["state"])
    list_note("price_list.discarded", held, actor)
    _file_forget(held)


@transaction.atomic
def price_list_undo(*, found: PriceList, actor: User | None, reason: str) -> PriceList:
    """Takes a confirmed list back: from now on exactly those rates hold that would hold without
    it. Messages that were priced by it keep their prices.

    Raises ConflictError where it is not confirmed, or a later full list has replaced it, so that
    taking it back would change nothing; InvalidError without a reason.
    """
    if not reason.strip():
        raise InvalidError(
            "reason_missing", _("Say why, for those who read it later."), field="reason"
        )
    held = list_locked(found, _S.CONFIRMED)
    newer = _replaced_by(held)
    if newer is not None:
        raise ConflictError(
            "price_list_replaced",
            _(
                "“%(newer)s” has replaced it: taking this list back would change nothing. Take that"
                " one back, or confirm another list."
            )
            % {"newer": newer},
        )
    held.state, held.undone_at, held.undone_by = _S.UNDONE, clock.now(), actor
    held.undo_reason = reason.strip()[:300]
    held.save(update_fields=["state", "undone_at", "undone_by", "undo_reason"])
    list_note("price_list.undone", held, actor, reason=held.undo_reason)
    return held


def _placed(held: PriceList, begins: datetime) -> dict[str, Any]:
    return {
        "list": held.pk,
        "carrier": held.carrier_id,
        "account": held.account_id,
        "currency": held.currency,
        "begins": begins,
        "kept": list(KEPT),
        "rejected": held.charges_rejected,
        "undelivered": held.charges_undelivered,
        "unknown": held.charges_unknown,
    }


def _replaced_by(held: PriceList) -> PriceList | None:
    """The full list that holds in its stead, where there is one."""
    owner, now = owner_of(held.carrier_id, held.account_id, held.currency), clock.now()
    terms = {one.id: one for one in rate_book().lists}
    own = terms[held.pk]
    later = [
        one
        for one in terms.values()
        if one.owner == owner and one.is_full and one.holds(now) and one.order > own.order
    ]
    return PriceList.objects.get(pk=later[-1].id) if later else None


def _file_forget(held: PriceList) -> None:
    name, storage = str(held.file.name), held.file.storage
    if name:
        PriceList.objects.filter(pk=held.pk).update(file="")
        transaction.on_commit(lambda: storage.delete(name))
