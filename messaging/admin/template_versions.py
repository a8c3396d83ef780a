from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.scoping import AccountScopedAdmin
from config.common.console.actors import actor_of
from config.common.console.labels import label
from messaging.admin.composer_page import composer_context
from messaging.admin.labels import VERSION_COLOURS, change_page, lines, link
from messaging.admin.pages import ListPage
from messaging.admin.registration_texts import register_url
from messaging.admin.version_actions import VersionActions
from messaging.admin.version_form import VersionForm, counter_answer
from messaging.admin.version_queue import VersionQueue
from messaging.admin.version_review import review_context
from messaging.constants import VersionStatus
from messaging.models import TemplateVersion
from messaging.services.templates import version_create, version_update


@admin.register(TemplateVersion)
class TemplateVersionAdmin(VersionActions, VersionQueue, ListPage, AccountScopedAdmin):
    """The wordings of templates: written, handed in, reviewed by another person."""

    form = VersionForm
    has_one_save_button = True
    list_display = (
        "name",
        "status_label",
        "class_label",
        "waiting",
        "written_by",
        "reviewed_by",
        "account",
    )
    list_filter = ("status", "template__message_class", "template__account")
    list_select_related = ("template__account", "author", "reviewer")
    search_fields = ("template__name", "template__slug")
    search_help_text = _("A template's name or short name.")
    autocomplete_fields = ("template",)
    readonly_fields = (
        "template_link",
        "number",
        "status_label",
        "class_label",
        "written_by",
        "created_at",
        "submitted_at",
        "reviewed_by",
        "reviewed_at",
        "reviewers_comment",
        "withdrawal_reason",
    )
    change_form_after_template = "admin/messaging/templateversion/editor.html"
    change_form_outer_after_template = "admin/messaging/templateversion/review.html"
    empty_title = _("No version yet")
    empty_text = _("Write one on a template's page.")
    add_fieldsets = ((None, {"fields": ("template",)}),)
    _draft_fieldsets = ((None, {"fields": (("template_link", "number"),)}),)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("template_link", "number"),
                    ("status_label", "class_label"),
                    ("written_by", "submitted_at"),
                )
            },
        ),
    )
    _review_fieldset = (
        _("Review"),
        {"fields": (("reviewed_by", "reviewed_at"), "reviewers_comment")},
    )
    # The reason took the comment's place; whose it is stands in the history.
    _withdrawn_fieldsets = (
        (_("Withdrawal"), {"fields": ("withdrawal_reason",)}),
        (_("Review"), {"fields": (("reviewed_by", "reviewed_at"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related(
            "template__account", "template__advertiser", "author", "reviewer"
        )

    @display(description=_("version"), ordering="template__name")
    def name(self, obj: TemplateVersion) -> str:
        return str(obj)

    @display(description=_("template"))
    def template_link(self, obj: TemplateVersion) -> str:
        return link(obj.template, change_page("messaging.template", obj.template_id))

    @display(description=_("status"), ordering="status")
    def status_label(self, obj: TemplateVersion) -> SafeString:
        return label(obj.get_status_display(), VERSION_COLOURS[VersionStatus(obj.status)])

    @display(description=_("author"), ordering="author__username")
    def written_by(self, obj: TemplateVersion) -> str:
        return obj.author.get_username()

    @display(description=_("reviewer"), ordering="reviewer__username")
    def reviewed_by(self, obj: TemplateVersion) -> str:
        return obj.reviewer.get_username() if obj.reviewer else "–"

    @display(description=_("comment"))
    def reviewers_comment(self, obj: TemplateVersion) -> SafeString:
        return lines(obj.comment)

    @display(description=_("reason"))
    def withdrawal_reason(self, obj: TemplateVersion) -> SafeString:
        return lines(obj.comment)

    @display(description=_("class"), ordering="template__message_class")
    def class_label(self, obj: TemplateVersion) -> str:
        return obj.template.get_message_class_display()

    @display(description=_("account"), ordering="template__account__name")
    def account(self, obj: TemplateVersion) -> str:
        return obj.template.account.name

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Once submitted, a wording stays."""
        if isinstance(obj, TemplateVersion) and obj.status != VersionStatus.DRAFT:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was sent must stay explainable."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is None:
            return list(self.add_fieldsets)
        if self._is_editor(request, obj):
            return list(self._draft_fieldsets)
        if obj.reviewed_at is None:
            return list(self.fieldsets)
        if obj.status == VersionStatus.WITHDRAWN:
            return [*self.fieldsets, *self._withdrawn_fieldsets]
        return [*self.fieldsets, self._review_fieldset]

    def _is_editor(self, request: HttpRequest, obj: TemplateVersion) -> bool:
        return self.has_change_permission(request, obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?template=` is preset; `?from=` takes over the wording of a version."""
        initial = {name: request.GET[name] for name in ("template",) if name in request.GET}
        source = self.get_object(request, request.GET.get("from", ""))
        if source is not None:
            initial |= {
                "template": source.template_id,
                "body": source.body,
                "slots": source.slots,
                "rewriting": source.rewriting,
                "variants": source.variants,
                "message_format": source.message_format,
            }
        return initial

    def save_model(
        self, request: HttpRequest, obj: TemplateVersion, form: Any, change: bool
    ) -> None:
        wording = form.wording()
        person: Any = request.user
        if change:
            version_update(version=obj, actor=person, **wording)
            return
        made = version_create(template=obj.template, author=person, **wording)
        obj.pk, obj.number, obj.status = made.pk, made.number, made.status

    def response_add(
        self, request: HttpRequest, obj: TemplateVersion, post_url_continue: str | None = None
    ) -> HttpResponse:
        """On the version's page, where it can be handed in."""
        self.message_user(request, _("The draft is saved. Submit it when it is ready for review."))
        return self.response_post_save_add_to(obj)

    def response_change(self, request: HttpRequest, obj: TemplateVersion) -> HttpResponse:
        self.message_user(request, _("The draft is saved."))
        return self.response_post_save_add_to(obj)

    def response_post_save_add_to(self, obj: TemplateVersion) -> HttpResponse:
        """Stays on the version."""
        return HttpResponse(
            status=302, headers={"Location": change_page("messaging.templateversion", obj.pk)}
        )

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        version = context.get("original")
        context["is_editor"] = version is None or self._is_editor(request, version)
        if context["is_editor"]:
            context |= composer_context(request, version)
        if version is not None:
            context |= review_context(
                version, actor_of(request), is_draft_open=context["is_editor"]
            )
            context["register_url"] = register_url(request.user, version)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[Any]:
        analyse = self.admin_site.admin_view(self.analyse)
        return [
            path("analyse/", analyse, name="messaging_templateversion_analyse"),
            *super().get_urls(),
        ]

    def analyse(self, request: HttpRequest) -> HttpResponse:
        """The live counter: JSON with text and slots in, JSON with what it costs out."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return counter_answer(request)
