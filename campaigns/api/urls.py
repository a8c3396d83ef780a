"""Addresses of this part of the API, below /api/v1/."""

from django.urls import path

from campaigns.api.campaigns import (
    CampaignCancelView,
    CampaignLaunchView,
    CampaignPauseView,
    CampaignPreflightView,
    CampaignResumeView,
    CampaignsView,
    CampaignView,
)
from campaigns.api.contacts import ContactsView, ContactView
from campaigns.api.imports import BadLinesView, ImportCancelView, ImportsView, ImportView
from campaigns.api.lists import ListContactsView, ListsView, ListView
from campaigns.api.trigger_events import (
    TriggerEventRerunView,
    TriggerEventsView,
    TriggerEventView,
)
from campaigns.api.trigger_inbox import TriggerInboxView
from campaigns.api.trigger_mappings import (
    TriggerMappingActivateView,
    TriggerMappingDiscardView,
    TriggerMappingRestoreView,
    TriggerMappingsView,
    TriggerMappingVersionsView,
    TriggerMappingView,
)
from campaigns.api.triggers import (
    TriggerPresetsView,
    TriggerPresetUseView,
    TriggerSourceDryRunView,
    TriggerSourceRotateView,
    TriggerSourcesView,
    TriggerSourceView,
)

_SOURCE = "trigger-sources/<int:source_id>"
_MAPPING = f"{_SOURCE}/mappings/<int:mapping_id>"

urlpatterns = [
    path("campaigns", CampaignsView.as_view()),
    path("campaigns/<int:campaign_id>", CampaignView.as_view()),
    path("campaigns/<int:campaign_id>/preflight", CampaignPreflightView.as_view()),
    path("campaigns/<int:campaign_id>/launch", CampaignLaunchView.as_view()),
    path("campaigns/<int:campaign_id>/pause", CampaignPauseView.as_view()),
    path("campaigns/<int:campaign_id>/resume", CampaignResumeView.as_view()),
    path("campaigns/<int:campaign_id>/cancel", CampaignCancelView.as_view()),
    path("contacts", ContactsView.as_view()),
    path("contacts/<int:contact_id>", ContactView.as_view()),
    path("trigger-presets", TriggerPresetsView.as_view()),
    path("trigger-presets/<slug:preset>/use", TriggerPresetUseView.as_view()),
    path("trigger-sources", TriggerSourcesView.as_view()),
    path(_SOURCE, TriggerSourceView.as_view()),
    path(f"{_SOURCE}/rotate", TriggerSourceRotateView.as_view()),
    path(f"{_SOURCE}/dry-run", TriggerSourceDryRunView.as_view()),
    path(f"{_SOURCE}/events", TriggerEventsView.as_view()),
    path(f"{_SOURCE}/events/<uuid:event_id>", TriggerEventView.as_view()),
    path(f"{_SOURCE}/events/<uuid:event_id>/rerun", TriggerEventRerunView.as_view()),
    path(f"{_SOURCE}/mappings", TriggerMappingsView.as_view()),
    path(_MAPPING, TriggerMappingView.as_view()),
    path(f"{_MAPPING}/activate", TriggerMappingActivateView.as_view()),
    path(f"{_MAPPING}/discard", TriggerMappingDiscardView.as_view()),
    path(f"{_MAPPING}/versions", TriggerMappingVersionsView.as_view()),
    path(f"{_MAPPING}/versions/<int:version>/restore", TriggerMappingRestoreView.as_view()),
    path("triggers/<str:key>", TriggerInboxView.as_view()),
    path("lists", ListsView.as_view()),
    path("lists/<int:list_id>", ListView.as_view()),
    path("lists/<int:list_id>/contacts", ListContactsView.as_view()),
    path("imports", ImportsView.as_view()),
    path("imports/<int:import_id>", ImportView.as_view()),
    path("imports/<int:import_id>/cancel", ImportCancelView.as_view()),
    path("imports/<int:import_id>/bad-lines", BadLinesView.as_view()),
]
