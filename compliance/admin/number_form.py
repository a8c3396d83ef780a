from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from compliance.numbers import to_msisdn
from compliance.scoping import ScopedForm
from compliance.services.checks import country_checked
from config.common.errors import InvalidError

_CHOSEN = {"purpose", "action", "method"}


class NumberForm(ScopedForm):
    """A form in which a number is written as people write it."""

    msisdn = forms.CharField(
        label=_("Number"),
        widget=UnfoldAdminTextInputWidget,
        help_text=_("As people write it: 0912 345 678 or +84 912 345 678."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is chosen beforehand: a wrong purpose is a wrong fact."""
        super().__init__(*args, **kwargs)
        for name in _CHOSEN & set(self.fields):
            field: Any = self.fields[name]
            field.choices = [("", _("Select value")), *field.choices]
            field.initial = self.initial[name] = ""

    def clean(self) -> dict[str, Any] | None:
        """The number becomes E.164 digits, read in the way of the account's country."""
        cleaned = super().clean()
        text, account = self.cleaned_data.get("msisdn"), self.cleaned_data.get("account")
        if text and account:
            msisdn = to_msisdn(text, account.country)
            if msisdn is None:
                self.add_error("msisdn", ValidationError(_("This is no telephone number.")))
            else:
                self.cleaned_data["msisdn"] = msisdn
        return cleaned


def country_cleaned(text: str) -> str:
    """A form's country in two capitals, or "". Raises ValidationError."""
    try:
        return country_checked(text)
    except InvalidError as error:
        raise ValidationError(str(error)) from error
