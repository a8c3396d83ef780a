"""What people say before and after a test of a bind."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from carriers.constants import BindKind
from carriers.models import Bind, BindProbe
from carriers.options import label_of
from carriers.probe.questions import CHOICES
from carriers.probe.values import MOST_BURST
from carriers.services.probes import probe_questions
from carriers.simulator.operators import KNOWN_OPERATORS


class ProbeForm(forms.Form):
    """Which bind, whose handsets, which senders, how much."""

    bind = forms.ModelChoiceField(
        label=_("Bind"),
        queryset=Bind.objects.filter(kind=BindKind.SMPP).order_by("name"),
        widget=UnfoldAdminSelectWidget,
    )
    numbers = forms.CharField(
        label=_("Test numbers"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_(
            "Handsets of your own in international form, with commas between. Never customers'"
            " numbers: those among contacts are refused."
        ),
    )
    short_code = forms.CharField(
        label=_("Short code"), required=False, max_length=20, widget=UnfoldAdminTextInputWidget
    )
    long_code = forms.CharField(
        label=_("Long code"), required=False, max_length=20, widget=UnfoldAdminTextInputWidget
    )
    alphanumeric = forms.CharField(
        label=_("Brandname"),
        required=False,
        max_length=11,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Senders that this carrier has registered for you; at least one."),
    )
    burst = forms.IntegerField(
        label=_("Messages for window and rate"),
        initial=20,
        min_value=0,
        max_value=MOST_BURST,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Sent as fast as the contract allows; 0 leaves this part out."),
    )
    pace = forms.FloatField(
        label=_("Other messages a second"),
        initial=5,
        min_value=0.1,
        max_value=100,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    receipt_wait_seconds = forms.IntegerField(
        label=_("Seconds to wait for receipts"),
        initial=30,
        min_value=1,
        max_value=600,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    disables = forms.BooleanField(
        label=_("Disconnect the bind for the test"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Where a worker holds it; it is connected again afterwards."),
    )
    is_second_session = forms.BooleanField(
        label=_("Use a second session"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Beside the worker's, where the SMSC grants more than one."),
    )
    handset = forms.ChoiceField(
        label=_("Simulated handsets"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("For a bind to the simulator: its handsets answer the questions."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["handset"].choices = [("", "–"), *((one, one) for one in KNOWN_OPERATORS)]
        if not settings.SIMULATOR_CONTROL_URL:
            del fields["handset"]

    def values(self) -> dict[str, Any]:
        """As a plan takes them."""
        given = self.cleaned_data
        kinds = ("short_code", "long_code", "alphanumeric")
        return {
            "numbers": [one.strip() for one in given["numbers"].split(",") if one.strip()],
            "senders": {kind: given[kind].strip() for kind in kinds if given[kind].strip()},
            **{
                name: given.get(name)
                for name in (
                    "burst",
                    "pace",
                    "receipt_wait_seconds",
                    "disables",
                    "is_second_session",
                )
            },
            "handset": given.get("handset", ""),
        }


def answer_form(probe: BindProbe) -> type[forms.Form]:
    """A question for each message that somebody should look at."""
    fields: dict[str, Any] = {
        one.key: forms.ChoiceField(
            label=f"+{one.number}: {one.expected}",
            required=False,
            initial=probe.answers.get(one.key, ""),
            choices=[(choice, _text(CHOICES[choice])) for choice in one.choices],
            widget=UnfoldAdminRadioSelectWidget,
        )
        for one in probe_questions(probe)
    }
    return type("AnswerForm", (forms.Form,), fields)


def apply_form(probe: BindProbe) -> type[forms.Form]:
    """Which of the proposed options are taken over."""
    choices = [(one["option"], label_of(one["option"])) for one in probe.proposal]
    field = forms.MultipleChoiceField(
        label=_("Options"),
        choices=choices,
        initial=[name for name, _label in choices],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    return type("ApplyForm", (forms.Form,), {"options": field})
