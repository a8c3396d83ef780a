"""The forms of registrations: one version with several networks, and one registration later on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminTextareaWidget,
)

from compliance.scoping import ScopedForm
from messaging.models import TemplateRegistration
from routing.models import Network

_LONGEST_REASON = 1000


class ReasonForm(ScopedForm):
    """Every change may say why; some must."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=_LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("For the history: what the network said, or who told you."),
    )

    class Meta:
        model = TemplateRegistration
        fields = ("state", "reference", "expires_on")

    def _post_clean(self) -> None:
        """The service checks the whole, and says what is wrong in its own words."""


class RegisterForm(ReasonForm):
    """Several networks at once: what most people have is one letter to each."""

    networks = forms.ModelMultipleChoiceField(
        Network.objects.none(),
        label=_("Networks"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("One registration each, with the same state, reference and last day."),
    )

    class Meta:
        model = TemplateRegistration
        fields = ("version", "state", "reference", "expires_on")
        widgets = {"version": UnfoldAdminSelect2Widget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["networks"]
        field.queryset = Network.objects.order_by("country", "name")
        field.label_from_instance = _network_words


def _network_words(network: Network) -> str:
    return f"{network.name} ({network.country})"
