"""Form fields of this app's pages."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget


class AttributesField(forms.CharField):
    """A contact's attributes as lines of `key: value`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
            **{
                "label": _("Attributes"),
                "help_text": _(
                    "One per line, like order: SM-1029. Templates can use them in their slots."
                ),
            }
            | kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        """Lines from what is stored; a line end in a value is shown as a space."""
        if isinstance(value, dict):
            return "\n".join(f"{key}: {' '.join(text.split())}" for key, text in value.items())
        return value

    def to_python(self, value: Any) -> Any:
        """A dictionary of texts. Raises ValidationError for a line without a colon."""
        if value in self.empty_values:
            return {}
        found: dict[str, str] = {}
        for line in str(value).splitlines():
            if not line.strip():
                continue
            key, colon, text = line.partition(":")
            if not colon:
                raise ValidationError(
                    _("“%(line)s” has no colon. Write key: value.") % {"line": line[:40]}
                )
            found[key.strip()] = text.strip()
        return found
