"""The form of a rule. Steps and question are written by the page's script into their fields."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from compliance.scoping import ScopedForm
from config.common.console.forms import PENDING_ERROR
from messaging.admin.version_form import EscapedJSONField
from messaging.models import KeywordRule

COLUMNS = (
    "name",
    "sender",
    "priority",
    "match_kind",
    "words",
    "languages",
    "valid_from",
    "valid_until",
    "is_active",
    "is_shadow",
    "actions",
    "question",
)


def _plan_field(part: str, label: Any, empty: Any) -> EscapedJSONField:
    return EscapedJSONField(
        label=label,
        required=False,
        initial=empty,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6, "data-plan": part}),
    )


class KeywordRuleForm(ScopedForm):
    actions = _plan_field("actions", _("Steps"), [])
    question = _plan_field("question", _("And then"), None)

    class Meta:
        model = KeywordRule
        fields = ("account", *COLUMNS)

    def clean_actions(self) -> Any:
        """None is no step; what is no list the service refuses."""
        return self.cleaned_data["actions"] or []

    def clean_question(self) -> Any:
        """An empty one is none."""
        return self.cleaned_data["question"] or None

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in COLUMNS}

    def validate_constraints(self) -> None:
        """The service says the same, with the way out."""

    @property
    def refused_at(self) -> str:
        """Where in the steps the service found something: `actions.0.template`."""
        error = getattr(self.request, PENDING_ERROR, None)
        return str(getattr(error, "field", "") or "") if error is not None else ""
