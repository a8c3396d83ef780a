"""The page of prices: what an account pays per segment, per network and sender."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from compliance.constants import MessageClass
from compliance.models import Account
from compliance.selectors.access import permitted_accounts
from messaging.admin.labels import money
from messaging.selectors.money.price_table import CLASSES, PriceRow, price_rows
from messaging.selectors.snapshot import snapshots

_CHARGED = {
    "undelivered": _("undelivered"),
    "unknown": _("outcome unknown"),
    "rejected": _("rejected by the carrier"),
}


class AccountForm(forms.Form):
    """Whose prices."""

    account = forms.ModelChoiceField(
        Account.objects.none(),
        label=_("Account"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )


def prices_page(page: Any, request: HttpRequest) -> HttpResponse:
    """Prices of one account; `page` is the admin of balances, whose readers may see it."""
    if not page.has_view_permission(request):
        raise Http404
    permitted = permitted_accounts(request.user, page.permission("view"))
    accounts = Account.objects.order_by("name")
    if permitted is not None:
        accounts = accounts.filter(pk__in=permitted)
    account = _chosen(request, accounts)
    form = AccountForm({"account": account.pk} if account else {})
    form.fields["account"].queryset = accounts  # type: ignore[attr-defined]
    rows = price_rows(snapshots.current(), account) if account else []
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("Prices"),
        "opts": page.opts,
        "media": page.media + form.media,
        "form": form if len(accounts) > 1 else None,
        "classes": [MessageClass(one).label for one in CLASSES],
        "rows": [_shown(row) for row in rows],
    }
    return TemplateResponse(request, "admin/messaging/prices.html", context)


def _chosen(request: HttpRequest, accounts: Any) -> Account | None:
    """The one that was asked for. Raises Http404 where the person has no such account."""
    asked = request.GET.get("account", "")
    if not asked:
        return accounts.first()
    found: Account | None = accounts.filter(pk=asked).first() if asked.isdecimal() else None
    if found is None:
        raise Http404
    return found


def _shown(row: PriceRow) -> dict[str, Any]:
    return {
        "country": row.country,
        "network": row.network,
        "sender": row.sender or gettext("every sender"),
        "prices": ["–" if price is None else money(price, row.currency) for price in row.prices],
        "charged": ", ".join(str(_CHARGED[word]) for word in row.charged)
        or gettext("only what arrived"),
    }
