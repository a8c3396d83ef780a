from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget

from carriers.admin.bind_tables import (
    ClassField,
    FinalsField,
    HeadersField,
    HttpErrorsField,
    StatusField,
    TonField,
    VendorField,
    WordsField,
)
from carriers.models import Bind
from carriers.options import OPTIONS, help_of, label_of, secret_names
from carriers.services.binds import bind_check
from config.common.console.forms import ServiceForm

# Words of the specification keep their spelling.
_SPELLED = "_"
_TABLES: dict[str, type[forms.Field]] = {
    "source_ton": TonField,
    "receipt_states": WordsField,
    "receipt_finals": FinalsField,
    "class_options": ClassField,
    "vendor_tlvs": VendorField,
    "http_headers": HeadersField,
    "http_error_classes": HttpErrorsField,
    "http_status_words": WordsField,
}
_LONG = ("tls_ca_bundle", "tls_certificate")
STATUS = "status_table"
_OF_STATUS = ("status_classes", "status_names")


def _secret(rows: int = 0) -> forms.CharField:
    autocomplete = {"autocomplete": "new-password", "spellcheck": "false"}
    if rows:
        widget: forms.Widget = UnfoldAdminTextareaWidget(attrs=autocomplete | {"rows": rows})
    else:
        widget = UnfoldAdminPasswordWidget(attrs=autocomplete)
    return forms.CharField(required=False, widget=widget, strip=not rows)


class BindForm(ServiceForm):
    """Every option with the words of `carriers.options`; what the service finds wrong stands at
    the field it is about."""

    password = _secret()
    tls_key = _secret(rows=4)
    http_secret = _secret()
    http_signature_secret = _secret()
    status_table = StatusField()

    class Meta:
        model = Bind
        exclude = ("http_token", *_OF_STATUS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in secret_names():
            self.initial.pop(name, None)
        for name, field_class in _TABLES.items():
            if name in self.fields:
                self.fields[name] = field_class()
        for name, field in self.fields.items():
            if name in OPTIONS:
                label = label_of(name)
                field.label = label if _SPELLED in label else capfirst(label)
                field.help_text = help_of(name)
        if STATUS in self.fields:
            self._describe_status()

    def _describe_status(self) -> None:
        field = self.fields[STATUS]
        field.label, field.help_text = capfirst(label_of(_OF_STATUS[0])), help_of(_OF_STATUS[0])
        given = [self.initial.get(one, getattr(self.instance, one)) for one in _OF_STATUS]
        self.initial[STATUS] = tuple(given)

    def clean(self) -> dict[str, Any]:
        """All problems at once, each at its field."""
        values = super().clean() or self.cleaned_data
        for problem in bind_check(self.values(), self.instance if self.instance.pk else None):
            name = STATUS if problem.field in _OF_STATUS else problem.field
            if name in self.fields and not self.has_error(name):
                self.add_error(name, f"{problem.rule} {problem.fix}")
            elif name not in self.fields:
                self.add_error(None, f"{problem.rule} {problem.fix}")
        return values

    def values(self) -> dict[str, Any]:
        """What the service is given: a table's two columns apart again."""
        values = {
            name: value
            for name, value in self.cleaned_data.items()
            if name in self.fields and name != STATUS
        }
        if STATUS in self.cleaned_data:
            values |= dict(zip(_OF_STATUS, self.cleaned_data[STATUS], strict=True))
        return values

    def _post_clean(self) -> None:
        """The service checked the values already and makes the row; a secret left empty would
        otherwise be written over the stored one."""


class CopyForm(forms.Form):
    """The name of a second bind."""

    name = forms.CharField(label=_("Name"), max_length=60)


def query_values(query: QueryDict, names: tuple[str, ...]) -> dict[str, str]:
    """Values that a link may fill a new form with."""
    return {name: str(query[name]) for name in names if name in query}
