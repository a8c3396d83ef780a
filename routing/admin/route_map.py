"""The route map: where every destination goes by class, with the shares of this moment."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from compliance.constants import MessageClass
from compliance.models import Account
from routing.admin.trying import try_address
from routing.constants import SenderKind
from routing.models import Network, Route
from routing.route_words import exclusion_words, percent, reason_words
from routing.selectors.route_map import MapCell, MapEntry, MapRow, route_map

_VIEW = "routing.view_route"


class MapForm(forms.Form):
    """Which part of the map."""

    country = forms.ChoiceField(
        label=_("Country"), required=False, widget=UnfoldAdminSelectWidget, choices=[("", "")]
    )
    sender_kind = forms.ChoiceField(
        label=_("Sender"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        choices=[("", _("Routes for any kind")), *SenderKind.choices],
    )
    account = forms.ModelChoiceField(
        Account.objects.none(),
        label=_("Account"),
        required=False,
        empty_label=_("Any without routes of its own"),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = set(Route.objects.values_list("country", flat=True).distinct())
        named |= set(Network.objects.values_list("country", flat=True).distinct())
        country: Any = self.fields["country"]
        country.choices = [("", _("All")), *((one, one) for one in sorted(named - {""}))]
        account: Any = self.fields["account"]
        account.queryset = Account.objects.order_by("name")


def map_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """The map, narrowed by the form."""
    if not request.user.has_perm(_VIEW):
        raise PermissionDenied
    form = MapForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    account = given.get("account")
    found = route_map(
        country=given.get("country", ""),
        sender_kind=given.get("sender_kind", ""),
        account_id=None if account is None else account.pk,
    )
    context = {
        **admin.admin_site.each_context(request),
        "title": gettext("Route map"),
        "form": form,
        "opts": admin.opts,
        "media": admin.media + form.media,
        "classes": [label for _value, label in MessageClass.choices],
        "rows": [_row(row) for row in found],
        "has_routes": Route.objects.exists(),
        "try_address": try_address(),
    }
    return TemplateResponse(request, "admin/routing/route/map.html", context)


def _row(row: MapRow) -> dict[str, Any]:
    return {
        "country": row.country or gettext("Elsewhere"),
        "place": _place(row),
        "cells": [_cell(cell) for cell in row.cells],
    }


def _place(row: MapRow) -> str:
    if row.prefix:
        return f"+{row.prefix}"
    if row.network:
        return row.network
    return gettext("Other numbers") if row.country else gettext("Every other destination")


def _cell(cell: MapCell) -> dict[str, Any]:
    tiers = [
        {"tier": tier.tier, "entries": [_entry(entry) for entry in tier.entries]}
        for tier in cell.tiers
    ]
    words = reason_words().get(cell.scope, cell.scope)
    return {"has_way": cell.has_way, "scope": words, "tiers": tiers}


def _entry(entry: MapEntry) -> dict[str, Any]:
    words = {**exclusion_words(), "warm": gettext("It is warm or hot and sheds a part.")}
    return {
        "carrier": entry.carrier,
        "share": percent(entry.share) if entry.share else "",
        "trouble": words.get(entry.trouble, ""),
    }
