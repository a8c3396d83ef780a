"""Sender pools and fallback rules as accounts and operators see them."""

from typing import Final

from rest_framework import serializers

from compliance.constants import MessageClass
from config.common.api.fields import OutputSerializer
from routing.constants import FallbackCause, PoolSpread
from routing.models import SenderFallback, SenderPool

POOLS: Final = SenderPool.objects.select_related("account").prefetch_related("members__sender")
FALLBACKS: Final = SenderFallback.objects.select_related(
    "account", "sender", "to_sender", "to_pool"
)


class PoolMemberOutput(OutputSerializer):
    """A sender in a pool."""

    sender = serializers.CharField(source="sender.address")
    weight = serializers.IntegerField(help_text="Its part, where messages go by weight.")


class SenderPoolOutput(OutputSerializer):
    """Senders that stand in for each other under one name."""

    id = serializers.IntegerField()
    name = serializers.CharField(help_text="What messages give as `from`.")
    country = serializers.CharField()
    classes = serializers.ListField(
        child=serializers.ChoiceField(MessageClass.choices),
        source="message_classes",
        help_text="Empty: every class that the sender may carry.",
    )
    spread = serializers.ChoiceField(PoolSpread.choices)
    is_sticky = serializers.BooleanField(help_text="People keep their sender.")
    sticky_days = serializers.IntegerField()
    is_active = serializers.BooleanField()
    members = PoolMemberOutput(many=True, source="members.all")


class OperatorSenderPoolOutput(SenderPoolOutput):
    """With its account."""

    account = serializers.CharField(source="account.slug")


class FallbackRuleOutput(OutputSerializer):
    """What messages leave from where their own sender fails."""

    id = serializers.IntegerField()
    order = serializers.IntegerField(help_text="The lowest that fits is used.")
    sender = serializers.CharField(
        source="sender.address", allow_null=True, default=None, help_text="Null: by `sender_kind`."
    )
    sender_kind = serializers.CharField(help_text="A kind of sender; empty: of one sender.")
    classes = serializers.ListField(
        child=serializers.ChoiceField(MessageClass.choices), source="message_classes"
    )
    causes = serializers.ListField(child=serializers.ChoiceField(FallbackCause.choices))
    errors_ = serializers.ListField(child=serializers.CharField())
    to_sender = serializers.CharField(source="to_sender.address", allow_null=True, default=None)
    to_pool = serializers.CharField(source="to_pool.name", allow_null=True, default=None)
    is_active = serializers.BooleanField()


class OperatorFallbackRuleOutput(FallbackRuleOutput):
    """With its account."""

    account = serializers.CharField(source="account.slug")
