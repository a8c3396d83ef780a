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
from messaging.models.inbound import InboundMessage, InboundPart
from messaging.models.messages import Dispatch, Event, Message, Segment, Waiting
from messaging.models.paces import CampaignPace
from messaging.models.replies import RefusalReview, ReplyOutcome
from messaging.models.route_trials import RouteTrial
from messaging.models.templates import Template, TemplateRegistration, TemplateVersion
from messaging.models.trials import PolicyTrial
from messaging.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "BounceWatermark",
    "CampaignPace",
    "ClientReference",
    "Dispatch",
    "Event",
    "EventCounter",
    "Frequency",
    "Hold",
    "IdempotencyKey",
    "InboundMessage",
    "InboundPart",
    "Message",
    "ParkedReceipt",
    "PolicyTrial",
    "ReceiptWait",
    "ReceiptWatermark",
    "RefusalReview",
    "ReplyOutcome",
    "RouteTrial",
    "Segment",
    "SegmentReference",
    "Tally",
    "Template",
    "TemplateRegistration",
    "TemplateVersion",
    "Waiting",
    "WebhookDelivery",
    "WebhookEndpoint",
]
