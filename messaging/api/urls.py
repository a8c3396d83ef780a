"""Addresses of the API, below /api/v1/."""

from django.urls import path

from messaging.api import schema  # registers the key scheme
from messaging.api.api_key import ApiKeyRotateView, ApiKeyView
from messaging.api.consent_batches import ConsentBatchView
from messaging.api.consents import ConsentsView
from messaging.api.conversations import (
    ConversationAssignView,
    ConversationCloseView,
    ConversationNotesView,
    ConversationReadView,
    ConversationReopenView,
    ConversationReplyView,
    ConversationsView,
    ConversationTimelineView,
    ConversationView,
)
from messaging.api.coverage import CoverageView
from messaging.api.documents import DocumentsView, DocumentView
from messaging.api.events import EventsView
from messaging.api.evidence import (
    AuditView,
    MessageProofView,
    MessageTraceView,
    NumberProofView,
)
from messaging.api.fallback_rules import FallbackRulesView, FallbackRuleView
from messaging.api.inbound import InboundDetailView, InboundView
from messaging.api.keyword_rules import (
    KeywordHitsView,
    KeywordRulesView,
    KeywordRuleView,
    KeywordTestView,
)
from messaging.api.messages import BatchView, MessageCancelView, MessagesView, MessageView
from messaging.api.money import BalanceView, LedgerView, StatementDaysView
from messaging.api.preview import PreviewView
from messaging.api.reports import MessageReportView
from messaging.api.response_times import ResponseTimesView
from messaging.api.sandbox import SandboxNumbersView
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
from messaging.api.verification_services import (
    VerificationServicesView,
    VerificationServiceView,
)
from messaging.api.verification_shield import (
    VerificationHoldLiftView,
    VerificationHoldsView,
    VerificationOverrideEndView,
    VerificationOverridesView,
)
from messaging.api.verifications import (
    NumberCheckView,
    VerificationCancelView,
    VerificationCheckView,
    VerificationResendView,
    VerificationsView,
    VerificationView,
)
from messaging.api.webhook_deliveries import DeliveriesView, DeliveryView, ReplayView
from messaging.api.webhooks import (
    WebhookRotateView,
    WebhooksView,
    WebhookTestView,
    WebhookView,
)
from messaging.api.wishes import ConsentRequestsView, OptOutsView

_TALK = "conversations/<uuid:conversation_id>"
_HOOK = "webhooks/<int:webhook_id>"
_VERSION = "templates/<slug:template>/versions/<int:version>"

__all__ = ["schema", "urlpatterns"]

urlpatterns = [
    path("api-key", ApiKeyView.as_view()),
    path("api-key/rotate", ApiKeyRotateView.as_view()),
    path("sandbox/numbers", SandboxNumbersView.as_view()),
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
    path("inbound/<uuid:reply_id>", InboundDetailView.as_view()),
    path("conversations", ConversationsView.as_view()),
    path(_TALK, ConversationView.as_view()),
    path(f"{_TALK}/timeline", ConversationTimelineView.as_view()),
    path(f"{_TALK}/reply", ConversationReplyView.as_view()),
    path(f"{_TALK}/assign", ConversationAssignView.as_view()),
    path(f"{_TALK}/close", ConversationCloseView.as_view()),
    path(f"{_TALK}/reopen", ConversationReopenView.as_view()),
    path(f"{_TALK}/read", ConversationReadView.as_view()),
    path(f"{_TALK}/notes", ConversationNotesView.as_view()),
    path("balance", BalanceView.as_view()),
    path("ledger", LedgerView.as_view()),
    path("statements/days", StatementDaysView.as_view()),
    path("events", EventsView.as_view()),
    path("webhooks", WebhooksView.as_view()),
    path(_HOOK, WebhookView.as_view()),
    path(f"{_HOOK}/rotate", WebhookRotateView.as_view()),
    path(f"{_HOOK}/test", WebhookTestView.as_view()),
    path(f"{_HOOK}/deliveries", DeliveriesView.as_view()),
    path(f"{_HOOK}/deliveries/<uuid:event_id>", DeliveryView.as_view()),
    path(f"{_HOOK}/replay", ReplayView.as_view()),
    path("reports/messages", MessageReportView.as_view()),
    path("reports/response-times", ResponseTimesView.as_view()),
    path("suppressions", SuppressionsView.as_view()),
    path("suppressions/check", SuppressionCheckView.as_view()),
    path("suppressions/<int:suppression_id>", SuppressionView.as_view()),
    path("consents", ConsentsView.as_view()),
    path("consents/batch", ConsentBatchView.as_view()),
    path("consents/requests", ConsentRequestsView.as_view()),
    path("consents/opt-outs", OptOutsView.as_view()),
    path("coverage", CoverageView.as_view()),
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
    path("verifications", VerificationsView.as_view()),
    path("verifications/check", NumberCheckView.as_view()),
    path("verifications/<uuid:verification_id>", VerificationView.as_view()),
    path("verifications/<uuid:verification_id>/check", VerificationCheckView.as_view()),
    path("verifications/<uuid:verification_id>/resend", VerificationResendView.as_view()),
    path("verifications/<uuid:verification_id>/cancel", VerificationCancelView.as_view()),
    path("verification-holds", VerificationHoldsView.as_view()),
    path("verification-holds/<int:hold_id>/lift", VerificationHoldLiftView.as_view()),
    path("verification-overrides", VerificationOverridesView.as_view()),
    path("verification-overrides/<int:override_id>/end", VerificationOverrideEndView.as_view()),
    path("verification-services", VerificationServicesView.as_view()),
    path("verification-services/<slug:slug>", VerificationServiceView.as_view()),
    path("keyword-rules", KeywordRulesView.as_view()),
    path("keyword-rules/test", KeywordTestView.as_view()),
    path("keyword-rules/<int:rule_id>", KeywordRuleView.as_view()),
    path("keyword-rules/<int:rule_id>/matches", KeywordHitsView.as_view()),
    path("templates", TemplatesView.as_view()),
    path("templates/<slug:template>", TemplateView.as_view()),
    path("templates/<slug:template>/versions", TemplateVersionsView.as_view()),
    path(_VERSION, TemplateVersionView.as_view()),
    path(f"{_VERSION}/submit", VersionSubmitView.as_view()),
    path(f"{_VERSION}/approve", VersionApproveView.as_view()),
    path(f"{_VERSION}/reject", VersionRejectView.as_view()),
    path(f"{_VERSION}/withdraw", VersionWithdrawView.as_view()),
]
