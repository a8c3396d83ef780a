"""The page that lets an imagined handset write a reply, for trying out and for demonstrations."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from carriers.services.replies import MAX_CHARACTERS, reply_simulate
from carriers.simulator.operators import default_profiles
from compliance.selectors.access import limited, permitted_accounts
from config.common.console.forms import PositionsForm
from config.common.errors import DomainError
from messaging.admin.pages import msisdn_of
from messaging.admin.sight import sight_of
from routing.models import Sender

_PERMISSION = "messaging.simulate_inboundmessage"
_TEXT_ROWS = 3


def may_simulate(user: Any) -> bool:
    """Who holds the permission on some account; operators, whose tool the simulator is."""
    return user.has_perm(_PERMISSION) or sight_of(user).is_operator


class ReplyForm(PositionsForm, forms.Form):
    """Account people write to their own senders only: a stop acts on consent."""

    from_ = forms.CharField(
        label=_("From"),
        max_length=25,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The handset's number, as people write it: 0912 345 678 or +84 912 345 678."),
    )
    sender = forms.ModelChoiceField(
        Sender.objects.none(),
        label=_("To"),
        widget=UnfoldAdminSelectWidget,
        empty_label=None,
        help_text=_("The sender that the person answers."),
    )
    address = forms.RegexField(
        r"^\+?[0-9]{3,15}$",
        label=_("To another address"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Instead of a sender: to see what happens to a reply that nobody owns."),
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=MAX_CHARACTERS,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": _TEXT_ROWS}),
    )
    operator = forms.ChoiceField(
        label=_("Comes by"), required=False, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        profiles = default_profiles().values()
        fields: Any = self.fields
        fields["operator"].choices = [
            ("", _("The first one with a bind")),
            *((one.name, one.title) for one in profiles),
        ]
        if sight_of(request.user).is_operator:
            fields["sender"].required = False
            fields["sender"].empty_label = "–"
            accounts = None
        else:
            del fields["address"]
            accounts = permitted_accounts(request.user, _PERMISSION)
        fields["sender"].queryset = limited(
            Sender.objects.filter(receives_replies=True), accounts
        ).select_related("account")

    def clean_from_(self) -> str:
        """Digits, in the way of the person's country."""
        msisdn = msisdn_of(self.cleaned_data["from_"], self.request)
        if msisdn is None:
            raise forms.ValidationError(_("This is no telephone number."))
        return msisdn

    def clean(self) -> dict[str, Any]:
        """One addressee."""
        values = super().clean() or self.cleaned_data
        sender, address = values.get("sender"), values.get("address")
        if bool(sender) == bool(address) and "sender" not in self.errors:
            self.add_error("sender", _("Choose a sender or write an address, one of both."))
        return values

    def send(self) -> Any:
        """Through the simulator; raises DomainError."""
        values = self.cleaned_data
        sender: Sender | None = values.get("sender")
        to = sender.address if sender else values["address"].lstrip("+")
        return reply_simulate(
            from_=values["from_"],
            to=to,
            text=values["text"],
            operator=values["operator"],
            account_id=sender.account_id if sender else None,
            actor=self.request.user,
        )


def simulate_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """Shows the form; on POST sends the reply and goes to the list."""
    if not may_simulate(request.user):
        raise PermissionDenied
    form = ReplyForm(request, request.POST if request.method == "POST" else None)
    back = reverse("admin:messaging_inboundmessage_changelist")
    if request.method == "POST" and form.is_valid():
        try:
            reply = form.send()
        except DomainError as error:
            field = {"from": "from_", "to": "sender"}.get(error.field, error.field)
            form.add_error(field if field in form.fields else None, str(error))
        else:
            messages.success(request, _said(reply))
            return HttpResponseRedirect(back)
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Simulate a reply"),
        "form": form,
        "opts": admin.opts,
        "back": back,
        "media": admin.media + form.media,
    }
    return TemplateResponse(request, "admin/messaging/inbound/simulate.html", context)


def _said(reply: Any) -> str:
    if not reply.receivers:
        return str(_("The reply waits at the simulator: no bind of ours receives from it now."))
    return ngettext(
        "%(operator)s took the reply in %(count)d part. It appears here in a moment.",
        "%(operator)s took the reply in %(count)d parts. It appears here in a moment.",
        reply.parts,
    ) % {"operator": reply.operator, "count": reply.parts}
