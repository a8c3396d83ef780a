from typing import Any

from django import forms
from django.conf.global_settings import LANGUAGES
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelect2Widget

from compliance.scoping import AccountScopedAdmin, ScopedForm
from config.common.console.labels import label
from messaging.admin.labels import VERSION_COLOURS
from messaging.admin.pages import ListPage
from messaging.admin.version_history import head_rows
from messaging.admin.version_list import version_rows
from messaging.constants import VersionStatus
from messaging.models import Template
from messaging.selectors.templates import templates_listed, versions_of
from messaging.services.templates import template_change, template_create
from messaging.services.templates.heads import flags_of

_REVIEWED = ("advertiser", "message_class", "language", "program", "asks_consent", "is_paid")


class TemplateForm(ScopedForm):
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[(code, _(name)) for code, name in LANGUAGES],
        initial="vi",
        widget=UnfoldAdminSelect2Widget,
        help_text=_("The language of the text."),
    )


class LatestStatusFilter(admin.SimpleListFilter):
    title = _("latest version")
    parameter_name = "latest"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(VersionStatus.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(latest_status=self.value()) if self.value() else queryset


@admin.register(Template)
class TemplateAdmin(ListPage, AccountScopedAdmin):
    """Texts that messages are made from; what is sent is one approved version of each."""

    form = TemplateForm
    has_one_save_button = True
    list_display = (
        "name",
        "class_label",
        "language",
        "latest",
        "approved",
        "advertiser",
        "account",
    )
    list_filter = (LatestStatusFilter, "message_class", "language", "advertiser", "account")
    list_select_related = ("account", "advertiser")
    search_fields = ("name", "slug")
    search_help_text = _("A name or a short name.")
    autocomplete_fields = ()
    readonly_fields = ()
    change_form_outer_after_template = "admin/messaging/template/versions.html"
    empty_title = _("No template yet")
    empty_text = _(
        "A template is a text with slots, such as {code}. It is sent once a compliance officer"
        " has approved a version of it."
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "account",
                    ("name", "slug"),
                    ("message_class", "language"),
                    ("advertiser", "program"),
                    ("asks_consent", "is_paid"),
                ),
                "description": _(
                    "What the text is for. What it says is written in versions, which somebody"
                    " else approves."
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return templates_listed(super().get_queryset(request))

    @display(description=_("class"), ordering="message_class")
    def class_label(self, obj: Template) -> str:
        return obj.get_message_class_display()

    @display(description=_("latest version"))
    def latest(self, obj: Any) -> Any:
        if obj.latest_status is None:
            return label(gettext("No text yet"), "warning")
        status = VersionStatus(obj.latest_status)
        return label(f"{obj.latest_number} · {status.label}", VERSION_COLOURS[status])

    @display(description=_("sent now"))
    def approved(self, obj: Any) -> str:
        if obj.approved_number is None:
            return "–"
        return gettext("Version %(number)d") % {"number": obj.approved_number}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Messages sent from it must stay explainable."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The API's name stays, and what was reviewed stays with the first submitted version."""
        fields = list(super().get_readonly_fields(request, obj))
        if obj is None:
            return fields
        is_reviewed = obj.versions.exclude(status=VersionStatus.DRAFT).exists()
        return [*fields, "slug", *(_REVIEWED if is_reviewed else ())]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("name",)}

    def save_model(self, request: HttpRequest, obj: Template, form: Any, change: bool) -> None:
        values = {
            name: getattr(obj, name) for name in ("name", "language", "advertiser", "message_class")
        }
        values["flags"] = flags_of(obj)
        actor: Any = request.user
        if change:
            template_change(template=obj, actor=actor, **values)
            return
        made = template_create(account=obj.account, slug=obj.slug, actor=actor, **values)
        obj.pk, obj.created_at = made.pk, made.created_at

    def response_add(
        self, request: HttpRequest, obj: Template, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Straight on to its first wording."""
        if "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        page = reverse("admin:messaging_templateversion_add")
        return HttpResponseRedirect(f"{page}?template={obj.pk}")

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        template = context.get("original")
        if template is not None:
            context["versions"] = version_rows(versions_of(template))
            context["history_rows"] = head_rows(template)
            if request.user.has_perm("messaging.add_templateversion", template):
                page = reverse("admin:messaging_templateversion_add")
                context["new_version_url"] = f"{page}?template={template.pk}"
        return super().render_change_form(request, context, *args, **kwargs)
