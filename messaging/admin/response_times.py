"""The report of first answers: how soon, within the limit or not, by day and by person."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.models import Account
from compliance.selectors.access import limited, permitted_accounts
from messaging.admin.conversation_signs import duration
from messaging.models import ResponseRule
from messaging.selectors.response_times import (
    COUNTED_AT_MOST,
    REPORTED_DAYS,
    Figures,
    response_report,
)

_VIEW = "messaging.view_conversationwait"


def times_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """The last 30 days of one account; with several, the one asked for, else the first."""
    if not request.user.has_perm(_VIEW):
        raise PermissionDenied
    accounts = list(
        limited(Account.objects.order_by("name"), permitted_accounts(request.user, _VIEW))
    )
    asked = request.GET.get("account", "")
    account = next((one for one in accounts if str(one.pk) == asked), None)
    account = account or next(iter(accounts), None)
    report = None
    if account is not None:
        report = response_report([account.pk], zone=timezone.get_current_timezone_name())
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Response times"),
        "opts": admin.opts,
        "accounts": accounts,
        "account": account,
        "days": REPORTED_DAYS,
        "most": COUNTED_AT_MOST,
        "is_cut": report is not None and report.is_cut,
        "total": _row("", report.total) if report else None,
        "has_any": bool(report and report.by_day),
        "by_day": [_row(day, one) for day, one in report.by_day] if report else [],
        "by_person": [_row(name, one) for name, one in report.by_person] if report else [],
        "has_rule": account is not None and ResponseRule.objects.filter(account=account).exists(),
        "rules_address": reverse("admin:messaging_responserule_changelist"),
        "media": admin.media,
    }
    return TemplateResponse(request, "admin/messaging/conversation/times.html", context)


def _row(name: Any, figures: Figures) -> dict[str, Any]:
    percent = figures.in_time_percent
    return {
        "name": name,
        "figures": figures,
        "median": duration(figures.median),
        "slow": duration(figures.slow),
        "in_time": "–" if percent is None else f"{percent} %",
    }
