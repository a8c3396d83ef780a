"""The forms of certificates, registrations and programs, and of the steps they take."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from compliance.constants import MessageClass
from compliance.scoping import ScopedForm
from routing.models import Network, SenderCertificate, SenderProgram, SenderRegistration

_LONGEST_REASON = 500


class UploadForm(ScopedForm):
    """May bring a file that belongs to it."""

    upload = forms.FileField(
        label=_("Add a document"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("PDF, PNG, JPEG or text of at most 10 MiB. It is kept and never changed."),
    )


class PaperForm(UploadForm):
    def _post_clean(self) -> None:
        """The service checks the whole, and says what is wrong in its own words."""
        for name, value in self.cleaned_data.items():
            if name in self._meta.fields:  # type: ignore[operator]
                setattr(self.instance, name, value)


class CertificateForm(PaperForm):
    class Meta:
        model = SenderCertificate
        fields = ("sender", "authority", "reference", "valid_from", "valid_until", "note")
        labels = {"reference": _("Number"), "valid_from": _("Issued on")}


class RegistrationForm(PaperForm):
    class Meta:
        model = SenderRegistration
        fields = ("reference", "valid_from", "valid_until", "note")


class ProgramForm(PaperForm):
    """The page names the other fields, which then read addresses as https."""

    class Meta:
        model = SenderProgram
        fields = ("sender", "name")


class RegisterForm(PaperForm):
    """Several networks and classes at once."""

    classes = forms.MultipleChoiceField(
        label=_("Classes"),
        choices=MessageClass.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    networks = forms.ModelMultipleChoiceField(
        Network.objects.none(),
        label=_("Networks"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_(
            "None chosen: every network of the sender's country. Those that have a registration"
            " for the class keep it."
        ),
    )

    class Meta:
        model = SenderRegistration
        fields = ("sender", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["networks"]
        field.queryset = Network.objects.order_by("country", "name")
        field.label_from_instance = lambda one: f"{one.name} ({one.country})"


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=_LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("For the history: what was said, and by whom."),
    )


class GrantForm(ReasonForm):
    """What the network or authority wrote; empty fields leave what is there."""

    reference = forms.CharField(
        label=_("Reference"), required=False, max_length=60, widget=UnfoldAdminTextInputWidget
    )
    valid_from = forms.DateField(
        label=_("Valid from"), required=False, widget=UnfoldAdminSingleDateWidget
    )
    valid_until = forms.DateField(
        label=_("Valid until"), required=False, widget=UnfoldAdminSingleDateWidget
    )
    field_order = ("reference", "valid_from", "valid_until", "reason")
