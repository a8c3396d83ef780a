"""The page that sends one test message over a bind without SMPP."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from carriers.http.trial import Trial
from carriers.models import Bind
from carriers.services.http_trials import http_message_test
from carriers.smpp import statuses
from config.common.console.actors import actor_of
from config.common.console.forms import PositionsForm
from config.common.errors import DomainError

_MEANINGS = {
    "ok": _("The carrier took the message."),
    "unknown": _("The carrier may have the message: a real one would be “unknown”."),
    "throttle": _("Too fast: a real message would be sent again after a pause."),
    "temporary": _("A real message would be tried again later."),
    "session": _("A real message would be sent again after a new connection."),
    "credentials": _("The bind would stop until somebody corrects it."),
    "permanent_message": _("A real message would fail."),
    "permanent_route": _("A real message would take another route."),
    "ambiguous": _("A real message would fail; the carrier does not say why."),
}


class HttpTrialForm(PositionsForm, forms.Form):
    """To whom, from whom, what."""

    number = forms.CharField(
        label=_("Test number"),
        max_length=20,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("A handset of your own, such as +84912345678."),
    )
    sender = forms.CharField(
        label=_("Sender"),
        max_length=20,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("One that this carrier has registered for you."),
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=300,
        initial="Test of Signalbox",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


def http_trial_page(admin: Any, request: HttpRequest, bind: Bind) -> HttpResponse:
    """The form; after POST the request as it was, and what came back, in words."""
    form = HttpTrialForm(request.POST if request.method == "POST" else None)
    trial, meaning = None, ""
    if form.is_valid():
        try:
            trial = http_message_test(bind, **form.cleaned_data, actor=actor_of(request))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
    if trial is not None and trial.judgement is not None:
        meaning = str(_MEANINGS.get(trial.judgement.word, ""))
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Send one test message"),
        "bind": bind,
        "form": form,
        "trial": trial,
        "meaning": meaning,
        "number_name": _name(trial),
        "opts": admin.opts,
        "back": reverse("admin:carriers_bind_change", args=[bind.pk]),
        "media": admin.media + form.media,
    }
    return TemplateResponse(request, "admin/carriers/bindprobe/one_message.html", context)


def _name(trial: Trial | None) -> str:
    number = trial.judgement.number if trial and trial.judgement else 0
    return statuses.name(number) if number else ""
