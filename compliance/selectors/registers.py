"""What registers of people who want no advertising say: in memory, or one query for thousands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from compliance.models import Register

DO_NOT_CALL = "dnc"
_LISTED = """
SELECT e.msisdn FROM compliance_registerentry e
WHERE e.register_id = (
        SELECT r.id FROM compliance_register r
        WHERE r.country = %s AND r.key = %s AND r.in_force_id IS NOT NULL
    )
    AND e.msisdn = ANY(%s::bigint[]) AND e.until_id IS NULL AND e.refuses_sms
"""


@dataclass(frozen=True, slots=True)
class RegisterStanding:
    """A register with a list in force: whose it is, which list, and as of when (aware)."""

    register_id: int
    country: str
    name: str
    snapshot_id: int
    reference: str
    as_of: datetime


def register_standings(key: str = DO_NOT_CALL) -> Mapping[str, RegisterStanding]:
    """The registers in force by country; a country that never got a list is absent.

    A change of the list in force raises the configuration version, so snapshots may hold this.
    """
    found = Register.objects.filter(key=key, in_force__isnull=False).select_related("in_force")
    return {
        register.country: RegisterStanding(
            register.pk,
            register.country,
            register.name,
            register.in_force.pk,
            register.in_force.reference,
            register.in_force.as_of,
        )
        for register in found
        if register.in_force is not None
    }


def listed(country: str, msisdns: Collection[str], key: str = DO_NOT_CALL) -> frozenset[str]:
    """Those of the numbers (E.164 digits) that refuse messages in the country's list in force.

    One query by primary key; empty where the country has no list, which `register_standings`
    tells apart from nobody being on it.
    """
    if not msisdns:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, [country, key, [int(msisdn) for msisdn in msisdns]])
        return frozenset(str(row[0]) for row in cursor.fetchall())
