"""Verification services: texts by language, code, limits, countries, and the shield's thresholds."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from compliance.constants import MessageClass
from compliance.scoping import AccountScopedAdmin, ScopedForm, ScopedTabularInline
from config.common.console.actors import actor_of
from config.common.console.labels import label
from messaging.admin.pages import ListPage
from messaging.admin.shield_page import shield_page
from messaging.models import VerificationService, VerificationText
from messaging.services.verification.settings import service_save

_COUNTRY_LETTERS = 2
_TEXT_FIELDS = ("locale", "template")
_COLUMNS = (
    "name",
    "slug",
    "sender",
    "is_active",
    "code_length",
    "lifetime_seconds",
    "max_checks",
    "resend_delays",
    "countries",
    "app_hash",
    "limit_number",
    "limit_ip",
    "limit_device",
    "limit_prefix",
    "limit_service",
    "mode",
    "least_sends",
    "least_conversion_percent",
    "sequential_numbers",
    "country_times",
    "countries_per_ip",
    "hold_minutes",
)


class CountriesField(forms.CharField):
    """Countries in two letters, one a line or with commas between."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        found = str(value or "").upper().replace(",", " ").split()
        for one in found:
            if not (len(one) == _COUNTRY_LETTERS and one.isascii() and one.isalpha()):
                raise forms.ValidationError(
                    gettext("“%(entry)s” is no country: write two letters, such as VN.")
                    % {"entry": one[:40]}
                )
        return list(dict.fromkeys(found))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class ServiceForm(ScopedForm):
    countries = CountriesField(
        label=_("Countries"), help_text=_("In two letters, one a line: VN, US …")
    )

    class Meta:
        model = VerificationService
        fields = ("account", *_COLUMNS)

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in _COLUMNS}


class TextInline(ScopedTabularInline):
    """Which template people of a language get; the first serves every other language."""

    model = VerificationText
    hide_title = True
    extra = 1
    fields = (*_TEXT_FIELDS, "position")
    verbose_name = _("text")
    verbose_name_plural = _("Texts by language")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only templates of codes."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "template":
            field.queryset = field.queryset.filter(message_class=MessageClass.OTP)
        return field


@admin.register(VerificationService)
class VerificationServiceAdmin(ListPage, AccountScopedAdmin):
    """How an account verifies numbers for one purpose."""

    form = ServiceForm
    list_display = ("name", "slug", "account", "sender", "languages", "countries_shown", "state")
    list_filter = ("account", "is_active", "mode")
    list_select_related = ("account", "sender")
    search_fields = ("name", "slug")
    search_help_text = _("A name or a short name.")
    autocomplete_fields = ()
    inlines = (TextInline,)
    actions_list = ("shield",)
    empty_title = _("No verification service yet")
    empty_text = _(
        "A service sends codes for one purpose, such as signing in to a shop. It needs a sender and"
        " an approved template of class “One-time code”."
    )
    fieldsets = (
        (
            None,
            {
                "fields": ("account", ("name", "slug"), "sender", "is_active"),
                "description": _(
                    "API requests name the service; what they leave out is taken from here."
                ),
            },
        ),
        (
            _("The code"),
            {"fields": (("code_length", "lifetime_seconds"), ("max_checks", "resend_delays"))},
        ),
        (
            _("Read by machine"),
            {
                "fields": ("app_hash",),
                "description": _(
                    "For Android's SMS Retriever and, in browsers, WebOTP: a template of that format"
                    " ends with “@domain #code”. Requests name the domain, and the service's text"
                    " that ends with it is sent."
                ),
            },
        ),
        (
            _("Where codes may go"),
            {
                "fields": ("countries",),
                "description": _("Numbers of every other country are refused."),
            },
        ),
        (
            _("Limits"),
            {
                "fields": (
                    ("limit_number", "limit_prefix"),
                    ("limit_ip", "limit_device"),
                    "limit_service",
                ),
                "description": _(
                    "Written like “5 per 10m, 15 per 1d”. By address and device only where requests"
                    " give them."
                ),
            },
        ),
        (
            _("Shield against SMS pumping"),
            {
                "fields": (
                    "mode",
                    ("least_sends", "least_conversion_percent"),
                    ("sequential_numbers", "country_times"),
                    ("countries_per_ip", "hold_minutes"),
                ),
                "description": _(
                    "Pumping buys blocks of numbers and lets codes be sent there that nobody enters."
                    " Each prefix is judged by the codes of its last hour that were entered."
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("texts")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only senders that may send codes."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "sender":
            codes = field.queryset.filter(allowed_classes__contains=[MessageClass.OTP])
            field.queryset = codes.select_related("account")
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was verified names its service: it is switched off instead."""
        return False

    @display(description=_("languages"))
    def languages(self, obj: VerificationService) -> str:
        return ", ".join(text.locale for text in obj.texts.all()) or "–"

    @display(description=_("countries"))
    def countries_shown(self, obj: VerificationService) -> str:
        return ", ".join(obj.countries)

    @display(description=_("state"))
    def state(self, obj: VerificationService) -> SafeString:
        if not obj.is_active:
            return label(_("Off"), "warning")
        if not obj.texts.all():
            return label(_("Without a text"), "danger")
        return label(_("Active"), "success")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the service of services, which compares with what is stored."""
        stored = (
            VerificationService.objects.get(pk=obj.pk)
            if change
            else VerificationService(account=obj.account)
        )
        service_save(stored, form.values(), texts=None, actor=actor_of(request))
        obj.pk = stored.pk

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """All texts at once, in their order, as every door gives them."""
        service = VerificationService.objects.get(pk=form.instance.pk)
        rows = [
            one.cleaned_data
            for one in formset.forms
            if one.cleaned_data.get("template") and not one.cleaned_data.get("DELETE")
        ]
        rows.sort(key=lambda row: row.get("position") or 0)
        texts = [(row["locale"], row["template"]) for row in rows]
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        if formset.has_changed():
            service_save(service, {}, texts=texts, actor=actor_of(request))

    @action(description=_("Shield"), url_path="shield", icon="shield")
    def shield(self, request: HttpRequest) -> HttpResponse:
        return shield_page(self, request)
