"""Words that no table knows, and the button that puts one into its bind's map."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import ShowFacets, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from carriers.labels import RECEIPT_MEANINGS, STATUS_MEANINGS
from carriers.models import UnknownWord
from carriers.services.words import STATE, word_take_as
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured
from config.common.console.pages import PlatformScopedAdmin, ReadOnlyMixin


class MeaningFilter(SimpleListFilter):
    title = _("explained")
    parameter_name = "explained"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Not yet")), ("yes", _("Explained"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "no":
            return queryset.filter(meaning="")
        return queryset.exclude(meaning="") if self.value() == "yes" else queryset


def _form_for(word: UnknownWord) -> type[forms.Form]:
    meanings = RECEIPT_MEANINGS if word.kind == STATE else STATUS_MEANINGS

    class MeaningForm(forms.Form):
        meaning = forms.ChoiceField(
            label=_("It means"),
            choices=[("", _("Choose what the carrier said")), *meanings.items()],
            initial=word.meaning or None,
            widget=UnfoldAdminSelectWidget,
        )

    return MeaningForm


@admin.register(UnknownWord)
class UnknownWordAdmin(ReadOnlyMixin, PlatformScopedAdmin):
    """What SMSCs say that nobody has explained yet."""

    list_display = ("word", "bind", "kind", "meaning_label", "count", "first_at", "last_at")
    list_filter = (MeaningFilter, "kind", "bind")
    list_select_related = ("bind",)
    search_fields = ("word", "bind__name")
    autocomplete_fields = ()
    show_facets = ShowFacets.NEVER
    actions_detail = ("explain",)
    actions_row = ("explain",)
    empty_title = _("No unknown words")
    empty_text = _(
        "When an SMSC sends a receipt with a state, or refuses a message with a code, that is in no"
        " table, it stands here with the day it first came."
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("word", "kind"),
                    ("bind", "meaning_label"),
                    ("count", "last_at"),
                    "first_at",
                ),
                "description": _(
                    "Ask the carrier what it means. Until then an unknown state settles no"
                    " message, and an unknown code counts as a refusal for good."
                ),
            },
        ),
    )
    readonly_fields = ("word", "kind", "bind", "meaning_label", "count", "first_at", "last_at")

    @coloured(_("taken as"), {"": "warning"})
    def meaning_label(self, obj: UnknownWord) -> tuple[str, Any]:
        meanings = RECEIPT_MEANINGS if obj.kind == STATE else STATUS_MEANINGS
        return obj.meaning, meanings.get(obj.meaning, _("Nobody has said"))

    @action(description=_("Say what it means"), url_path="explain", icon="translate")
    def explain(self, request: HttpRequest, object_id: str) -> HttpResponse:
        word = object_or_404(self, request, object_id, "explain")
        is_state = word.kind == STATE
        return confirm(
            request,
            self,
            word,
            Question(
                title=_("What does “%(word)s” mean at %(bind)s?")
                % {"word": word.word, "bind": word.bind.name},
                text=_("Receipts from now on are read so; those that came before stay as they are.")
                if is_state
                else _("Answers from now on are taken so, within seconds and in the same session."),
                submit=_("Put it into the bind's table"),
                done=_("The bind knows this word now."),
            ),
            lambda values: _explained(word, values["meaning"], actor_of(request)),
            _form_for(word),
        )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """For those who may change what binds do."""
        return super().get_actions_detail(request, object_id) if self._may(request) else []

    def get_actions_row(self, request: HttpRequest) -> Any:
        return super().get_actions_row(request) if self._may(request) else []

    def _may(self, request: HttpRequest) -> bool:
        return self.may(request, "explain")


def _explained(word: UnknownWord, meaning: str, actor: Any) -> None:
    word_take_as(word=word, meaning=meaning, actor=actor)
