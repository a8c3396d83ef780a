"""The form of a version, and the live counter behind it."""

import json
from typing import Any

from django import forms
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminTextareaWidget

from compliance.scoping import ScopedForm
from compliance.selectors.access import visible
from config.common.errors import DomainError, InvalidError
from messaging.admin.labels import ENCODINGS
from messaging.models import Template, TemplateVersion
from messaging.services.templates import WordingAnalysis, wording_analyse
from messaging.services.templates.versions import MAX_CHARACTERS
from messaging.wordings import Figures

_MOST_CULPRITS = 40
_BODY_ROWS = 6
_NEWLINES = 400  # browsers send two characters for each; the service counts one


class VersionForm(ScopedForm):
    """Text and slots; the slots are written by the page's rows into a hidden field."""

    body = forms.CharField(
        label=_("Text"),
        strip=False,
        max_length=MAX_CHARACTERS + _NEWLINES,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": _BODY_ROWS, "spellcheck": "true"}),
        help_text=_(
            "Write {name} where a value goes, {{ and }} for braces. Newlines are sent as they are."
        ),
    )
    slots = forms.JSONField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = TemplateVersion
        fields = ("template", "body", "slots")

    def clean_slots(self) -> list[Any]:
        """A list, whatever was sent; the service looks at its entries."""
        slots = self.cleaned_data["slots"]
        return slots if isinstance(slots, list) else []


def asked_wording(request: HttpRequest) -> tuple[str, list[Any], Template | None]:
    """Text, slots and template of a counter's question. Raises InvalidError.

    The template is one whose versions the person may write.
    """
    try:
        asked = json.loads(request.body)
        body, slots, template_id = asked["body"], asked["slots"], asked.get("template")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidError("bad_question", _("The request is not understood.")) from error
    if not isinstance(body, str) or not isinstance(slots, list):
        raise InvalidError("bad_question", _("The request is not understood."))
    return body, slots, _template(request.user, template_id)


def _template(user: Any, template_id: object) -> Template | None:
    if not str(template_id or "").isdecimal():
        return None
    template = (
        visible(Template.objects.select_related("account"), user)
        .filter(pk=int(str(template_id)))
        .first()
    )
    if template is None or not user.has_perm("messaging.add_templateversion", template):
        return None
    return template


def counter_answer(request: HttpRequest) -> JsonResponse:
    """What the text in the form would cost, or why it cannot be saved; stores nothing."""
    try:
        body, slots, template = asked_wording(request)
        found = wording_analyse(body=body, slots=slots, template=template)
    except DomainError as error:
        status = 400 if error.code == "bad_question" else 200
        return JsonResponse({"error": _error(error)}, status=status)
    return JsonResponse({"error": None, **as_json(found)})


def _error(error: DomainError) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": str(error),
        "field": error.field,
        "position": error.context.get("position"),
    }


def as_json(found: WordingAnalysis) -> dict[str, Any]:
    """The analysis as the page's script takes it."""
    return {
        "slots": [spec.as_json() for spec in found.specs],
        "preview": found.example,
        "segments": [{"units": one.units, "text": one.text} for one in found.segments],
        "example": _figures(found.cost.example),
        "longest": _figures(found.cost.longest),
        "worst": _figures(found.cost.worst),
        "plain": _plain(found),
        "culprits": [
            {
                "character": one.character,
                "name": one.name,
                "suggestion": one.suggestion,
                "count": one.count,
            }
            for one in found.culprits[:_MOST_CULPRITS]
        ],
        "more_culprits": max(0, len(found.culprits) - _MOST_CULPRITS),
        "findings": [
            {
                "country": one.country,
                "severity": finding.severity,
                "message": finding.message,
                "fix": finding.fix,
                "citation": finding.citation,
            }
            for one in found.findings
            for finding in one.findings
        ],
    }


def _plain(found: WordingAnalysis) -> str:
    """What could be saved, "" where nothing can."""
    if found.plain is None or found.plain.segment_count >= found.cost.example.segment_count:
        return ""
    return ngettext(
        "Without them, in plain letters, it would take %(count)d segment.",
        "Without them, in plain letters, it would take %(count)d segments.",
        found.plain.segment_count,
    ) % {"count": found.plain.segment_count}


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "encoding": ENCODINGS[figures.encoding],
        "units": figures.units,
        "segments": figures.segment_count,
        "left": figures.left,
    }


def editor_words() -> dict[str, str]:
    """What the page's script says; `%s` is a number."""
    return {
        "empty": str(_("Your text appears here.")),
        "offline": str(_("The counter does not answer. Saving still checks the text.")),
        "left": str(_("%s units left")),
        "max_length": str(_("longest value")),
        "example": str(_("example")),
    }
