from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    """Contacts, lists, imports and campaigns: asks messaging to send."""

    name = "campaigns"
    verbose_name = _("Campaigns")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from campaigns.selectors.campaigns import campaign_names_of
        from campaigns.selectors.excluded import excluded_of
        from campaigns.selectors.numbers import contacts_with, numbers_known
        from campaigns.selectors.version_uses import campaigns_using
        from campaigns.services.keyword_lists import KeywordLists
        from campaigns.services.retention import import_files_remove
        from carriers import customers
        from compliance.constants import DataKind
        from compliance.services import retention
        from messaging.selectors import campaign_names, list_names, number_page, version_uses
        from messaging.services.trials import excluded

        campaign_names.register(campaign_names_of)
        list_names.register(KeywordLists())
        customers.register(numbers_known)
        version_uses.register("campaigns", campaigns_using)
        number_page.register(contacts_with)
        retention.register(DataKind.IMPORT_FILE, import_files_remove)
        excluded.register(excluded_of)
