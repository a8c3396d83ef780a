"""The page that asks one person for consent: the template that asks, and where the number is from."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from compliance.numbers import to_display
from compliance.selectors.access import limited, permitted_accounts
from config.common.console.actors import actor_of
from config.common.console.forms import PositionsForm
from config.common.errors import DomainError
from messaging.constants import Origin, VersionStatus
from messaging.models import Template
from messaging.services.consent_requests import ConsentAsk, consent_ask
from routing.models import Sender

_PERMISSION = "messaging.send_message"


def may_ask(user: Any) -> bool:
    """Who may send for some account."""
    return bool(user.has_perm(_PERMISSION))


class AskForm(PositionsForm, forms.Form):
    """One person; both choices are of one account."""

    number = forms.CharField(
        label=_("Number"),
        max_length=25,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("As people write it: 0912 345 678 or +84 912 345 678."),
    )
    template = forms.ModelChoiceField(
        Template.objects.none(),
        label=_("Template"),
        widget=UnfoldAdminSelectWidget,
        empty_label=None,
        help_text=_("Approved templates that ask for consent."),
    )
    sender = forms.ModelChoiceField(
        Sender.objects.none(),
        label=_("From"),
        widget=UnfoldAdminSelectWidget,
        empty_label=None,
        help_text=_("The answer comes back to it, so it has to receive replies."),
    )
    source = forms.CharField(
        label=_("Where the number is from"),
        max_length=120,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("A form's address, a shop, a conversation: it is kept in the ledger."),
    )
    frequency = forms.CharField(
        label=_("Frequency promised"),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Such as 4/month: it becomes a cap for this person. Empty: none."),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = permitted_accounts(request.user, _PERMISSION)
        fields: Any = self.fields
        fields["template"].queryset = limited(
            Template.objects.filter(
                asks_consent=True, versions__status=VersionStatus.APPROVED
            ).distinct(),
            accounts,
        ).select_related("account", "advertiser")
        fields["sender"].queryset = limited(
            Sender.objects.filter(receives_replies=True), accounts
        ).select_related("account")

    def clean(self) -> dict[str, Any]:
        """A sender and a template of one account."""
        values = super().clean() or self.cleaned_data
        template, sender = values.get("template"), values.get("sender")
        if template and sender and template.account_id != sender.account_id:
            self.add_error("sender", _("Choose one of the same account."))
        return values

    def ask(self, request: HttpRequest) -> str:
        """Sends it; the number as it is shown. Raises DomainError."""
        values = self.cleaned_data
        template: Template = values["template"]
        wanted = ConsentAsk(
            advertiser=template.advertiser,
            to=values["number"],
            sender=values["sender"].address,
            template=template.slug,
            source=values["source"],
            evidence={"asked_by": actor_of(request).get_username()},
            facets={"frequency": values["frequency"]} if values["frequency"] else {},
        )
        record, _message_id = consent_ask(
            account=template.account, ask=wanted, origin=Origin.CONSOLE
        )
        return to_display(record.msisdn)


def ask_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """Shows the form; on POST asks and goes to the list."""
    if not may_ask(request.user):
        raise PermissionDenied
    form = AskForm(request, request.POST if request.method == "POST" else None)
    back = reverse("admin:messaging_inboundmessage_changelist")
    if request.method == "POST" and form.is_valid():
        try:
            number = form.ask(request)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            said = gettext("%(number)s is asked. The answer comes here.") % {"number": number}
            messages.success(request, said)
            return HttpResponseRedirect(back)
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Ask for consent"),
        "lead": _(
            "Sends the one message that asks. YES by reply is consent; without an answer the"
            " person gets nothing. Where the law allows one such message ever, a second is refused."
        ),
        "submit_label": _("Ask"),
        "form": form,
        "opts": admin.opts,
        "back": back,
        "media": admin.media + form.media,
    }
    return TemplateResponse(request, "admin/messaging/inbound/ask.html", context)
