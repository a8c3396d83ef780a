"""The shield at work: how many codes are entered, place by place, and what is held."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from compliance.numbers import to_display
from compliance.selectors.access import limited, permitted_accounts
from config.common import clock
from messaging.admin.labels import change_page, moment
from messaging.constants import HoldCause, ShieldMode
from messaging.models import VerificationHold, VerificationService
from messaging.selectors.shield import (
    Traffic,
    holds_now,
    overrides_now,
    services_for,
    traffic_of,
)
from routing.route_words import percent

_VIEW = "messaging.view_verificationstat"
_HOURS = {"hour": 1, "day": 24, "week": 7 * 24}
_MODE_COLOURS = {
    ShieldMode.ALLOW: "warning",
    ShieldMode.MONITOR: "info",
    ShieldMode.FILTER: "success",
    ShieldMode.BLOCK: "danger",
}


class ShieldForm(forms.Form):
    """What is looked at."""

    service = forms.ModelChoiceField(
        VerificationService.objects.none(),
        label=_("Service"),
        required=False,
        empty_label=_("All"),
        widget=UnfoldAdminSelectWidget,
    )
    window = forms.ChoiceField(
        label=_("Since"),
        required=False,
        choices=[("day", _("A day")), ("hour", _("An hour")), ("week", _("Seven days"))],
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, accounts: frozenset[int] | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        rows = limited(VerificationService.objects.all(), accounts)
        fields["service"].queryset = rows.order_by("name")


def shield_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """By country and by block: codes sent, entered, held; with the way to hold and to override."""
    if not request.user.has_perm(_VIEW):
        raise PermissionDenied
    accounts = permitted_accounts(request.user, _VIEW)
    form = ShieldForm(accounts, request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    services = [chosen["service"]] if chosen.get("service") else services_for(accounts)
    now = clock.now()
    since = now - timedelta(hours=_HOURS[chosen.get("window") or "day"])
    context = {
        **admin.admin_site.each_context(request),
        "title": gettext("Shield"),
        "form": form,
        "opts": admin.opts,
        "media": admin.media + form.media,
        "has_services": bool(services),
        "holds": [_hold_row(one) for one in holds_now(accounts, now)],
        "overrides": [
            {"row": one, "address": change_page("messaging.verificationoverride", one.pk)}
            for one in overrides_now(accounts, now)
        ],
        "tables": _tables(request, services, since, now),
        "may_hold": request.user.has_perm("messaging.add_verificationhold"),
        "may_override": request.user.has_perm("messaging.add_verificationoverride"),
        "may_rule": request.user.has_perm("messaging.add_shieldrule"),
    }
    return TemplateResponse(request, "admin/messaging/shield/page.html", context)


def _tables(request: HttpRequest, services: Any, since: Any, now: Any) -> list[dict[str, Any]]:
    may_hold = request.user.has_perm("messaging.add_verificationhold")
    may_override = request.user.has_perm("messaging.add_verificationoverride")
    return [
        {
            "title": title,
            "by_block": by_block,
            "rows": [
                _row(one, may_hold=may_hold, may_override=may_override)
                for one in traffic_of(services, since, now, by_block=by_block)
            ],
        }
        for title, by_block in ((gettext("Countries"), False), (gettext("Prefixes"), True))
    ]


def _row(one: Traffic, *, may_hold: bool, may_override: bool) -> dict[str, Any]:
    asked = {"service": one.service.pk, "country": one.country, "prefix": one.block}
    hold = reverse("admin:messaging_verificationhold_add")
    override = reverse("admin:messaging_verificationoverride_add")
    own = {"account": one.service.account_id, "service": one.service.pk, "prefix": one.block}
    return {
        "traffic": one,
        "place": f"+{one.block}…" if one.block else one.country,
        "conversion": "–" if one.conversion is None else percent(one.conversion),
        "mode": _mode_words()[ShieldMode(one.mode)],
        "mode_colour": _MODE_COLOURS[ShieldMode(one.mode)],
        "hold": _hold_row(one.hold) if one.hold else None,
        "hold_address": f"{hold}?{urlencode(asked)}" if may_hold and one.hold is None else "",
        "override_address": f"{override}?{urlencode(own)}"
        if may_override and one.block and one.override is None
        else "",
    }


def _mode_words() -> dict[ShieldMode, str]:
    """In a word: what each does is said where it is chosen."""
    return {
        ShieldMode.ALLOW: gettext("Allow"),
        ShieldMode.MONITOR: gettext("Monitor"),
        ShieldMode.FILTER: gettext("Filter"),
        ShieldMode.BLOCK: gettext("Block"),
    }


def _hold_row(one: VerificationHold) -> dict[str, Any]:
    return {
        "row": one,
        "place": hold_place(one),
        "cause": HoldCause(one.cause).label,
        "measured": hold_sentence(one),
        "until": moment(one.until),
        "address": change_page("messaging.verificationhold", one.pk),
    }


def hold_place(one: VerificationHold) -> str:
    """The beginning of its numbers, or the country."""
    return f"{to_display(one.prefix)}…" if one.prefix else one.country


def hold_sentence(one: VerificationHold) -> str:
    """What was measured against which limit, in a sentence; why, of a person's own."""
    found = one.measured
    shares = {"sends": found.get("sends"), "approvals": found.get("approvals")}
    if one.cause == HoldCause.LOW_CONVERSION:
        return gettext(
            "%(approvals)s of %(sends)s codes were entered; at least %(least)s are expected."
        ) % {**shares, "least": percent(float(found.get("least_conversion", 0)))}
    if one.cause == HoldCause.SEQUENTIAL:
        return gettext(
            "%(row)s numbers followed each other without a gap; %(approvals)s of %(sends)s codes"
            " were entered."
        ) % {**shares, "row": found.get("row")}
    if one.cause == HoldCause.COUNTRY_SURGE:
        return gettext(
            "%(sends)s codes in a day, where %(usual)s are usual; %(approvals)s were entered."
        ) % {**shares, "usual": found.get("usual")}
    return one.reason
