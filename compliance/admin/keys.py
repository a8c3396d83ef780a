from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.admin.key_actions import KeyActionsMixin
from compliance.admin.key_filters import KeyStateFilter, ScopeFilter
from compliance.constants import ACCOUNT_SCOPES, PLATFORM_SCOPES
from compliance.models import ApiKey
from compliance.models.limits import LIMIT_FIELDS
from compliance.scoping import AccountScopedAdmin, OwnOrEverybodysMixin, ScopedForm
from compliance.selectors.access import permitted_accounts
from compliance.services.api_keys import api_key_change, api_key_create
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.labels import coloured, plain


class ApiKeyForm(ScopedForm):
    class Meta:
        model = ApiKey
        fields = (
            "account",
            "name",
            "is_test",
            "scopes",
            "allowed_addresses",
            "certificates",
            "expires_at",
            "country",
            *LIMIT_FIELDS,
        )

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


_FORMER = (
    _("Former secret"),
    {
        "fields": (("former", "former_until", "former_used_at"),),
        "description": _("Once it is not used any more, it can be ended before its time."),
    },
)


@admin.register(ApiKey)
class ApiKeyAdmin(KeyActionsMixin, OwnOrEverybodysMixin, AccountScopedAdmin):
    """Keys of the API; a key's text is shown once, when it is made."""

    form = ApiKeyForm
    list_display: Any = (
        "name",
        "account",
        "begins_with",
        "mode",
        "state",
        "last_used_at",
        "expires_at",
    )
    list_filter = ("account", "is_test", KeyStateFilter, ScopeFilter)
    list_select_related = ("account",)
    search_fields: Any = ("name", "prefix")
    readonly_fields: Any = (
        "begins_with",
        "state",
        "creator",
        "created_at",
        "last_used_at",
        "former",
        "former_until",
        "former_used_at",
    )
    autocomplete_fields = ()
    fieldsets: Any = (
        (
            None,
            {
                "fields": ("account", "name", "is_test", "scopes"),
                "description": _(
                    "Name the system that uses the key, and give it only the scopes it needs."
                ),
            },
        ),
        (_("Limits"), {"fields": ("allowed_addresses", "certificates", "expires_at", "country")}),
        (
            _("Rate"),
            {
                "fields": (LIMIT_FIELDS[:2], LIMIT_FIELDS[2:]),
                "description": _(
                    "Empty: what the account has. A key may have less than its account, never more."
                ),
            },
        ),
        (
            _("Use"),
            {"fields": ("begins_with", "state", "creator", "created_at", "last_used_at")},
        ),
    )

    is_of_clients = False
    secret_title: Any = _("API key created")
    empty_title: Any = _("No API key yet")
    empty_text: Any = _("A system sends its key with every request: make one for each system.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Clients of OAuth 2 have pages of their own."""
        keys = super().get_queryset(request)
        return keys.filter(client_id__isnull=not self.is_of_clients)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A key that is not made yet has no use; those of the platform have no account; and a
        former secret is there only after the first renewal."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj:
            return fieldsets if not obj.former_prefix else [*fieldsets, _FORMER]
        if _makes_platforms(request) and not request.user.is_superuser:
            lead = _("A key of the platform: it reads or changes what operators do, and sees no"
                     " account's data. Keys of accounts are made by their integrators.")  # fmt: skip
            first = (None, {"fields": ("name", "scopes"), "description": lead})
            return [first, *fieldsets[1:-1]]
        return fieldsets[:-1]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What a key is for is settled when it is made."""
        fields = list(super().get_readonly_fields(request, obj))
        return [*fields, "is_test"] if obj else fields

    creator = plain("created_by", _("created by"))

    @display(description=_("begins with"))
    def begins_with(self, obj: ApiKey) -> str:
        return f"{obj.prefix}…"

    @display(description=_("begins with"))
    def former(self, obj: ApiKey) -> str:
        return f"{obj.former_prefix}…"

    @coloured(_("mode"), {"test": "warning", "live": "info"}, ordering="is_test")
    def mode(self, obj: ApiKey) -> tuple[str, Any]:
        return ("test", _("Test")) if obj.is_test else ("live", _("Live"))

    @coloured(
        _("state"),
        {"active": "success", "renewed": "info", "expired": "warning", "revoked": "danger"},
    )
    def state(self, obj: ApiKey) -> tuple[str, Any]:
        if obj.revoked_at:
            return "revoked", _("Revoked")
        if obj.expires_at and obj.expires_at <= clock.now():
            return "expired", _("Expired")
        if obj.has_former:
            return "renewed", _("Two secrets work")
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
            for name in (
                "name",
                "scopes",
                "allowed_addresses",
                "certificates",
                "expires_at",
                "country",
            )
        }
        values["limits"] = {name: form.cleaned_data.get(name) for name in LIMIT_FIELDS}
        if change:
            api_key_change(api_key=obj, actor=actor_of(request), **values)
            return
        made, text = api_key_create(
            account=obj.account,
            actor=actor_of(request),
            is_client=self.is_of_clients,
            is_test=bool(form.cleaned_data.get("is_test")),
            **values,
        )
        obj.client_id = made.client_id
        obj.pk, obj.prefix, obj.created_at = made.pk, made.prefix, made.created_at
        request.api_key_text = text  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        text = request.api_key_text  # type: ignore[attr-defined]
        return self.secret_page(request, obj, text, self.secret_title)
