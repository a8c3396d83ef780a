"""Evidence of consents that have ended: erased from the ledger once nobody can ask for it."""

import phonenumbers
from django.db import connection, transaction

from compliance.models import Account
from compliance.services.erasure import ledger_erase
from compliance.services.retention.removers import Removed, Span

# The relation is over: nothing was recorded since, and nothing stands granted.
_OVER = """
SELECT r.msisdn FROM compliance_consentrecord r
WHERE r.account_id = %(account)s AND r.msisdn <> ''
GROUP BY r.msisdn
HAVING max(r.recorded_at) < %(before)s AND NOT EXISTS (
    SELECT 1 FROM compliance_consentstate s
    WHERE s.account_id = %(account)s AND s.msisdn = r.msisdn AND s.state = 'granted')
ORDER BY r.msisdn
"""


def evidence_erase(span: Span, *, is_rehearsal: bool) -> Removed:
    """Erases numbers and evidence of such people from the ledger; its chain still verifies."""
    with connection.cursor() as cursor:
        cursor.execute(_OVER, {"account": span.account_id, "before": span.before})
        over = [row[0] for row in cursor.fetchall() if _is_of(span, row[0])]
    if is_rehearsal or not over:
        return Removed(len(over), span.before)
    account = Account.objects.get(pk=span.account_id)
    for msisdn in over:
        with transaction.atomic():
            ledger_erase(account=account, msisdn=msisdn, reason="retention", actor=None)
    return Removed(len(over), span.before)


def _is_of(span: Span, msisdn: str) -> bool:
    country = _country(msisdn)
    return country == span.country if span.country else country not in span.others


def _country(msisdn: str) -> str:
    try:
        parsed = phonenumbers.parse(f"+{msisdn}")
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_number(parsed) or ""
