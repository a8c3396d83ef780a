from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from compliance.admin.keys import ApiKeyAdmin, ApiKeyForm
from compliance.models import OAuthClient


class OAuthClientForm(ApiKeyForm):
    class Meta(ApiKeyForm.Meta):
        model = OAuthClient


@admin.register(OAuthClient)
class OAuthClientAdmin(ApiKeyAdmin):
    """Clients of OAuth 2: id and secret buy tokens that live an hour. What holds for keys holds
    for them."""

    is_of_clients = True
    form = OAuthClientForm
    list_display = (
        "name",
        "account",
        "client_id",
        "mode",
        "state",
        "last_used_at",
        "expires_at",
    )
    search_fields = ("name", "client_id", "prefix")
    readonly_fields = ("client_id", *ApiKeyAdmin.readonly_fields)
    empty_title = _("No OAuth2 client yet")
    empty_text = _(
        "For systems that get short-lived tokens by client credentials instead of sending a key."
    )
    secret_title = _("OAuth2 client created")
    fieldsets = (
        *ApiKeyAdmin.fieldsets[:-1],
        (
            _("Use"),
            {
                "fields": (
                    "client_id",
                    "begins_with",
                    "state",
                    "creator",
                    "created_at",
                    "last_used_at",
                )
            },
        ),
    )
