from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import action as list_action
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from campaigns.admin.people import actor_of
from campaigns.admin.trigger_common import RESULT_COLOURS, place_words, step_words
from campaigns.admin.trigger_try import indented
from campaigns.constants import TriggerResult
from campaigns.models import TriggerEvent
from campaigns.selectors.labels import status_label
from campaigns.selectors.trigger_pages import message_states
from campaigns.services.triggers.common import sentence
from campaigns.services.triggers.receiving import event_rerun
from compliance.scoping import AccountScopedAdmin, ReadOnlyMixin
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import flag, label
from config.common.errors import DomainError


@admin.register(TriggerEvent)
class TriggerEventAdmin(ReadOnlyMixin, AccountScopedAdmin):
    """What platforms told, what became of it, and once more."""

    list_display = (
        "event",
        "source",
        "mode",
        "received_at",
        "result_label",
        "why",
        "sent",
        "repeats",
    )
    list_display_links = ("event",)
    list_filter = ("result", "source")
    list_select_related = ("source__account",)
    search_fields = ("name",)
    search_help_text = _("The event's name.")
    sortable_by = ()
    autocomplete_fields = ()
    actions = ("run_selected",)
    actions_detail = ("run_again", "try_out")
    empty_title = _("No event yet")
    empty_text = _("Every signed request of a platform appears here with what became of it.")
    change_form_outer_after_template = "admin/campaigns/triggerevent/after.html"
    readonly_fields = (
        "event",
        "source_link",
        "mode",
        "result_label",
        "why",
        "received_at",
        "repeats",
        "runs",
        "ran_at",
        "size",
        "body_until",
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("event", "source_link"),
                    ("mode",),
                    ("result_label", "why"),
                    ("received_at", "repeats"),
                    ("runs", "ran_at"),
                    ("size", "body_until"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Lists leave the bodies out: they are large and encrypted."""
        return super().get_queryset(request).defer("body", "headers", "marks")

    @display(description=_("event"))
    def event(self, obj: TriggerEvent) -> str:
        return obj.name or "–"

    @display(description=_("source"))
    def source_link(self, obj: TriggerEvent) -> SafeString:
        page = reverse("admin:campaigns_triggersource_change", args=[obj.source_id])
        return _link(obj.source.name, page)

    @display(description=_("mode"))
    def mode(self, obj: TriggerEvent) -> Any:
        return flag(_("Sandbox"), is_on=obj.is_test)

    @display(description=_("result"))
    def result_label(self, obj: TriggerEvent) -> SafeString:
        result = TriggerResult(obj.result)
        return label(result.label, RESULT_COLOURS[result])

    @display(description=_("reason"))
    def why(self, obj: TriggerEvent) -> str:
        step = next((one for one in obj.steps if one.get("code") == obj.reason), None)
        if step is not None:
            return step_words(step) or "–"
        return sentence(obj.reason, obj.reason_params) if obj.reason else "–"

    @display(description=_("messages"))
    def sent(self, obj: TriggerEvent) -> int:
        return sum(1 for one in obj.steps if one.get("message"))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With every mapping's answer, and the body."""
        event = context.get("original")
        if event is not None:
            states = message_states(one["message"] for one in event.steps if one.get("message"))
            known = set(event.source.mappings.values_list("pk", flat=True))
            context["steps"] = [_step(one, states, known) for one in event.steps]
            context["body"] = indented(event.body) if event.body_until else ""
        return super().render_change_form(request, context, *args, **kwargs)

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Asked by the list's action."""
        return self.may(request, "run")

    @list_action(description=_("Run again"), permissions=["run"])
    def run_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Each by itself: one that cannot be run stops none."""
        done, refused = 0, []
        for event in queryset:
            try:
                event_rerun(event=event, actor=actor_of(request))
                done += 1
            except DomainError as error:
                refused.append(f"{event}: {error.message}")
        said = ngettext("%(count)d event was run again.", "%(count)d events were run again.", done)
        if done:
            messages.success(request, said % {"count": done})
        for one in refused[:5]:
            messages.error(request, one)

    @action(description=_("Run again"), url_path="run", icon="replay")
    def run_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        event = object_or_404(self, request, object_id, "run")
        return confirm(
            request,
            self,
            event,
            Question(
                title=_("Run this event again?"),
                text=_(
                    "The mappings read it as they are now. What it has sent already is not sent"
                    " again. It came in the sandbox, so what it sends goes there."
                )
                if event.is_test
                else _(
                    "The mappings read it as they are now. What it has sent already is not sent"
                    " again."
                ),
                submit=_("Run again"),
                done=_("The event was run again."),
            ),
            lambda _values: _ran(event, actor_of(request)),
        )

    @action(description=_("Try it without sending"), url_path="try", icon="science")
    def try_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        event = object_or_404(self, request, object_id, "view")
        page = reverse("admin:campaigns_triggersource_try_out", args=[event.source_id])
        return HttpResponseRedirect(f"{page}?event={event.pk}")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Nothing can be done once the body is gone."""
        found = self.get_object(request, str(object_id))
        if found is None or found.body_until is None:
            return []
        can = self.may(request, "run", found)
        actions = super().get_actions_detail(request, object_id)
        return [one for one in actions if can or not one.action_name.endswith("_run_again")]


def _ran(event: TriggerEvent, actor: Any) -> None:
    event_rerun(event=event, actor=actor)


def _step(step: dict[str, Any], states: dict[str, str], known: set[int]) -> dict[str, Any]:
    message = step.get("message")
    words, colour = {
        "sent": (_("Accepted"), "success"),
        "skipped": (_("Nothing to send"), ""),
        "refused": (_("Not accepted"), "danger"),
    }[step["outcome"]]
    return {
        "mapping": step["name"],
        "page": reverse("admin:campaigns_triggermapping_change", args=[step["mapping"]])
        if step["mapping"] in known
        else "",
        "version": step["version"],
        "word": words,
        "colour": colour,
        "place": place_words(step.get("place") or ""),
        "why": step_words(step),
        "others": [
            (place_words(one["place"]), sentence(one["code"], one["params"]))
            for one in step.get("problems", [])[1:]
        ],
        "message": reverse("admin:messaging_message_change", args=[message]) if message else "",
        "state": status_label(states.get(str(message), "")),
    }


def _link(text: str, url: str) -> SafeString:
    return format_html(
        '<a class="font-medium text-primary-600 dark:text-primary-500" href="{}">{}</a>', url, text
    )
