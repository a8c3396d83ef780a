"""Single numbers that are elsewhere than their prefix says: put, and taken back."""

from datetime import datetime
from typing import Any

from django.db import transaction

from config.common import audit
from routing.models import Network, NumberOverride


@transaction.atomic
def override_put(
    *, msisdn: str, network: Network, source: str, valid_until: datetime | None, actor: Any
) -> NumberOverride:
    """Says where a number is, until a time or for good, whatever was said before."""
    row, _is_new = NumberOverride.objects.update_or_create(
        msisdn=msisdn,
        defaults={"network": network, "source": source, "valid_until": valid_until},
    )
    audit.record(
        action="ported_number.put",
        actor=actor,
        subject=f"numberoverride:{msisdn}",
        detail={"network": network.code},
    )
    return row


@transaction.atomic
def override_delete(row: NumberOverride, *, actor: Any) -> None:
    """The prefix counts again."""
    audit.record(
        action="ported_number.deleted", actor=actor, subject=f"numberoverride:{row.msisdn}"
    )
    row.delete()
