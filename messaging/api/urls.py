"""Addresses of the API, below /api/v1/."""

from django.urls import path

from messaging.api import schema  # registers the key scheme
from messaging.api.consent_batches import ConsentBatchView
from messaging.api.consents import ConsentsView
from messaging.api.documents import DocumentsView, DocumentView
from messaging.api.events import EventsView
from messaging.api.evidence import (
    AuditView,
    MessageProofView,
    MessageTraceView,
    NumberProofView,
)
from messaging.api.fallback_rules import FallbackRulesView, FallbackRuleView
from messaging.api.inbound import InboundView
from messaging.api.messages import BatchView, MessageCancelView, MessagesView, MessageView
from messaging.api.preview import PreviewView
from messaging.api.sender_pools import SenderPoolsView, SenderPoolView
from messaging.api.senders import (
    SenderRegistrationsView,
    SenderRegistrationView,
    SendersView,
    SenderView,
)
from messaging.api.suppressions import SuppressionCheckView, SuppressionsView, SuppressionView
from messaging.api.template_reviews import (
    VersionApproveView,
    VersionRejectView,
    VersionSubmitView,
    VersionWithdrawView,
)
from messaging.api.template_versions import TemplateVersionsView, TemplateVersionView
from messaging.api.templates import TemplatesView, TemplateView
from messaging.api.webhook import (
    DeliveriesView,
    WebhookRotateView,
    WebhookTestView,
    WebhookView,
)
from messaging.api.wishes import ConsentRequestsView, OptOutsView

_VERSION = "templates/<slug:template>/versions/<int:version>"

__all__ = ["schema", "urlpatterns"]

urlpatterns = [
    path("messages", MessagesView.as_view()),
    path("messages/batch", BatchView.as_view()),
    path("messages/preview", PreviewView.as_view()),
    path("messages/<uuid:message_id>", MessageView.as_view()),
    path("messages/<uuid:message_id>/cancel", MessageCancelView.as_view()),
    path("messages/<uuid:message_id>/proof", MessageProofView.as_view()),
    path("messages/<uuid:message_id>/trace", MessageTraceView.as_view()),
    path("numbers/<str:number>/proof", NumberProofView.as_view()),
    path("audit", AuditView.as_view()),
    path("inbound", InboundView.as_view()),
    path("events", EventsView.as_view()),
    path("webhook", WebhookView.as_view()),
    path("webhook/rotate", WebhookRotateView.as_view()),
    path("webhook/test", WebhookTestView.as_view()),
    path("webhook/deliveries", DeliveriesView.as_view()),
    path("suppressions", SuppressionsView.as_view()),
    path("suppressions/check", SuppressionCheckView.as_view()),
    path("suppressions/<int:suppression_id>", SuppressionView.as_view()),
    path("consents", ConsentsView.as_view()),
    path("consents/batch", ConsentBatchView.as_view()),
    path("consents/requests", ConsentRequestsView.as_view()),
    path("consents/opt-outs", OptOutsView.as_view()),
    path("documents", DocumentsView.as_view()),
    path("documents/<int:document_id>", DocumentView.as_view()),
    path("senders", SendersView.as_view()),
    path("senders/<str:address>", SenderView.as_view()),
    path("senders/<str:address>/registrations", SenderRegistrationsView.as_view()),
    path(
        "senders/<str:address>/registrations/<int:registration>", SenderRegistrationView.as_view()
    ),
    path("sender-pools", SenderPoolsView.as_view()),
    path("sender-pools/<int:pool_id>", SenderPoolView.as_view()),
    path("fallback-rules", FallbackRulesView.as_view()),
    path("fallback-rules/<int:rule_id>", FallbackRuleView.as_view()),
    path("templates", TemplatesView.as_view()),
    path("templates/<slug:template>", TemplateView.as_view()),
    path("templates/<slug:template>/versions", TemplateVersionsView.as_view()),
    path(_VERSION, TemplateVersionView.as_view()),
    path(f"{_VERSION}/submit", VersionSubmitView.as_view()),
    path(f"{_VERSION}/approve", VersionApproveView.as_view()),
    path(f"{_VERSION}/reject", VersionRejectView.as_view()),
    path(f"{_VERSION}/withdraw", VersionWithdrawView.as_view()),
]
