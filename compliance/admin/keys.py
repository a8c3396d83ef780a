from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from compliance.constants import ACCOUNT_SCOPES, PLATFORM_SCOPES
from compliance.models import ApiKey
from compliance.scoping import AccountScopedAdmin, OwnOrEverybodysMixin, ScopedForm
from compliance.selectors.access import permitted_accounts
from compliance.services.api_keys import api_key_change, api_key_create, api_key_revoke
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured, plain


class ApiKeyForm(ScopedForm):
    class Meta:
        model = ApiKey
        fields = ("account", "name", "scopes", "allowed_addresses", "expires_at", "country")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Administrators make keys of the platform; all others those of their accounts."""
        super().__init__(*args, **kwargs)
        if self.request.user.is_superuser:
            return
        every = _makes_platforms(self.request)
        scopes: Any = self.fields.get("scopes")
        if scopes is not None:
            kept = PLATFORM_SCOPES if every else ACCOUNT_SCOPES
            scopes.choices = [(one.value, one.label) for one in kept]


def _makes_platforms(request: HttpRequest) -> bool:
    return permitted_accounts(request.user, "compliance.add_apikey") is None


@admin.register(ApiKey)
class ApiKeyAdmin(OwnOrEverybodysMixin, AccountScopedAdmin):
    """Keys of the API; a key's text is shown once, when it is made."""

    form = ApiKeyForm
    list_display = ("name", "account", "begins_with", "state", "last_used_at", "expires_at")
    list_filter = ("account",)
    list_select_related = ("account",)
    search_fields = ("name", "prefix")
    readonly_fields = ("begins_with", "state", "creator", "created_at", "last_used_at")
    autocomplete_fields = ()
    actions_detail = ("revoke",)
    fieldsets = (
        (
            None,
            {
                "fields": ("account", "name", "scopes"),
                "description": _(
                    "Name the system that uses the key, and give it only the scopes it needs."
                ),
            },
        ),
        (_("Limits"), {"fields": ("allowed_addresses", "expires_at", "country")}),
        (
            _("Use"),
            {"fields": ("begins_with", "state", "creator", "created_at", "last_used_at")},
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A key that is not made yet has no use; those of the platform have no account."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj:
            return fieldsets
        if _makes_platforms(request) and not request.user.is_superuser:
            lead = _("A key of the platform: it reads or changes what operators do, and sees no"
                     " account's data. Keys of accounts are made by their integrators.")  # fmt: skip
            first = (None, {"fields": ("name", "scopes"), "description": lead})
            return [first, *fieldsets[1:-1]]
        return fieldsets[:-1]

    creator = plain("created_by", _("created by"))

    @display(description=_("begins with"))
    def begins_with(self, obj: ApiKey) -> str:
        return f"{obj.prefix}…"

    @coloured(_("state"), {"active": "success", "expired": "warning", "revoked": "danger"})
    def state(self, obj: ApiKey) -> tuple[str, Any]:
        if obj.revoked_at:
            return "revoked", _("Revoked")
        if obj.expires_at and obj.expires_at <= clock.now():
            return "expired", _("Expired")
        return "active", _("Active")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A revoked key stays as it was; administrators change the platform's alone."""
        if isinstance(obj, ApiKey) and (obj.revoked_at or self._is_others(request, obj)):
            return False
        return super().has_change_permission(request, obj)

    def _is_others(self, request: HttpRequest, obj: ApiKey) -> bool:
        """Whether it is an account's, and the person's role is on the platform only."""
        every = permitted_accounts(request.user, "compliance.change_apikey") is None
        return every and obj.account_id is not None and not request.user.is_superuser

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        values = {
            name: form.cleaned_data[name]
            for name in ("name", "scopes", "allowed_addresses", "expires_at", "country")
        }
        if change:
            api_key_change(api_key=obj, actor=actor_of(request), **values)
            return
        made, text = api_key_create(account=obj.account, actor=actor_of(request), **values)
        obj.pk, obj.prefix, obj.created_at = made.pk, made.prefix, made.created_at
        request.api_key_text = text  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The page that shows the key, this once."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("API key created"),
            "opts": self.opts,
            "original": obj,
            "key": request.api_key_text,  # type: ignore[attr-defined]
            "list_url": reverse("admin:compliance_apikey_changelist"),
        }
        response = TemplateResponse(request, "admin/api_key_created.html", context)
        response["Cache-Control"] = "no-store"
        return response

    @action(description=_("Revoke"), url_path="revoke", icon="block", variant=ActionVariant.DANGER)
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = object_or_404(self, request, object_id, "revoke")
        return confirm(
            request,
            self,
            key,
            Question(
                title=_("Revoke this API key?"),
                text=_("Whatever uses it is refused at once. This cannot be undone."),
                submit=_("Revoke"),
                done=_("The API key is revoked."),
                is_dangerous=True,
            ),
            lambda _values: api_key_revoke(api_key=key, actor=actor_of(request)),
        )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """No button where there is nothing to revoke."""
        found = self.get_object(request, str(object_id))
        can = found is not None and not found.revoked_at and self.may(request, "revoke", found)
        return super().get_actions_detail(request, object_id) if can else []
