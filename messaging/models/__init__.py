from messaging.models.bookkeeping import (
    BounceWatermark,
    ClientReference,
    EventCounter,
    Frequency,
    Hold,
    IdempotencyKey,
    ParkedReceipt,
    ReceiptWait,
    ReceiptWatermark,
    SegmentReference,
    Tally,
)
from messaging.models.conversations import (
    Conversation,
    ConversationEntry,
    ConversationWait,
    ResponseRule,
)
from messaging.models.inbound import InboundMessage, InboundPart, UnroutedReply
from messaging.models.keyword_rules import KeywordHit, KeywordQuestion, KeywordRule
from messaging.models.messages import Dispatch, Event, Message, Segment, Waiting
from messaging.models.money import AcceptedDay, Balance, Charge, LedgerEntry, MoneyDelta
from messaging.models.paces import CampaignPace
from messaging.models.replies import RefusalReview, ReplyOutcome
from messaging.models.reports import TrafficCell, TrafficQuarter, TrafficWatermark
from messaging.models.route_trials import RouteTrial
from messaging.models.templates import Template, TemplateRegistration, TemplateVersion
from messaging.models.trials import PolicyTrial
from messaging.models.verification import (
    SealedText,
    ShieldRule,
    Verification,
    VerificationCheck,
    VerificationHold,
    VerificationOverride,
    VerificationSend,
    VerificationService,
    VerificationStat,
    VerificationText,
)
from messaging.models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookHealth

__all__ = [
    "AcceptedDay",
    "Balance",
    "BounceWatermark",
    "CampaignPace",
    "Charge",
    "ClientReference",
    "Conversation",
    "ConversationEntry",
    "ConversationWait",
    "Dispatch",
    "Event",
    "EventCounter",
    "Frequency",
    "Hold",
    "IdempotencyKey",
    "InboundMessage",
    "InboundPart",
    "KeywordHit",
    "KeywordQuestion",
    "KeywordRule",
    "LedgerEntry",
    "Message",
    "MoneyDelta",
    "ParkedReceipt",
    "PolicyTrial",
    "ReceiptWait",
    "ReceiptWatermark",
    "RefusalReview",
    "ReplyOutcome",
    "ResponseRule",
    "RouteTrial",
    "SealedText",
    "Segment",
    "SegmentReference",
    "ShieldRule",
    "Tally",
    "Template",
    "TemplateRegistration",
    "TemplateVersion",
    "TrafficCell",
    "TrafficQuarter",
    "TrafficWatermark",
    "UnroutedReply",
    "Verification",
    "VerificationCheck",
    "VerificationHold",
    "VerificationOverride",
    "VerificationSend",
    "VerificationService",
    "VerificationStat",
    "VerificationText",
    "Waiting",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookHealth",
]
