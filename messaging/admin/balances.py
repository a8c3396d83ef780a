"""How accounts pay, and where they stand."""

from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from compliance.scoping import AccountScopedAdmin, ScopedForm
from config.common import clock
from config.common.console.labels import label
from messaging.admin.labels import money
from messaging.admin.pages import ListPage
from messaging.admin.prices import prices_page
from messaging.constants import BillingMode
from messaging.models import Balance
from messaging.money.amounts import amount_text, micros_exact
from messaging.selectors.money.positions import Position, positions_of
from messaging.services.money import BillingTerms, billing_set

_WARNED, _EXHAUSTED = 80, 100
_LIMITS = ("day_limit", "month_limit")


class TermsForm(ScopedForm):
    """Limits are written in the account's currency and stored in millionths of it."""

    day_limit = forms.DecimalField(
        label=_("Limit per day"),
        min_value=Decimal(0),
        max_digits=18,
        decimal_places=6,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("In the account's currency; empty: none. Days begin in the account's zone."),
    )
    month_limit = forms.DecimalField(
        label=_("Limit per month"),
        min_value=Decimal(0),
        max_digits=18,
        decimal_places=6,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("In the account's currency; empty: none."),
    )
    alert_percents = SimpleArrayField(
        forms.IntegerField(min_value=1, max_value=100),
        label=_("Tell at"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_(
            "Percentages of each limit, for example 80, 95, 100: an event, a mail and a note on"
            " the home page, once each."
        ),
    )
    alert_emails = SimpleArrayField(
        forms.EmailField(),
        label=_("Also mail to"),
        delimiter="\n",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("One address per line, up to ten."),
    )

    class Meta:
        model = Balance
        fields = ("mode", "alert_percents", "alert_emails", "resumes_campaigns")
        widgets = {"mode": UnfoldAdminSelectWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _LIMITS:
            micros = getattr(self.instance, f"{name}_micros")
            if micros is not None:
                self.fields[name].initial = amount_text(micros)

    def terms(self) -> BillingTerms:
        """What was filled in."""
        values = self.cleaned_data
        limits = {
            f"{name}_micros": None if values[name] is None else micros_exact(values[name])
            for name in _LIMITS
        }
        return BillingTerms(
            mode=values["mode"],
            alert_percents=values["alert_percents"],
            alert_emails=values["alert_emails"],
            resumes_campaigns=values["resumes_campaigns"],
            **limits,
        )


class _Positioned:
    """Rows of a page with where they stand, by one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)  # type: ignore[misc]
        rows = list(self.result_list)  # type: ignore[has-type]
        found = positions_of([row.pk for row in rows], clock.now())
        for row in rows:
            row.position = found[row.pk]
        self.result_list = rows


@admin.register(Balance)
class BalanceAdmin(ListPage, AccountScopedAdmin):
    """What accounts may still spend; administrators set how they pay."""

    form = TermsForm
    has_one_save_button = True
    list_display = ("account", "mode", "left", "used", "reserved", "today", "this_month")
    list_filter = ("mode", "account")
    list_select_related = ("account",)
    search_fields = ("account__name",)
    search_help_text = _("An account's name.")
    autocomplete_fields = ()
    sortable_by = ("account",)
    readonly_fields = (
        "left",
        "used",
        "reserved",
        "today",
        "this_month",
        "credit",
        "mode_shown",
        "day_limit_shown",
        "month_limit_shown",
        "percents_shown",
        "emails_shown",
        "goes_on_shown",
    )
    _standing: tuple[Any, dict[str, Any]] = (
        _("Where it stands"),
        {"fields": (("left", "used"), ("credit", "reserved"), ("today", "this_month"))},
    )

    def get_urls(self) -> list[Any]:
        """The prices of an account beside what it may spend."""
        view = self.admin_site.admin_view(partial(prices_page, self))
        return [path("prices/", view, name="messaging_balance_prices"), *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        """Unfold's, with positions."""
        return type("BalanceList", (_Positioned, super().get_changelist(request, **kwargs)), {})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Fields to fill in for administrators, words for everybody else."""
        if self.has_change_permission(request, obj):
            fields: Any = (
                "account",
                "mode",
                _LIMITS,
                "alert_percents",
                "alert_emails",
                "resumes_campaigns",
            )
        else:
            fields = (
                "account",
                "mode_shown",
                ("day_limit_shown", "month_limit_shown"),
                ("percents_shown", "emails_shown"),
                "goes_on_shown",
            )
        how = (
            _("How it pays"),
            {
                "fields": fields,
                "description": _(
                    "Money is reserved when a message is accepted, charged once a carrier has"
                    " taken it, and given back where it ended before. Without enough of it"
                    " messages are refused with the code credit_exhausted and campaigns stop."
                ),
            },
        )
        return [how, self._standing]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Each account has one from its beginning."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Balance, form: Any, change: bool) -> None:
        billing_set(account=obj.account, terms=form.terms(), actor=request.user)  # type: ignore[arg-type]

    def _position(self, obj: Balance) -> Position:
        found: Position | None = getattr(obj, "position", None)
        if found is None:
            found = positions_of([obj.pk], clock.now())[obj.pk]
            obj.position = found  # type: ignore[attr-defined]
        return found

    @display(description=_("may still be spent"))
    def left(self, obj: Balance) -> str:
        position = self._position(obj)
        available = position.standing.available_micros
        if available is None:
            return gettext("without a limit")
        return money(max(0, available), position.currency)

    @display(description=_("used"))
    def used(self, obj: Balance) -> SafeString | str:
        standing = self._position(obj).standing
        if not standing.rooms:
            return "–"
        percent = standing.used_percent
        colour = "danger" if percent >= _EXHAUSTED else "warning" if percent >= _WARNED else ""
        return label(f"{percent} %", colour)

    @display(description=_("credit"))
    def credit(self, obj: Balance) -> str:
        position = self._position(obj)
        if position.standing.credit_micros is None:
            return "–"
        return money(position.standing.credit_micros, position.currency)

    @display(description=_("reserved"))
    def reserved(self, obj: Balance) -> str:
        position = self._position(obj)
        return money(position.reserved_micros, position.currency)

    @display(description=_("spent today"))
    def today(self, obj: Balance) -> str:
        position = self._position(obj)
        return _of(position.standing.day_micros, obj.day_limit_micros, position.currency)

    @display(description=_("spent this month"))
    def this_month(self, obj: Balance) -> str:
        position = self._position(obj)
        return _of(position.standing.month_micros, obj.month_limit_micros, position.currency)

    @display(description=_("how it pays"))
    def mode_shown(self, obj: Balance) -> str:
        return str(BillingMode(obj.mode).label)

    @display(description=_("limit per day"))
    def day_limit_shown(self, obj: Balance) -> str:
        return _limit(obj.day_limit_micros, obj)

    @display(description=_("limit per month"))
    def month_limit_shown(self, obj: Balance) -> str:
        return _limit(obj.month_limit_micros, obj)

    @display(description=_("tell at"))
    def percents_shown(self, obj: Balance) -> str:
        return ", ".join(f"{one} %" for one in obj.alert_percents) or "–"

    @display(description=_("also mail to"))
    def emails_shown(self, obj: Balance) -> str:
        return ", ".join(obj.alert_emails) or "–"

    @display(description=_("campaigns go on by themselves"), boolean=True)
    def goes_on_shown(self, obj: Balance) -> bool:
        return bool(obj.resumes_campaigns)


def _of(spent: int, limit: int | None, currency: str) -> str:
    if limit is None:
        return money(spent, currency)
    return gettext("%(spent)s of %(limit)s") % {
        "spent": money(spent, currency),
        "limit": money(limit, currency),
    }


def _limit(micros: int | None, obj: Balance) -> str:
    return "–" if micros is None else money(micros, obj.account.currency)
