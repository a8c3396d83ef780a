from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from compliance.scoping import PlatformScopedAdmin
from config.common.console.forms import ServiceForm
from config.common.console.labels import coloured
from routing.models import Rate

MICROS = 1_000_000


class RateForm(ServiceForm):
    """The amount is written in the currency and stored in millionths of it."""

    amount = forms.DecimalField(
        label=_("Amount per segment"),
        min_value=Decimal(0),
        max_digits=18,
        decimal_places=6,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("In the currency, for example 820 or 0.0075."),
    )
    effective_from = forms.DateTimeField(
        label=_("From"),
        widget=UnfoldAdminTextInputWidget,
        help_text=_("A day (from its midnight) or a moment: 2026-12-01 or 2026-12-01 08:00."),
    )

    class Meta:
        model = Rate
        fields = (
            "carrier",
            "account",
            "country",
            "network",
            "message_class",
            "sender",
            "currency",
            "effective_from",
            "charges_undelivered",
            "charges_unknown",
            "charges_rejected",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["amount"].initial = Decimal(self.instance.amount_micros) / MICROS

    def clean_country(self) -> str:
        """Two capital letters."""
        return str(self.cleaned_data["country"]).upper()

    def clean_currency(self) -> str:
        """Three capital letters."""
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any] | None:
        """A cost is a carrier's, a price may be an account's: not both at once."""
        cleaned = super().clean()
        if self.cleaned_data.get("carrier") and self.cleaned_data.get("account"):
            self.add_error(
                "account", _("A carrier's cost is not an account's: choose one of them.")
            )
        sender = self.cleaned_data.get("sender")
        if sender and sender.account != self.cleaned_data.get("account"):
            self.add_error("sender", _("Choose the account whose sender this is, and no carrier."))
        amount = self.cleaned_data.get("amount")
        if amount is not None:
            self.instance.amount_micros = int(amount * MICROS)
        return cleaned


@admin.register(Rate)
class RateAdmin(PlatformScopedAdmin):
    """What a segment costs us, and what accounts pay."""

    form = RateForm
    list_display = (
        "side",
        "whose",
        "country",
        "network",
        "message_class",
        "sender",
        "money",
        "effective_from",
        "price_list",
    )
    list_filter = ("carrier", "account", "country", "network")
    list_select_related = ("carrier", "account", "network", "sender", "price_list")
    search_fields = (
        "country",
        "network__name",
        "carrier__name",
        "account__name",
        "sender__address",
    )
    readonly_fields = ()
    autocomplete_fields = ("carrier", "account", "network", "sender")
    fieldsets = (
        (
            None,
            {
                "fields": (("carrier", "account"),),
                "description": _(
                    "With a carrier: our cost there. Without: the price that accounts, or one"
                    " account, pay. Accounts never see costs."
                ),
            },
        ),
        (_("For"), {"fields": (("country", "network"), ("message_class", "sender"))}),
        (_("Amount"), {"fields": (("amount", "currency"), "effective_from")}),
        (
            _("Charged when"),
            {
                "fields": ("charges_undelivered", "charges_unknown", "charges_rejected"),
                "description": _(
                    "Of prices only. What was delivered is charged, what never left is not."
                ),
            },
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rates of a price list stay as it was confirmed; take the list back instead."""
        is_single = obj is None or obj.price_list_id is None
        return super().has_change_permission(request, obj) and is_single

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As changing; none by ticks, which could be of a list."""
        is_single = obj is not None and obj.price_list_id is None
        return super().has_delete_permission(request, obj) and is_single

    @coloured(_("rate"), {"cost": "warning", "price": "success"})
    def side(self, obj: Rate) -> tuple[str, Any]:
        return ("cost", _("Cost")) if obj.carrier_id else ("price", _("Price"))

    @display(description=_("whose"))
    def whose(self, obj: Rate) -> str:
        return str(obj.carrier or obj.account or _("Every account"))

    @display(description=_("amount"), ordering="amount_micros")
    def money(self, obj: Rate) -> str:
        return f"{(Decimal(obj.amount_micros) / MICROS).normalize():f} {obj.currency}"
