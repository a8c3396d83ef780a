from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from compliance.admin.number_form import NumberForm
from compliance.constants import ConsentAction
from compliance.models import ConsentRecord, ConsentState
from compliance.number_lists import NumberListMixin
from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from compliance.services.consent import consent_record
from config.common.console.actors import actor_of
from config.common.console.labels import coloured, plain

_COLOURS = {ConsentAction.GRANTED: "success", ConsentAction.REVOKED: "danger"}


class ConsentRecordForm(NumberForm):
    evidence_note = forms.CharField(
        label=_("Evidence"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("What proves it: the form's number, a link to the scan, who was present."),
    )

    class Meta:
        model = ConsentRecord
        fields = (
            "account",
            "advertiser",
            "msisdn",
            "purpose",
            "action",
            "method",
            "given_at",
            "source",
            "text_version",
            "content",
            "form",
            "frequency",
        )


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
        "given_at",
        "account",
    )
    list_filter = ("action", "purpose", "method", "advertiser", "account")
    list_select_related = ("account", "advertiser")
    search_fields = ("msisdn",)
    readonly_fields = ("number", "evidence_text", "recorded_by", "recorded_at")
    autocomplete_fields = ("advertiser",)
    ordering = ("-id",)
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
            {"fields": ("method", "given_at", "source", "evidence_note", "text_version")},
        ),
        (
            _("What was agreed"),
            {
                "fields": ("content", "form", "frequency"),
                "description": _("The facets that Decree 91/2020 asks for, as far as agreed."),
            },
        ),
    )
    fieldsets = (
        (None, {"fields": ("account", "advertiser", "number", "purpose", "action")}),
        (
            _("How it was given"),
            {
                "fields": (
                    "method",
                    "given_at",
                    "source",
                    "evidence_text",
                    "text_version",
                    "recorded_at",
                    "recorded_by",
                )
            },
        ),
        (_("What was agreed"), {"fields": ("content", "form", "frequency")}),
    )

    @coloured(_("action"), _COLOURS, ordering="action")
    def action_label(self, obj: ConsentRecord) -> tuple[str, str]:
        return obj.action, obj.get_action_display()

    recorded_by = plain("actor", _("recorded by"))

    @display(description=_("evidence"))
    def evidence_text(self, obj: ConsentRecord) -> str:
        return "; ".join(f"{key}: {value}" for key, value in obj.evidence.items())

    def save_model(self, request: HttpRequest, obj: ConsentRecord, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in ConsentRecordForm.Meta.fields}
        note = form.cleaned_data["evidence_note"]
        made = consent_record(
            **values, evidence={"note": note} if note else {}, actor=actor_of(request)
        )
        obj.pk = made.pk

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ConsentState)
class ConsentStateAdmin(ReadOnlyMixin, NumberListMixin, AccountScopedAdmin):
    """What is in force now, derived from the ledger."""

    list_display = ("number", "state_label", "purpose", "advertiser", "since", "account")
    list_filter = ("state", "purpose", "advertiser", "account")
    list_select_related = ("account", "advertiser")
    search_fields = ("msisdn",)
    readonly_fields = ("account", "advertiser", "number", "purpose", "state", "since", "record")
    autocomplete_fields = ()
    ordering = ("-id",)
    fieldsets = ((None, {"fields": readonly_fields}),)

    @coloured(_("consent"), _COLOURS, ordering="state")
    def state_label(self, obj: ConsentState) -> tuple[str, str]:
        return obj.state, obj.get_state_display()
