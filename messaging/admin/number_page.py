"""The page about one number: who it is, what was agreed, what was refused, what was sent."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from compliance.models import Account
from compliance.numbers import to_display
from compliance.selectors.access import permitted_accounts
from messaging.admin.labels import MESSAGE_COLOURS, change_page
from messaging.admin.pages import msisdn_of
from messaging.admin.proofs import asked_pack, pack_response, period_of
from messaging.constants import MessageStatus, reason_label
from messaging.selectors.number_page import NumberFile, Shown, number_file
from messaging.services.preferences import preference_address
from messaging.services.proofs import LARGEST_NUMBER

_VIEW = "messaging.view_message"
_LONGEST_NUMBER = 25


class NumberForm(forms.Form):
    """Whose number to look up, and the days of a proof pack."""

    number = forms.CharField(
        label=_("Number"),
        max_length=_LONGEST_NUMBER,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("As people write it: 0912 345 678 or +84 912 345 678."),
    )
    account = forms.ModelChoiceField(
        Account.objects.none(), label=_("Account"), empty_label=None, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, request: HttpRequest, accounts: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        field: Any = self.fields["account"]
        field.queryset = accounts
        first = accounts.first()
        field.initial = first.pk if first else None
        if len(accounts) == 1:
            field.widget = forms.HiddenInput()

    def clean_number(self) -> str:
        """Digits, in the way of the person's country."""
        msisdn = msisdn_of(self.cleaned_data["number"], self.request)
        if msisdn is None:
            raise forms.ValidationError(_("This is no telephone number."))
        return msisdn


class PeriodForm(forms.Form):
    """The days of a proof pack; empty is everything, up to the limit."""

    day_from = forms.DateField(label=_("From"), required=False, widget=UnfoldAdminDateWidget)
    day_to = forms.DateField(label=_("To"), required=False, widget=UnfoldAdminDateWidget)


def number_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """Asks for a number; with one it shows its file, or hands out its proof pack (`form`)."""
    accounts = _accounts(request)
    if not accounts.exists():
        raise PermissionDenied
    given = _given(request, accounts)
    form = NumberForm(request, accounts, given or None)
    file = None
    if given and form.is_valid():
        account, msisdn = form.cleaned_data["account"], form.cleaned_data["number"]
        if request.GET.get("form"):
            return _pack(request, account, msisdn)
        file = number_file(account, msisdn, _shown(request, account))
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Number %(number)s") % {"number": to_display(file.msisdn)}
        if file
        else _("Look a number up"),
        "form": form,
        "opts": admin.opts,
        "media": admin.media + form.media,
        **(_context(request, file) if file else {}),
    }
    return TemplateResponse(request, "admin/messaging/number/page.html", context)


def number_address(msisdn: str, account_id: int | None) -> str:
    """Where a number's page is."""
    query = {"number": f"+{msisdn}"} | ({"account": str(account_id)} if account_id else {})
    return f"{reverse('admin:messaging_message_number')}?{urlencode(query)}"


def may_look_up(request: HttpRequest) -> bool:
    """Whether the person reads the messages of an account."""
    return bool(_accounts(request).exists())


def _accounts(request: HttpRequest) -> Any:
    """Those whose messages the person reads; operators do not read what was agreed."""
    allowed = permitted_accounts(request.user, _VIEW)
    if allowed is None and not request.user.is_superuser:  # operators, by their role
        return Account.objects.none()
    rows = Account.objects.order_by("name")
    return rows if allowed is None else rows.filter(pk__in=allowed)


def _given(request: HttpRequest, accounts: Any) -> dict[str, str]:
    if not request.GET.get("number"):
        return {}
    first = accounts.first()
    account = request.GET.get("account") or (str(first.pk) if first else "")
    return {"number": request.GET["number"], "account": account}


def _shown(request: HttpRequest, account: Account) -> Shown:
    user = request.user
    return Shown(
        consent=user.has_perm("compliance.view_consentstate", account),
        replies=user.has_perm("messaging.view_inboundmessage", account),
        contacts=user.has_perm("campaigns.view_contact", account),
    )


def _pack(request: HttpRequest, account: Account, msisdn: str) -> HttpResponse:
    if not request.user.has_perm("messaging.prove_message", account):
        raise Http404
    period = PeriodForm(request.GET)
    first, last = period_of(period.cleaned_data if period.is_valid() else {})
    pack = asked_pack(request, account, request.GET["form"], msisdn=msisdn, first=first, last=last)
    return pack_response(pack)


def _context(request: HttpRequest, file: NumberFile) -> dict[str, Any]:
    user, account = request.user, file.account
    query = urlencode({"account": account.pk, "msisdn": f"+{file.msisdn}"})
    may_write_to = user.has_perm("compliance.view_consentstate", account)
    return {
        "file": file,
        "shown": _shown(request, account),
        "has_evidence": user.has_perm("messaging.prove_message", account),
        "period": PeriodForm(),
        "largest": LARGEST_NUMBER,
        "refuse": f"{reverse('admin:compliance_suppression_add')}?{query}"
        if user.has_perm("compliance.add_suppression", account)
        else "",
        "agree": f"{reverse('admin:compliance_consentrecord_add')}?{query}"
        if user.has_perm("compliance.add_consentrecord", account)
        else "",
        "contacts": [
            (card, change_page(card.label, card.pk), ", ".join(card.lists))
            for card in file.contacts
        ],
        "messages_shown": [
            {
                "row": row,
                "address": change_page("messaging.message", row.pk),
                "colour": MESSAGE_COLOURS[MessageStatus(row.status)],
                "reason": reason_label(row.failure_reason),
            }
            for row in file.messages
        ],
        "preferences": [
            (one.name, preference_address(one, file.msisdn))
            for one in account.advertisers.all()
            if may_write_to
        ],
    }
