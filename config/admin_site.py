"""The one admin site: Signalbox's look, a home page per role."""

from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class SignalboxAdminSite(UnfoldAdminSite):
    site_title = "Signalbox"
    site_header = "Signalbox"
    index_title = _("Home")
    enable_nav_sidebar = True
