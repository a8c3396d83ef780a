from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action, display

from compliance.admin.consent_filters import SourceFilter, StandingFilter
from compliance.admin.consent_form import ConsentRecordForm, record_of
from compliance.admin.consent_history import evidence_text, history_of, promise_text
from compliance.admin.ledger_pages import moved_page, proof_page
from compliance.constants import ConsentAction
from compliance.models import ConsentRecord, ConsentState
from compliance.number_lists import NumberListMixin
from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from compliance.selectors.ledger import links_of, whole_records
from config.common import clock
from config.common.console.labels import coloured, label, plain

_COLOURS = {
    ConsentAction.GRANTED: "success",
    ConsentAction.REVOKED: "danger",
    ConsentAction.REQUESTED: "info",
    ConsentAction.LAPSED: "warning",
}


@admin.register(ConsentRecord)
class ConsentRecordAdmin(NumberListMixin, AccountScopedAdmin):
    """The ledger: facts are added, never changed."""

    form = ConsentRecordForm
    list_display = (
        "number",
        "action_label",
        "purpose",
        "advertiser",
        "method",
        "source",
        "given_at",
        "account",
    )
    list_filter = (
        "action",
        "purpose",
        "method",
        "advertiser",
        SourceFilter,
        ("recorded_at", RangeDateFilter),
        "account",
    )
    list_select_related = ("account", "advertiser")
    search_fields = ("msisdn",)
    readonly_fields = (
        "number",
        "evidence_text",
        "file",
        "promise",
        "cause",
        "proof",
        "recorded_by",
        "recorded_at",
    )
    autocomplete_fields = ("advertiser",)
    ordering = ("-id",)
    actions_list = ("proof_list",)
    add_fieldsets = (
        (
            None,
            {
                "fields": ("account", "advertiser", "msisdn", ("purpose", "action")),
                "description": _(
                    "Consent counts for one advertiser, number and purpose. A revocation also"
                    " suppresses the number at once. Records cannot be changed afterwards:"
                    " correct a mistake by a newer record."
                ),
            },
        ),
        (
            _("How it was given"),
            {"fields": ("method", "given_at", "expires_at", "source", "text_version")},
        ),
        (_("What proves it"), {"fields": ("evidence_note", "call_reference", "evidence_file")}),
        (
            _("What was agreed"),
            {
                "fields": ("content", "form", "frequency"),
                "description": _("The facets that Decree 91/2020 asks for, as far as agreed."),
            },
        ),
    )
    fieldsets = (
        (None, {"fields": ("account", "advertiser", "number", "purpose", "action", "cause")}),
        (
            _("How it was given"),
            {
                "fields": (
                    "method",
                    "given_at",
                    "expires_at",
                    "source",
                    "evidence_text",
                    "file",
                    "text_version",
                    "recorded_at",
                    "recorded_by",
                )
            },
        ),
        (_("What was agreed"), {"fields": ("content", "form", "frequency", "promise")}),
        (_("Proof"), {"fields": ("proof",)}),
    )
    empty_title = _("No consent is on record yet")
    empty_text = _("Record one by hand, import a list, or let your platforms write it by API.")

    @coloured(_("action"), _COLOURS, ordering="action")
    def action_label(self, obj: ConsentRecord) -> tuple[str, str]:
        return obj.action, obj.get_action_display()

    recorded_by = plain("actor", _("recorded by"))

    @display(description=_("evidence"))
    def evidence_text(self, obj: ConsentRecord) -> str:
        return evidence_text(obj) or "–"

    @display(description=_("kept to"))
    def promise(self, obj: ConsentRecord) -> str:
        return promise_text(obj) or "–"

    @display(description=_("file"))
    def file(self, obj: ConsentRecord) -> SafeString | str:
        if obj.document_id is None or obj.document is None:
            return "–"
        return format_html(
            '<a class="font-medium text-primary-600 dark:text-primary-500" href="{}">{}</a>',
            reverse("admin:compliance_document_download", args=[obj.document_id]),
            obj.document.name,
        )

    @display(description=_("chain"))
    def proof(self, obj: ConsentRecord) -> SafeString:
        link = links_of([obj.pk]).get(obj.pk)
        if obj.pk not in whole_records([obj.pk]):
            return label(_("changed after it was written"), "danger")
        if link is None:
            return label(_("in no link"))
        return label(_("in link %(number)d, as it was written") % {"number": link}, "success")

    def save_model(self, request: HttpRequest, obj: ConsentRecord, form: Any, change: bool) -> None:
        obj.pk = record_of(form, request).pk

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        """How the books stand."""
        proof = path(
            "proof/",
            self.admin_site.admin_view(self.proof_view),
            name="compliance_consentrecord_proof",
        )
        return [proof, *super().get_urls()]

    def proof_view(self, request: HttpRequest) -> HttpResponse:
        """The books' links and their last verification."""
        return proof_page(self, request)

    @action(description=_("Verify"), url_path="to-proof", icon="verified")
    def proof_list(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:compliance_consentrecord_proof"))


@admin.register(ConsentState)
class ConsentStateAdmin(ReadOnlyMixin, NumberListMixin, AccountScopedAdmin):
    """What is in force now, derived from the ledger."""

    list_display = (
        "number",
        "state_label",
        "purpose",
        "advertiser",
        "since",
        "expires_at",
        "account",
    )
    list_filter = (StandingFilter, "purpose", "advertiser", "account")
    list_select_related = ("account", "advertiser")
    search_fields = ("msisdn",)
    readonly_fields = (
        "account",
        "advertiser",
        "number",
        "purpose",
        "state_label",
        "since",
        "expires_at",
        "history_text",
    )
    autocomplete_fields = ()
    ordering = ("-id",)
    actions_list = ("moved_list",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "account",
                    ("number", "advertiser"),
                    ("purpose", "state_label"),
                    ("since", "expires_at"),
                )
            },
        ),
        (_("On record about this number"), {"fields": ("history_text",)}),
    )
    empty_title = _("No consent yet")
    empty_text = _("It appears with the first record of the ledger.")

    @coloured(_("consent"), _COLOURS, ordering="state")
    def state_label(self, obj: ConsentState) -> tuple[str, str]:
        is_over = obj.state == ConsentAction.GRANTED and (
            obj.expires_at is not None and obj.expires_at <= clock.now()
        )
        state = ConsentAction.LAPSED if is_over else ConsentAction(obj.state)
        return state.value, str(state.label)

    @display(description=_("history"))
    def history_text(self, obj: ConsentState) -> SafeString:
        return history_of(obj.account_id, obj.msisdn, obj.advertiser_id)

    def get_urls(self) -> list[Any]:
        """Numbers that belong to somebody else."""
        moved = path(
            "moved/",
            self.admin_site.admin_view(self.moved_view),
            name="compliance_consentstate_moved",
        )
        return [moved, *super().get_urls()]

    def moved_view(self, request: HttpRequest) -> HttpResponse:
        """A list of numbers whose consent lapses."""
        return moved_page(self, request)

    def get_actions_list(self, request: HttpRequest) -> Any:
        """For those who may record that a consent lapsed."""
        may = request.user.has_perm("compliance.add_consentrecord")
        return super().get_actions_list(request) if may else []

    @action(description=_("Numbers that changed hands"), url_path="to-moved", icon="person_remove")
    def moved_list(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:compliance_consentstate_moved"))
