"""Takes a person's texts away at their own wish."""

from django.db import connection
from django.db.models.functions import Greatest

from compliance.models import Account
from messaging.constants import OPEN
from messaging.models import Conversation, InboundMessage, InboundPart
from messaging.services.retention.replies import events_forget

_TEXTS = """
UPDATE messaging_message SET text = '', metadata = NULL
WHERE msisdn = %(msisdn)s AND account_id = %(account)s AND text <> '' AND status <> ALL(%(open)s)
"""


def person_texts_forget(account: Account, msisdn: str) -> int:
    """Takes away the texts of messages to the number that are over, in the caller's transaction;
    how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, {"msisdn": msisdn, "account": account.pk, "open": sorted(OPEN)})
        return int(cursor.rowcount)


def person_replies_forget(account: Account, msisdn: str) -> int:
    """Takes away the texts of the number's replies, of their raw PDUs and of the events that
    reported them, in the caller's transaction; how many there were."""
    found = InboundMessage.objects.filter(account=account, msisdn=msisdn).exclude(text="")
    told = Greatest("received_at", "amended_at", "unrouted__decided_at")
    rows = found.values_list("pk", "received_at", told)
    replies = {str(key): (came, last) for key, came, last in rows}
    if replies:
        with connection.cursor() as cursor:
            events_forget(cursor, account.pk, replies)
        InboundPart.objects.filter(message__in=found.values("pk")).update(
            text="", octets=b"", raw=b""
        )
        found.update(text="")
    return len(replies)


def person_conversations_forget(account: Account, msisdn: str) -> int:
    """Takes away the number's conversations with every note in them, in the caller's transaction;
    how many there were. How long somebody waited stays, and says not who."""
    found = Conversation.objects.filter(account=account, msisdn=msisdn)
    count = found.count()
    found.delete()
    return count


# Whether somebody was ever asked for consent stays: where that is allowed once, forgetting it
# would be asking twice.
_COUNTS = """
FROM messaging_frequency WHERE msisdn = %(msisdn)s AND asked_id IS NULL
    AND advertiser_id IN (SELECT id FROM compliance_advertiser WHERE account_id = %(account)s)
"""


def person_counts(account: Account, msisdn: str) -> int:
    """The advertisers of the account for which messages to the number are counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) {_COUNTS}",
            {"msisdn": msisdn, "account": account.pk},
        )
        return int(cursor.fetchone()[0])


def person_counts_forget(account: Account, msisdn: str) -> int:
    """Forgets how often the person was written to, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE {_COUNTS}",
            {"msisdn": msisdn, "account": account.pk},
        )
        return int(cursor.rowcount)
