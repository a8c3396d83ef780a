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
    path("lists", ListsView.as_view()),
    path("lists/<int:list_id>", ListView.as_view()),
    path("lists/<int:list_id>/contacts", ListContactsView.as_view()),
    path("imports", ImportsView.as_view()),
    path("imports/<int:import_id>", ImportView.as_view()),
    path("imports/<int:import_id>/cancel", ImportCancelView.as_view()),
    path("imports/<int:import_id>/bad-lines", BadLinesView.as_view()),
]
