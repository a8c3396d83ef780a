"""What callers see of conversations."""

from typing import Any

from rest_framework import serializers

from config.common.api.fields import Moment, OutputSerializer
from messaging import conversation_kinds as kinds
from messaging.api.outputs import MessageOutput, sender_address
from messaging.constants import ConversationState
from messaging.models import Conversation
from messaging.selectors.conversation_timeline import TimelineEntry
from messaging.services.conversations.records import number_shown


class ConversationOutput(OutputSerializer):
    """A person with a brand, and who takes care of them."""

    id = serializers.UUIDField()
    number = serializers.SerializerMethodField(help_text="E.164 where it is a number.")
    advertiser = serializers.CharField(source="advertiser.name")
    sender = serializers.SerializerMethodField(
        help_text="The one the person wrote to last: answers come from it."
    )
    state = serializers.ChoiceField(ConversationState.choices)
    assignee = serializers.SerializerMethodField(help_text="A user name, or null.")
    unread_count = serializers.IntegerField(help_text="Replies that nobody has read.")
    version = serializers.IntegerField(help_text="Give it with an answer: it counts answers.")
    waiting_since = Moment(
        allow_null=True, help_text="When the first reply came that nobody has answered."
    )
    due_at = Moment(allow_null=True, help_text="By when the account's rule wants an answer.")
    escalated_at = Moment(allow_null=True)
    last_at = Moment(help_text="When the last reply or answer was written.")
    opened_at = Moment()
    closed_at = Moment(allow_null=True)

    def get_number(self, conversation: Conversation) -> str:
        return number_shown(conversation.msisdn)

    def get_sender(self, conversation: Conversation) -> str:
        return sender_address(conversation.sender.kind, conversation.sender.address)

    def get_assignee(self, conversation: Conversation) -> str | None:
        return conversation.assignee.get_username() if conversation.assignee else None


class TimelineEntryOutput(OutputSerializer):
    """Something that happened; `data` depends on `kind`, and kinds may be added."""

    id = serializers.CharField(help_text="Of the message, reply, record or note itself.")
    kind = serializers.CharField(
        help_text="One of " + ", ".join(f"`{kind}`" for kind in kinds.kind_names()) + "."
    )
    at = Moment()
    text = serializers.CharField(help_text="Empty where there is none, or it was taken away.")
    by = serializers.CharField(
        allow_null=True, help_text="Who of the account; null: the person, or the system."
    )
    data_ = serializers.DictField()

    def to_representation(self, instance: TimelineEntry) -> dict[str, Any]:
        return {
            "id": instance.id,
            "kind": instance.kind,
            "at": instance.at.isoformat().replace("+00:00", "Z"),
            "text": instance.text,
            "by": instance.by or None,
            "data": dict(instance.data),
        }


class RepliedOutput(OutputSerializer):
    """The message that the answer became, and the conversation as it is now."""

    message = MessageOutput()
    conversation = ConversationOutput()
