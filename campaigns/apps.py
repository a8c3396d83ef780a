from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    """Contacts, lists, imports and campaigns: asks messaging to send."""

    name = "campaigns"
    verbose_name = _("Campaigns")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from campaigns.selectors.version_uses import campaigns_using
        from messaging.selectors import version_uses

        version_uses.register("campaigns", campaigns_using)
