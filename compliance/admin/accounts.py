from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
)

from compliance.admin.account_trial import TrialActionsMixin
from compliance.admin.number_form import country_cleaned
from compliance.constants import MessageClass
from compliance.models import Account, Advertiser
from compliance.models.limits import LIMIT_FIELDS
from compliance.scoping import (
    AccountScopedAdmin,
    PlatformScopedAdmin,
    ScopedForm,
    ScopedTabularInline,
)
from config.common.console.labels import coloured


def _zones() -> list[tuple[str, str]]:
    return [(zone, zone) for zone in sorted(available_timezones()) if "/" in zone]


class AccountForm(ScopedForm):
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        choices=_zones,
        initial=Account._meta.get_field("timezone").default,
        widget=UnfoldAdminSelect2Widget,
        help_text=_("Times are shown in this zone, and campaigns are planned in it."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("vi", _("Vietnamese")), ("en", _("English"))],
        widget=UnfoldAdminSelectWidget,
    )
    free_text_classes = forms.MultipleChoiceField(
        label=_("Classes for free text"),
        choices=MessageClass.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Classes that may be sent by API without an approved template."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The usual limit of a trial need not be chosen."""
        super().__init__(*args, **kwargs)
        if "trial_daily_limit" in self.fields:
            self.fields["trial_daily_limit"].required = False

    def clean_trial_daily_limit(self) -> int:
        """So many, or the usual limit."""
        usual: int = Account._meta.get_field("trial_daily_limit").default
        return self.cleaned_data["trial_daily_limit"] or usual

    def clean_country(self) -> str:
        """Two capital letters."""
        return str(self.cleaned_data["country"]).upper()

    def clean_residency(self) -> list[str]:
        """Countries in two capitals each."""
        return [country_cleaned(one) for one in self.cleaned_data["residency"]]

    def clean_currency(self) -> str:
        """Three capital letters."""
        return str(self.cleaned_data["currency"]).upper()


class AdvertiserInline(ScopedTabularInline):
    model = Advertiser
    hide_title = True
    fields = ("name", "legal_name", "registration_number", "country", "contact")
    verbose_name_plural = _("Advertisers: the brands or legal entities on whose behalf is written")
    show_change_link = True


@admin.register(Account)
class AccountAdmin(TrialActionsMixin, PlatformScopedAdmin):
    form = AccountForm
    list_display = ("name", "slug", "status_label", "country", "currency", "share", "created_at")
    list_filter = ("status", "is_trial", "country")
    list_select_related = ()
    search_fields = ("name", "slug")
    readonly_fields = ("created_at",)
    autocomplete_fields = ()
    inlines = (AdvertiserInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (("name", "slug"), "status"),
                "description": _(
                    "A customer of the platform. What belongs to one account is never seen by"
                    " another; people get roles on it on their own page."
                ),
            },
        ),
        (
            _("Where it is at home"),
            {"fields": (("country", "timezone"), ("language", "currency"), "residency")},
        ),
        (_("Trial"), {"fields": ("is_trial", "trial_daily_limit")}),
        (_("Traffic"), {"fields": ("share", "free_text_classes", "created_at")}),
        (
            _("Rate of its API keys"),
            {
                "fields": (LIMIT_FIELDS[:2], LIMIT_FIELDS[2:], "verification_limit"),
                "description": _(
                    "Requests of each key; empty: what the platform grants to everybody. Single"
                    " messages and one-time codes, rows of batches, reads and other writes are"
                    " counted apart, so that none of them uses up what another has."
                ),
            },
        ),
        (_("Consent"), {"fields": ("consent_days",)}),
        (_("Refusals"), {"fields": ("refusal_reach", "adds_preference_link")}),
    )

    @coloured(
        _("status"),
        {
            Account.Status.ACTIVE: "success",
            Account.Status.SUSPENDED: "danger",
            "trial": "warning",
        },
        ordering="status",
    )
    def status_label(self, obj: Account) -> tuple[str, Any]:
        if obj.is_trial and obj.status == Account.Status.ACTIVE:
            return "trial", _("On trial")
        return obj.status, obj.get_status_display()

    def account_noted(self, obj: Model) -> int | None:
        """Its own log."""
        return int(obj.pk)

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> list[Any]:
        """The short name stands in exports and logs, so it stays."""
        fields = list(super().get_readonly_fields(request, obj))
        return [*fields, "slug", "is_trial"] if obj else fields

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Account | None = None
    ) -> dict[str, Any]:
        return {} if obj else {"slug": ("name",)}


@admin.register(Advertiser)
class AdvertiserAdmin(AccountScopedAdmin):
    list_display = ("name", "account", "legal_name", "registration_number", "country")
    list_filter = ("account", "country")
    list_select_related = ("account",)
    search_fields = ("name", "legal_name", "registration_number")
    readonly_fields = ()
    autocomplete_fields = ()
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "account",
                    "name",
                    ("legal_name", "registration_number"),
                    "entity_id",
                    ("country", "contact"),
                ),
                "description": _(
                    "The brand or legal entity that a recipient knows. Consent and opt-outs are"
                    " kept per advertiser."
                ),
            },
        ),
    )
