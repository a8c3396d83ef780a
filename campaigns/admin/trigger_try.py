"""An event on trial: what every mapping of its source would make of it; nothing is sent."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from campaigns.admin.trigger_common import console_page
from campaigns.admin.trigger_trials import TrialShown, trial_shown
from campaigns.models import TriggerEvent, TriggerSource
from campaigns.services.triggers.trials import source_trial
from compliance.selectors.access import visible
from config.common.console.forms import PositionsForm
from config.common.errors import DomainError

_FIELD_OF = {"payload": "body", "event": "name"}


class TryForm(PositionsForm, forms.Form):
    body = forms.CharField(
        label=_("Body of the event"),
        max_length=262_144,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 14, "spellcheck": "false"}),
        help_text=_("JSON, as the platform posts it."),
    )
    name = forms.CharField(
        label=_("Event"),
        required=False,
        max_length=120,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Its name. Empty: read where the source says."),
    )
    drafts = forms.BooleanField(
        label=_("With drafts"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Drafts in place of active versions."),
    )


class TriggerTry:
    """The page, for the admin of sources."""

    def try_page(self, request: HttpRequest, source: TriggerSource) -> HttpResponse:
        """Shows the form, and under it the answers. `?event=` is a stored one."""
        page: Any = self
        is_sent = request.method == "POST"
        form = TryForm(request.POST if is_sent else None, initial=_initial(request, source))
        name, trials = _answers(source, form) if is_sent and form.is_valid() else ("", [])
        context = {
            "original": source,
            "form": form,
            "media": page.media + form.media,
            "event": name,
            "trials": trials,
            "is_tried": bool(name),
        }
        return console_page(
            page, request, "triggersource/try.html", gettext("Try an event"), context
        )


def _initial(request: HttpRequest, source: TriggerSource) -> dict[str, Any]:
    stored = _stored(request, source)
    if stored is not None and stored.body_until is not None:
        return {"body": indented(stored.body), "name": stored.name}
    for mapping in source.mappings.order_by("name"):
        if mapping.sample:
            return {"body": mapping.sample, "name": mapping.sample_event}
    return {}


def _stored(request: HttpRequest, source: TriggerSource) -> TriggerEvent | None:
    try:
        wanted = UUID(request.GET.get("event", ""))
    except ValueError:
        return None
    rows = TriggerEvent.objects.filter(source=source, pk=wanted)
    return visible(rows, request.user).first()


def _answers(source: TriggerSource, form: TryForm) -> tuple[str, list[TrialShown]]:
    given = form.cleaned_data
    try:
        trial = source_trial(
            source=source, body=given["body"], name=given["name"], with_drafts=given["drafts"]
        )
    except DomainError as error:
        form.add_error(_FIELD_OF.get(error.field or ""), str(error.message))
        return "", []
    return trial.event_name, [trial_shown(one) for one in trial.mappings]


def indented(body: str) -> str:
    """A body as people read it; what is no JSON as it came."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except ValueError:
        return body
