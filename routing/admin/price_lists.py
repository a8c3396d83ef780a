"""Price lists: uploaded, compared with what holds, confirmed, taken back, taken away; and margins."""

from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.timezone import make_aware
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from compliance.admin.file_lines import BAD_HEADS, csv_file
from compliance.scoping import PlatformScopedAdmin
from config.common import clock
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.forms import ServiceForm
from config.common.console.labels import coloured
from config.common.zones import UNKNOWN_ZONE, zone_name
from routing.admin.price_list_page import price_list_page
from routing.constants import PriceChange, PriceListState
from routing.models import ExchangeRate, PriceList
from routing.price_files import BAD_LINES
from routing.price_terms import owner_of
from routing.selectors.margins import exchange_at, margins_at
from routing.services.prices import (
    PriceListValues,
    price_list_compare,
    price_list_confirm,
    price_list_discard,
    price_list_undo,
    price_list_upload,
    price_rows,
)
from routing.services.prices.exports import HEADS

_S = PriceListState
_COLOURS = {
    _S.READING: "info",
    _S.READY: "warning",
    _S.CONFIRMED: "success",
    _S.FAILED: "danger",
    _S.UNDONE: "",
    _S.DISCARDED: "",
}
_ROWS_A_PAGE = 200


class UploadForm(ServiceForm):
    file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        help_text=_(
            "CSV. The first line names the columns: price, and country, network or mccmnc; class"
            " and currency where they differ from line to line."
        ),
    )
    effective_from = forms.DateTimeField(
        label=_("In force from"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_(
            "A day (from its midnight) or a moment in the list's time zone: 2026-12-01 or"
            " 2026-12-01 08:00. Empty: when it is confirmed."
        ),
    )

    class Meta:
        model = PriceList
        fields = (
            "name",
            "carrier",
            "account",
            "currency",
            "is_full",
            "zone",
            "jump_percent",
            "charges_undelivered",
            "charges_unknown",
            "charges_rejected",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False
        self.fields["name"].help_text = _("Empty: the file's name.")
        self.fields["carrier"].help_text = _("Whose costs these are. Empty: prices of accounts.")
        self.fields["currency"].initial = "VND"

    def clean(self) -> dict[str, Any] | None:
        """The moment is meant in the list's own zone."""
        cleaned = super().clean()
        at, zone = self.cleaned_data.get("effective_from"), self.cleaned_data.get("zone", "")
        if at is not None:
            try:
                named = ZoneInfo(zone_name(zone) or "UTC")
            except ValueError:
                self.add_error("zone", gettext(UNKNOWN_ZONE) % {"found": zone})
            else:
                self.cleaned_data["effective_from"] = make_aware(at.replace(tzinfo=None), named)
        return cleaned


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )


@admin.register(PriceList)
class PriceListAdmin(PlatformScopedAdmin):
    """Nothing of a file holds before its changes were seen and confirmed."""

    form = UploadForm
    has_one_save_button = True
    list_display = ("name", "side", "whose", "state_label", "begins", "changes_short", "author")
    list_filter = ("kind", "state", "carrier", "account")
    list_select_related = ("carrier", "account", "author")
    search_fields = ("name", "file_name", "carrier__name", "account__name")
    search_help_text = _("A name, a file, a carrier or an account.")
    readonly_fields = ("state_label", "side", "whose", "begins", "file_name", "checksum", "author")
    autocomplete_fields = ("carrier", "account")
    ordering = ("-id",)
    actions_list = ("show_margins",)
    actions_detail = ("confirm_list", "compare_again", "undo", "discard", "bad_lines", "take_away")
    change_form_outer_after_template = "admin/routing/pricelist/list.html"
    empty_title = _("No price list yet")
    empty_text = _(
        "Upload a carrier's rate sheet or the prices of accounts: you see what changes before"
        " anything does."
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("file", "name", ("carrier", "account"), ("currency", "is_full")),
                "description": _(
                    "You see what it changes before anything does. With a carrier: our costs"
                    " there. Without: the prices of an account, or of every account without own"
                    " ones. Accounts never see costs."
                ),
            },
        ),
        (_("Time"), {"fields": (("effective_from", "zone"), "jump_percent")}),
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
    shown_fieldsets = (
        (
            None,
            {
                "fields": (
                    ("state_label", "begins"),
                    ("side", "whose"),
                    ("currency", "is_full"),
                    ("file_name", "author"),
                    "checksum",
                )
            },
        ),
    )

    @coloured(_("state"), _COLOURS, ordering="state")
    def state_label(self, obj: PriceList) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @coloured(_("rates"), {"cost": "warning", "price": "success"}, ordering="kind")
    def side(self, obj: PriceList) -> tuple[str, Any]:
        return obj.kind, _("Cost") if obj.kind == "cost" else _("Price")

    @display(description=_("whose"))
    def whose(self, obj: PriceList) -> str:
        return str(obj.carrier or obj.account or _("Every account"))

    @display(description=_("in force from"), ordering="effective_from")
    def begins(self, obj: PriceList) -> str:
        if obj.effective_from is None:
            return gettext("when it is confirmed")
        at = obj.effective_from.astimezone(ZoneInfo(obj.zone))
        return f"{date_format(at, 'SHORT_DATETIME_FORMAT')} ({obj.zone})"

    @display(description=_("changes"))
    def changes_short(self, obj: PriceList) -> str:
        parts = [
            f"{change.label} {obj.counts[change]:,}"
            for change in PriceChange
            if obj.counts.get(change)
        ]
        return ", ".join(str(part) for part in parts) or "–"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.add_fieldsets if obj is None else self.shown_fieldsets

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The upload's form is for the upload."""
        if obj is not None:
            kwargs["form"] = ServiceForm
        return super().get_form(request, obj, change=change, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Lists are the record of where rates came from."""
        return False

    def save_model(self, request: HttpRequest, obj: PriceList, form: Any, change: bool) -> None:
        values = dict(form.cleaned_data)
        file = values.pop("file")
        made = price_list_upload(
            values=PriceListValues(**values),
            file=file,
            file_name=file.name,
            actor=actor_of(request),
        )
        obj.pk = made.pk

    def response_add(
        self, request: HttpRequest, obj: PriceList, post_url_continue: Any = None
    ) -> HttpResponse:
        """On to the page that shows what it changes."""
        return HttpResponseRedirect(reverse("admin:routing_pricelist_change", args=[obj.pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page follows the reading by itself."""
        response = super().change_view(request, object_id, form_url, extra_context)
        found = self.get_object(request, object_id)
        if found is not None and found.state == _S.READING:
            response["Refresh"] = "2"
        return response

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        found = context.get("original")
        if found is not None:
            context["page"] = price_list_page(
                found, request.GET.get("change", ""), request.GET.get("page", "1")
            )
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[Any]:
        """Margins, and the rates that hold as a file."""
        view = self.admin_site.admin_view
        return [
            path("margins/", view(partial(margins_page, self)), name="routing_pricelist_margins"),
            *super().get_urls(),
        ]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only what can be done with this list now."""
        found = self.get_object(request, str(object_id))
        if found is None:
            return []
        shown = {"take-away"}
        if found.counts.get(PriceChange.BAD):
            shown.add("bad")
        if self.may(request, "confirm"):
            shown |= {_S.READY.value: {"confirm", "compare"}}.get(found.state, set())
            if found.state in (_S.READING, _S.READY, _S.FAILED):
                shown.add("discard")
        if self.may(request, "undo") and found.state == _S.CONFIRMED:
            shown.add("undo")
        return [one for one in super().get_actions_detail(request, object_id) if one.path in shown]

    @action(description=_("Confirm"), url_path="confirm", icon="check_circle")
    def confirm_list(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = object_or_404(self, request, object_id, "confirm")
        question = Question(
            title=_("Put these rates in force?"),
            text=_(
                "At the list's time, or at once where it has none or its time has passed. Messages"
                " that are priced already keep their prices. The list can be taken back."
            ),
            submit=_("Confirm"),
            done=_("The list is confirmed."),
        )
        return confirm(
            request,
            self,
            found,
            question,
            lambda _values: _done(price_list_confirm(found=found, actor=actor_of(request))),
        )

    @action(description=_("Compare again"), url_path="compare", icon="difference")
    def compare_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = object_or_404(self, request, object_id, "confirm")
        question = Question(
            title=_("Compare this list again?"),
            text=_("With the rates that hold by now. Nothing else changes."),
            submit=_("Compare"),
            done=_("The list is compared with the rates that hold now."),
        )
        return confirm(
            request, self, found, question, lambda _values: _done(price_list_compare(found=found))
        )

    @action(description=_("Take back"), url_path="undo", icon="undo")
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = object_or_404(self, request, object_id, "undo")
        question = Question(
            title=_("Take this list back?"),
            text=_(
                "From now on exactly those rates hold that would hold without it. Messages that"
                " were priced by it keep their prices."
            ),
            submit=_("Take back"),
            done=_("The list is taken back."),
            is_dangerous=True,
        )
        return confirm(
            request,
            self,
            found,
            question,
            lambda values: _done(
                price_list_undo(found=found, actor=actor_of(request), reason=values["reason"])
            ),
            ReasonForm,
        )

    @action(description=_("Discard"), url_path="discard", icon="delete")
    def discard(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = object_or_404(self, request, object_id, "confirm")
        question = Question(
            title=_("Discard this list?"),
            text=_("It never counts. Its lines are forgotten."),
            submit=_("Discard"),
            done=_("The list is discarded."),
            is_dangerous=True,
        )
        return confirm(
            request,
            self,
            found,
            question,
            lambda _values: price_list_discard(found=found, actor=actor_of(request)),
        )

    @action(description=_("Download the bad lines"), url_path="bad", icon="download")
    def bad_lines(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        found = object_or_404(self, request, object_id, "view")
        rows = found.lines.filter(change=PriceChange.BAD).order_by("line")
        cells = ((one.line, one.content, gettext(BAD_LINES[one.problem])) for one in rows)
        answer: HttpResponseBase = csv_file(f"prices-{found.pk}-bad-lines", BAD_HEADS, cells)
        return answer

    @action(description=_("Download what holds now"), url_path="take-away", icon="table_view")
    def take_away(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        found = object_or_404(self, request, object_id, "view")
        owner = owner_of(found.carrier_id, found.account_id, found.currency)
        whose = found.carrier.code if found.carrier else "prices"
        name = f"rates-{whose}-{clock.now():%Y-%m-%d}"
        answer: HttpResponseBase = csv_file(name, HEADS, price_rows(owner, clock.now()))
        return answer

    @action(description=_("Margins"), url_path="margins-of", icon="balance")
    def show_margins(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:routing_pricelist_margins"))


@admin.register(ExchangeRate)
class ExchangeRateAdmin(PlatformScopedAdmin):
    """For margins and comparisons only."""

    list_display = ("currency", "per_unit", "effective_from", "source")
    list_filter = ("currency",)
    search_fields = ("currency", "source")
    list_select_related = ()
    readonly_fields = ()
    autocomplete_fields = ()
    empty_title = _("No exchange rate yet")
    empty_text = _(
        "Needed where a price and a cost are in different currencies, to tell what is left."
        " Nothing is billed by them."
    )


def margins_page(page: PlatformScopedAdmin, request: HttpRequest) -> HttpResponse:
    """Prices beside costs, worst first."""
    if not page.may(request, "view"):
        raise PermissionDenied
    only_losses = request.GET.get("losses") == "1"
    now = clock.now()
    rows = Paginator(margins_at(now, only_losses=only_losses), _ROWS_A_PAGE)
    shown = rows.get_page(request.GET.get("page"))
    context = {
        **page.admin_site.each_context(request),
        "title": _("Margins"),
        "rows": shown,
        "only_losses": only_losses,
        "currency": exchange_at(now).own,
        "opts": page.opts,
        "back": reverse("admin:routing_pricelist_changelist"),
    }
    return TemplateResponse(request, "admin/routing/margins/margins.html", context)


def _done(_made: object) -> None:
    """For questions whose answer is not shown."""
