from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    """Networks, number plans, senders, routes and rates."""

    name = "routing"
    verbose_name = _("Routing")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from compliance.services.suppression_imports import brands  # models are ready only now
        from routing.selectors.brands import advertisers_of_brandnames

        brands.register_finder(advertisers_of_brandnames)
