"""The form of a version, and the question that its composer asks."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from compliance.scoping import ScopedForm
from compliance.selectors.access import visible
from config.common.errors import DomainError, InvalidError
from messaging.admin.composer_answer import as_json, blank_json, error_json
from messaging.constants import MessageFormat, Rewriting
from messaging.models import Template, TemplateVersion
from messaging.services.previews.compositions import CompositionRequest, composition_made
from messaging.services.templates.texts import MAX_CHARACTERS

_BODY_ROWS = 7
_NEWLINES = 400  # browsers send two characters for each; the service counts one
_MOST_PEOPLE = 100_000_000
_WORDING = ("body", "slots", "rewriting", "variants", "message_format")


class EscapedJSONField(forms.JSONField):
    """Shown again in ASCII: what was refused may hold half a character, which no page can."""

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, InvalidJSONInput) else json.dumps(value, cls=self.encoder)


class VersionForm(ScopedForm):
    """Text, letters, slots, languages and format; slots and languages are written by the page's
    script into hidden fields."""

    body = forms.CharField(
        label=_("Text"),
        strip=False,
        max_length=MAX_CHARACTERS + _NEWLINES,
        widget=UnfoldAdminTextareaWidget(
            attrs={"rows": _BODY_ROWS, "spellcheck": "true", "aria-describedby": "composer-help"}
        ),
    )
    rewriting = forms.ChoiceField(
        label=_("Letters"), required=False, choices=Rewriting.choices, initial=Rewriting.NONE
    )
    slots = EscapedJSONField(required=False, widget=forms.HiddenInput)
    variants = EscapedJSONField(required=False, widget=forms.HiddenInput)
    message_format = forms.ChoiceField(
        label=_("Format"),
        required=False,
        choices=MessageFormat.choices,
        help_text=_("For codes that an app or a browser reads from the message."),
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = TemplateVersion
        fields = ("template", *_WORDING)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The composer's fields stand in no fieldset, so their values are taken here."""
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            for name in _WORDING:
                self.initial.setdefault(name, getattr(self.instance, name))

    def clean_rewriting(self) -> str:
        """As written, where nothing was chosen."""
        return self.cleaned_data["rewriting"] or Rewriting.NONE.value

    def clean_slots(self) -> list[Any]:
        """A list, whatever was sent; the service looks at its entries."""
        return _listed(self.cleaned_data["slots"])

    def clean_variants(self) -> list[Any]:
        """A list without texts that nobody wrote yet; the service looks at its entries."""
        variants = _listed(self.cleaned_data["variants"])
        blank = [one for one in variants if isinstance(one, dict) and not _is_written(one)]
        if blank:
            raise forms.ValidationError(
                _("The text in “%(language)s” is empty: write it, or remove the language.")
                % {"language": blank[0].get("language", "")}
            )
        return variants

    def wording(self) -> dict[str, Any]:
        """What the services of versions take."""
        return {name: self.cleaned_data[name] for name in _WORDING}


def _is_written(one: dict[str, Any]) -> bool:
    return bool(str(one.get("body") or "").strip())


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def counter_answer(request: HttpRequest) -> JsonResponse:
    """What the text in the form would cost, or why it cannot be saved; stores nothing."""
    try:
        asked = asked_composition(request)
    except InvalidError as error:
        return JsonResponse(error_json(error), status=400)
    try:
        if not _in_view(asked).strip():
            return JsonResponse(blank_json(asked))
        return JsonResponse(as_json(composition_made(asked), asked))
    except DomainError as error:
        return JsonResponse(error_json(error))


def asked_composition(request: HttpRequest) -> CompositionRequest:
    """A composer's question. Raises InvalidError for what is none.

    The template is one whose versions the person may write; a stranger's is left out.
    """
    try:
        asked = json.loads(request.body)
    except ValueError as error:
        raise _not_understood() from error
    if not isinstance(asked, dict):
        raise _not_understood()
    texts = [asked.get("body"), *(asked.get(key, "") for key in _TEXTS)]
    lists = [asked.get("slots"), asked.get("variants", [])]
    if not all(isinstance(one, str) for one in texts) or not all(map(_is_objects, lists)):
        raise _not_understood()
    return CompositionRequest(
        body=asked["body"],
        slots=asked["slots"],
        rewriting=asked.get("rewriting", "none"),
        variants=asked.get("variants", []),
        message_format=asked.get("message_format", ""),
        template=_template(request.user, asked.get("template")),
        language=asked.get("language", ""),
        audience_size=people(asked.get("audience")),
    )


_TEXTS = ("rewriting", "message_format", "language")


def people(given: object) -> int | None:
    """A number of recipients as typed; None for anything else."""
    digits = str(given or "").strip()
    if not (digits.isascii() and digits.isdecimal()):
        return None
    return min(int(digits[:12]), _MOST_PEOPLE) or None


def _is_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _not_understood() -> InvalidError:
    return InvalidError("bad_question", _("The request is not understood."))


def _in_view(asked: CompositionRequest) -> str:
    texts: Mapping[Any, Any] = {one.get("language"): one.get("body") for one in asked.variants}
    found = texts.get(asked.language, asked.body) if asked.language else asked.body
    return found if isinstance(found, str) else ""


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
