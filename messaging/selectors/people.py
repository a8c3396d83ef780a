"""What messaging holds about one number of an account."""

from collections.abc import Sequence

from compliance.models import Account
from messaging.constants import OPEN
from messaging.models import Conversation, ConversationEntry, InboundMessage, Message


def messages_of(account: Account, msisdn: str, *, limit: int) -> Sequence[Message]:
    """The latest messages to the number, newest first, by the index on numbers."""
    found = Message.objects.filter(msisdn=msisdn, account_id=account.pk).select_related("sender")
    return list(found.order_by("-id")[:limit])


def replies_of(account: Account, msisdn: str) -> Sequence[InboundMessage]:
    """The number's replies, newest first."""
    return list(InboundMessage.objects.filter(account=account, msisdn=msisdn).order_by("-id"))


def texts_held(account: Account, msisdn: str) -> int:
    """Messages to the number that are over and whose text is still here."""
    found = Message.objects.filter(msisdn=msisdn, account_id=account.pk).exclude(text="")
    return found.exclude(status__in=OPEN).count()


def messages_open(account: Account, msisdn: str) -> int:
    """Messages to the number that are still on their way."""
    return Message.objects.filter(msisdn=msisdn, account_id=account.pk, status__in=OPEN).count()


def newest_message(account: Account, msisdn: str) -> Message | None:
    """The last message to the number."""
    return Message.objects.filter(msisdn=msisdn, account_id=account.pk).order_by("-id").first()


def conversations_held(account: Account, msisdn: str) -> int:
    """The number's conversations with the account's brands."""
    return Conversation.objects.filter(account=account, msisdn=msisdn).count()


def notes_of(account: Account, msisdn: str) -> Sequence[ConversationEntry]:
    """What people of the account wrote down and did in the number's conversations, oldest first."""
    found = ConversationEntry.objects.filter(
        conversation__account=account, conversation__msisdn=msisdn
    )
    return list(found.select_related("conversation__advertiser").order_by("at", "pk"))
