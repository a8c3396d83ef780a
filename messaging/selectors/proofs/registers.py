"""The do-not-call list that was in force for a country at a moment, and whether it had a number."""

from datetime import datetime

from compliance.models import RegisterEntry, RegisterSnapshot
from compliance.selectors.registers import DO_NOT_CALL
from messaging.selectors.proofs.model import RegisterFacts


def register_then(country: str, msisdn: str, at: datetime) -> RegisterFacts | None:
    """None where the country had no list in force then."""
    snapshot = (
        RegisterSnapshot.objects.filter(
            register__country=country, register__key=DO_NOT_CALL, in_force_at__lte=at
        )
        .select_related("register")
        .order_by("-in_force_at")
        .first()
    )
    if snapshot is None:
        return None
    return RegisterFacts(
        register=snapshot.register.name,
        list=snapshot.reference,
        as_of=snapshot.as_of,
        sha256=snapshot.checksum,
        lists_number=_listed(snapshot, msisdn),
    )


def _listed(snapshot: RegisterSnapshot, msisdn: str) -> bool | None:
    """Lists are put in force in the order of their ids, so an entry holds from `since` on, until
    the list that took it off."""
    if not msisdn.isdecimal():
        return None
    rows = RegisterEntry.objects.filter(register_id=snapshot.register_id, msisdn=int(msisdn))
    return any(
        row.refuses_sms
        and row.since_id <= snapshot.pk
        and (row.until_id is None or row.until_id > snapshot.pk)
        for row in rows
    )
