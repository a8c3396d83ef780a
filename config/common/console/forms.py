"""Forms that show what a service refused, and fields for lists."""

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from config.common.errors import DomainError

PENDING_ERROR = "_refused_by_service"


def refuse(request: HttpRequest, error: DomainError) -> None:
    """Remembers what a service refused, for the form that is shown again."""
    setattr(request, PENDING_ERROR, error)


def storable_text(value: object) -> None:
    """Says where a U+0000 stands, counted from 1. Django decodes a form's half surrogate pairs,
    which browsers never send, as U+FFFD."""
    at = str(value).find("\0")
    if at >= 0:
        raise ValidationError(
            _("Character %(position)d is U+0000, which cannot be stored: remove it."),
            "null_characters_not_allowed",
            {"position": at + 1},
        )


class PositionsForm(forms.BaseForm):
    """Text fields say where a character stands that they cannot take."""

    def full_clean(self) -> None:
        """Checks the fields, those added after the form was made too."""
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.validators = [
                    storable_text if isinstance(one, ProhibitNullCharactersValidator) else one
                    for one in field.validators
                ]
        super().full_clean()


class ServiceForm(PositionsForm, forms.ModelForm):
    """Shows the error of a service, raised by the first attempt to save, at its field."""

    request: HttpRequest

    def full_clean(self) -> None:
        """Checks the fields, then adds what the service said; of a member (`attributes.city`) at
        the field that holds it."""
        super().full_clean()
        error: DomainError | None = getattr(self.request, PENDING_ERROR, None)
        if error is not None and self.is_bound:
            names = (error.field, (error.field or "").partition(".")[0])
            self.add_error(next((one for one in names if one in self.fields), None), str(error))


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
