"""The suppressions in force of an account, as a file."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from compliance.access import permission_of
from compliance.admin.file_lines import csv_file
from compliance.downloads import download
from compliance.models import Account, Suppression
from compliance.numbers import to_display
from compliance.selectors.access import related_choices

_HEADS = (
    *("number", "purpose", "cause", "source", "brand", "program", "sender", "reason"),
    *("since", "until"),
)


def export_page(admin: Any, request: HttpRequest) -> HttpResponseBase:
    """The file of the account in `?account=`, or the choice of one where there are several."""
    accounts = related_choices(
        Account.objects.order_by("name"),
        request.user,
        permission_of("compliance.suppression", "view"),
    )
    wanted = request.GET.get("account", "")
    if not wanted.isdecimal() and len(accounts) == 1:
        wanted = str(accounts[0].pk)
    account = accounts.filter(pk=wanted).first() if wanted.isdecimal() else None
    if account is None:
        return _choice(admin, request, accounts)
    rows = Suppression.objects.filter(account=account, lifted_at=None)
    return download(request, account, "suppressions", lambda: _file(account), rows=rows.count())


def _choice(admin: Any, request: HttpRequest, accounts: Any) -> HttpResponseBase:
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("Export suppressions"),
        "accounts": accounts,
    }
    return TemplateResponse(request, "admin/compliance/suppression_export.html", context)


def _file(account: Account) -> HttpResponseBase:
    made: HttpResponseBase = csv_file(f"suppressions-{account.slug}", _HEADS, _rows(account))
    return made


def _rows(account: Account) -> Iterator[tuple[str, ...]]:
    rows = (
        Suppression.objects.filter(account=account, lifted_at=None)
        .select_related("advertiser", "program")
        .order_by("id")
    )
    for one in rows.iterator(chunk_size=2_000):
        yield (
            to_display(one.msisdn),
            one.purpose,
            one.cause,
            one.source,
            one.advertiser.name if one.advertiser else "",
            one.program.name if one.program else "",
            one.sender,
            one.reason,
            localtime(one.created_at).isoformat(timespec="seconds"),
            localtime(one.expires_at).isoformat(timespec="seconds") if one.expires_at else "",
        )
