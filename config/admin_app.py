from django.contrib.admin.apps import AdminConfig


class SignalboxAdminConfig(AdminConfig):
    """Makes the one admin site ours."""

    default_site = "config.admin_site.SignalboxAdminSite"
