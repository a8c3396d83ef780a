"""Money in and out of accounts, for good."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextareaWidget,
)

from compliance.scoping import AccountScopedAdmin, ScopedForm
from config.common.console.labels import coloured, label
from messaging.admin.labels import money
from messaging.admin.pages import ListPage
from messaging.constants import LedgerKind
from messaging.models import LedgerEntry
from messaging.money.amounts import micros_exact
from messaging.services.money import ledger_adjust, ledger_top_up

_BY_HAND = [(one.value, one.label) for one in (LedgerKind.TOP_UP, LedgerKind.ADJUSTMENT)]
_COLOURS = {
    LedgerKind.TOP_UP.value: "success",
    LedgerKind.ADJUSTMENT.value: "warning",
    LedgerKind.CHARGES.value: "",
}


class EntryForm(ScopedForm):
    """A top-up, or an adjustment with its reason."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=_BY_HAND,
        initial=LedgerKind.TOP_UP.value,
        widget=UnfoldAdminRadioSelectWidget,
    )
    amount = forms.DecimalField(
        label=_("Amount"),
        max_digits=18,
        decimal_places=6,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("In the account's currency. An adjustment below zero takes money off."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("Needed for an adjustment; the account's people read it."),
    )

    class Meta:
        model = LedgerEntry
        fields = ("account", "kind", "reference", "reason")

    def _post_clean(self) -> None:
        """The service makes the entry: there is no instance to check before."""


@admin.register(LedgerEntry)
class LedgerAdmin(ListPage, AccountScopedAdmin):
    """Top-ups, adjustments and each day's messages; nothing here is ever changed."""

    form = EntryForm
    has_one_save_button = True
    list_display = ("at", "account", "kind_label", "amount_shown", "balance_shown", "what", "by")
    list_filter = ("kind", "account")
    list_select_related = ("account", "person")
    search_fields = ("reference", "reason")
    search_help_text = _("A reference, or words of a reason.")
    autocomplete_fields = ()
    sortable_by = ()
    empty_title = _("No money has moved yet")
    empty_text = _("Top-ups and adjustments stand here, and after each day what its messages cost.")
    readonly_fields = (
        "at",
        "kind_label",
        "amount_shown",
        "balance_shown",
        "reference",
        "reason",
        "by",
        "day",
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("account", "kind", "amount", "reference", "reason"),
                "description": _(
                    "What is booked stays: a mistake is put right by an adjustment with its reason."
                ),
            },
        ),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("account", "kind_label"),
                    ("amount_shown", "balance_shown"),
                    ("reference", "day"),
                    "reason",
                    ("by", "at"),
                )
            },
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return super().get_fieldsets(request, obj) if obj else list(self.add_fieldsets)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return super().get_readonly_fields(request, obj) if obj else []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: LedgerEntry, form: Any, change: bool) -> None:
        values = form.cleaned_data
        book = ledger_top_up if values["kind"] == LedgerKind.TOP_UP else ledger_adjust
        stored = book(
            account=values["account"],
            amount_micros=micros_exact(values["amount"]),
            actor=request.user,  # type: ignore[arg-type]
            reference=values["reference"],
            reason=values["reason"],
        )
        for field in stored._meta.concrete_fields:
            setattr(obj, field.attname, getattr(stored, field.attname))

    @coloured(_("kind"), _COLOURS, ordering="kind")
    def kind_label(self, obj: LedgerEntry) -> tuple[str, Any]:
        return obj.kind, obj.get_kind_display()

    @display(description=_("amount"))
    def amount_shown(self, obj: LedgerEntry) -> SafeString | str:
        shown = money(obj.amount_micros, obj.currency)
        return label(f"+{shown}", "success") if obj.amount_micros > 0 else shown

    @display(description=_("balance after"))
    def balance_shown(self, obj: LedgerEntry) -> str:
        return money(obj.balance_micros, obj.currency)

    @display(description=_("what for"))
    def what(self, obj: LedgerEntry) -> str:
        if obj.day is not None:
            return date_format(obj.day, "SHORT_DATE_FORMAT")
        return " · ".join(one for one in (obj.reference, obj.reason) if one) or "–"

    @display(description=_("by"))
    def by(self, obj: LedgerEntry) -> str:
        return obj.person.get_username() if obj.person else "–"
