"""Pages that ask before a decision, with what is decided in sight."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from config.common.console.confirmation import Question, confirm

TEMPLATE = "admin/messaging/templateversion/decision.html"
_COMMENT_ROWS = 3


def comment_field(label: Any, *, required: bool) -> forms.CharField:
    """A few lines that the other side reads."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": _COMMENT_ROWS}),
    )


class MomentInput(UnfoldAdminTextInputWidget):
    """The browser's own field for a day and a time, in the reader's zone."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        """As the field wants it, also where the form comes back."""
        return value if isinstance(value, str) or value is None else f"{value:%Y-%m-%dT%H:%M}"


class ApproveForm(forms.Form):
    comment = comment_field(_("Comment"), required=False)
    activates_at = forms.DateTimeField(
        label=_("In force from"),
        required=False,
        widget=MomentInput,
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["activates_at"].help_text = _(
            "Empty: at once. Otherwise the version sent now stays in force until then. Time zone:"
            " %(zone)s."
        ) % {"zone": timezone.get_current_timezone_name()}


class CommentForm(forms.Form):
    comment = comment_field(_("Comment"), required=False)


class RejectForm(forms.Form):
    comment = comment_field(_("What has to change"), required=True)


class ReasonForm(forms.Form):
    comment = comment_field(_("Reason"), required=True)


def decide(
    request: HttpRequest,
    admin: Any,
    version: Any,
    question: Question,
    act: Callable[[dict[str, Any]], None],
    form_class: type[forms.Form],
    details: dict[str, Any],
) -> HttpResponse:
    """`confirm`, with the details below the question."""
    answer = confirm(request, admin, version, question, act, form_class)
    if isinstance(answer, TemplateResponse):
        answer.template_name = TEMPLATE
        answer.context_data = {**(answer.context_data or {}), **details}
    return answer
