from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks


class SignalboxAdminConfig(SimpleAdminConfig):
    """Makes the one admin site ours. Its pages are loaded with the addresses (config.urls): a
    worker, which shows none, starts in half the time without them."""

    default_site = "config.admin_site.SignalboxAdminSite"

    def ready(self) -> None:
        """Checks look at every page, also where no address was asked for before."""
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(_pages_check, checks.Tags.admin)


def _pages_check(app_configs: Any, **options: Any) -> list[Any]:
    admin.autodiscover()
    return list(check_admin_app(app_configs, **options))
