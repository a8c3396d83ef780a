"""The form of a content rule: the fields of its kind, in words instead of JSON."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from compliance.content_policy import KINDS
from compliance.content_policy.fields import LONGEST_ENTRY, Characters, Choice, Field, Lines, Whole
from compliance.models import ContentRule
from compliance.scoping import ScopedForm
from compliance.services.content_rules import RuleValues

_LINES = 5
OWN = (
    "name",
    "severity",
    "country",
    "message_classes",
    "effective_from",
    "effective_to",
    "source",
    "note",
)


class LinesField(forms.CharField):
    """A list, written one entry per line."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (value or "").splitlines() if line.strip()]


class ContentRuleForm(ScopedForm):
    """Account, name, consequence and so on; subclasses add the fields of a kind."""

    kind = ""

    class Meta:
        model = ContentRule
        fields = ("account", *OWN, "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields.pop("reason", None)
        if "note" in self.fields:
            self.fields["note"].widget.attrs["rows"] = _LINES
        stored = self.instance.params if self.instance.pk else {}
        for name in self.param_names():
            self.initial.setdefault(name, stored.get(name, self.base_fields[name].initial))

    @classmethod
    def param_names(cls) -> tuple[str, ...]:
        """The fields of the kind."""
        return tuple(field.name for field in KINDS[cls.kind].fields) if cls.kind else ()

    def clean_country(self) -> str:
        """Two capital letters."""
        return str(self.cleaned_data["country"]).upper()

    def clean(self) -> dict[str, Any] | None:
        """Days in order."""
        cleaned = super().clean()
        first, last = (self.cleaned_data.get(name) for name in ("effective_from", "effective_to"))
        if first and last and last < first:
            self.add_error(
                "effective_to", _("The last day is before the first: choose a later one.")
            )
        return cleaned

    def values(self) -> RuleValues:
        """What was written, for the services."""
        cleaned = self.cleaned_data
        own = {name: cleaned[name] for name in OWN}
        params = {name: cleaned[name] for name in self.param_names()}
        return RuleValues(
            **own, params=params, is_active=cleaned.get("is_active", self.instance.is_active)
        )


@cache
def form_for(kind: str) -> type[ContentRuleForm]:
    """The form of a kind of rule."""
    fields: dict[str, Any] = {one.name: _field(one) for one in KINDS[kind].fields}
    reason = forms.CharField(
        label=_("Reason for the change"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Kept in the history."),
    )
    return type("KindForm", (ContentRuleForm,), {"kind": kind, "reason": reason, **fields})


def _field(one: Field) -> forms.Field:
    common: dict[str, Any] = {"label": _words(one.title), "help_text": _words(one.help)}
    if isinstance(one, Lines):
        widget = UnfoldAdminTextareaWidget(attrs={"rows": _LINES})
        return LinesField(required=one.is_required, widget=widget, **common)
    if isinstance(one, Choice):
        choices = [(value, _words(words)) for value, words in one.choices]
        return forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget, **common)
    if isinstance(one, Whole):
        return forms.IntegerField(
            min_value=one.least,
            max_value=one.most,
            initial=one.default,
            widget=UnfoldAdminIntegerFieldWidget,
            **common,
        )
    assert isinstance(one, Characters)
    return forms.CharField(max_length=LONGEST_ENTRY, widget=UnfoldAdminTextInputWidget, **common)


def _words(text: str) -> str | Promise:
    """Translated when it is shown: the pure modules only mark their words."""
    return _(text) if text else ""


def initial_of(rule: ContentRule) -> Mapping[str, Any]:
    """What a new rule begins with that is copied from this one."""
    values = {name: getattr(rule, name) for name in OWN}
    return {**values, **rule.params, "account": rule.account_id}
