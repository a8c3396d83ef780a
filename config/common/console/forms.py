"""Forms that show what a service refused, and fields for lists."""

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.http import HttpRequest
from django.utils.text import capfirst
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from config.common.errors import DomainError

_PENDING_ERROR = "_refused_by_service"


def refuse(request: HttpRequest, error: DomainError) -> None:
    """Remembers what a service refused, for the form that is shown again."""
    setattr(request, _PENDING_ERROR, error)


class ServiceForm(forms.ModelForm):
    """Shows the error of a service, raised by the first attempt to save, at its field."""

    request: HttpRequest

    def full_clean(self) -> None:
        """Checks the fields, then adds what the service said."""
        super().full_clean()
        error: DomainError | None = getattr(self.request, _PENDING_ERROR, None)
        if error is not None and self.is_bound:
            self.add_error(error.field if error.field in self.fields else None, str(error))


def list_formfield(db_field: Any) -> forms.Field:
    """Tick boxes for a list of a closed choice, else a text with one entry per line."""
    common = {
        "label": capfirst(db_field.verbose_name),
        "help_text": db_field.help_text,
        "required": not db_field.blank,
    }
    if db_field.base_field.choices:
        return forms.MultipleChoiceField(
            choices=db_field.base_field.choices,
            widget=UnfoldAdminCheckboxSelectMultipleWidget(),
            **common,
        )
    return SimpleArrayField(
        db_field.base_field.formfield(),
        delimiter="\n",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        **common,
    )
