"""Forgets a person in the consent ledger: the records stay as digests, the chain still proves."""

from django.db import connection, transaction
from django.db.models import ProtectedError

from compliance.models import Account, ConsentRecord, ConsentState, Document, User
from compliance.services.checks import check_msisdn
from config.common import audit

# Everything of the person at once: the one change that the table's trigger lets pass.
_BLANK = """
UPDATE compliance_consentrecord
SET salt = NULL, msisdn = '', source = '', evidence = '{}', document_id = NULL
WHERE account_id = %s AND msisdn = %s AND salt IS NOT NULL
"""


@transaction.atomic
def ledger_erase(*, account: Account, msisdn: str, reason: str, actor: User | None) -> int:
    """Takes number, source, evidence and files of one person's consent out of an account's
    ledger, and says how many records that were.

    What they say without the person stays, with the digest of what went. Files that prove
    somebody else's consent or registration too are kept. Who must not be written to stays
    suppressed: that is `compliance.services.suppressions`. Raises InvalidError.
    """
    check_msisdn(msisdn)
    records = ConsentRecord.objects.filter(account=account, msisdn=msisdn)
    files = list(Document.objects.filter(pk__in=records.exclude(document=None).values("document")))
    ConsentState.objects.filter(account=account, msisdn=msisdn).delete()
    with connection.cursor() as cursor:
        cursor.execute(_BLANK, [account.pk, msisdn])
        erased = int(cursor.rowcount)
    removed = sum(_drop(document) for document in files)
    audit.record(
        action="consent.erased",
        actor=actor,
        account_id=account.pk,
        subject="",
        detail={"records": erased, "documents": removed, "reason": reason},
    )
    return erased


def _drop(document: Document) -> bool:
    try:
        with transaction.atomic():
            document.delete()
    except ProtectedError:  # it proves something else too
        return False
    return True
