"""Tests of binds: asked for, followed, answered, applied; kept with date and author."""

import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from carriers.admin.http_trial import http_trial_page
from carriers.admin.probe_forms import ProbeForm, answer_form, apply_form
from carriers.constants import BindKind
from carriers.models import Bind, BindProbe
from carriers.options import label_of
from carriers.probe.questions import CHOICES
from carriers.probe_words import step_words
from carriers.services.probes import (
    probe_answer,
    probe_apply,
    probe_cancel,
    probe_questions,
    probe_start,
)
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured
from config.common.console.pages import PlatformScopedAdmin, ReadOnlyMixin
from config.common.errors import DomainError

S = BindProbe.State
_COLOURS = {
    S.QUEUED: "info",
    S.RUNNING: "info",
    S.ASKING: "warning",
    S.DONE: "success",
    S.APPLIED: "success",
    S.FAILED: "danger",
    S.CANCELED: "default",
}
_OPEN = (S.QUEUED, S.RUNNING)


@admin.register(BindProbe)
class BindProbeAdmin(ReadOnlyMixin, PlatformScopedAdmin):
    """What a test of a bind found out, and what follows from it."""

    list_display = ("bind", "state_label", "sent", "created_at", "started_by", "applied_at")
    list_filter = ("bind", "state")
    list_select_related = ("bind", "started_by")
    search_fields = ("bind__name",)
    autocomplete_fields = ()
    actions_detail = ("answer", "apply", "cancel")
    change_form_outer_after_template = "admin/carriers/bindprobe/results.html"
    empty_title = _("No bind has been tested")
    empty_text = _(
        "A test sends a few messages to handsets of your own, finds out how the SMSC wants to be"
        " spoken to, and proposes the options of the bind."
    )
    readonly_fields = (
        "bind",
        "state_label",
        "sent",
        "step_shown",
        "created_at",
        "finished_at",
        "started_by",
        "applied_at",
        "applied_by",
        "error_shown",
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("bind", "state_label"),
                    ("sent", "step_shown"),
                    ("created_at", "finished_at"),
                    ("started_by", "applied_by"),
                    "error_shown",
                )
            },
        ),
    )

    @coloured(_("state"), _COLOURS, ordering="state")
    def state_label(self, obj: BindProbe) -> tuple[str, Any]:
        return obj.state, obj.get_state_display()

    @display(description=_("messages"))
    def sent(self, obj: BindProbe) -> str:
        return gettext("%(sent)d of at most %(total)d") % {"sent": obj.done, "total": obj.total}

    @display(description=_("step"))
    def step_shown(self, obj: BindProbe) -> str:
        return step_words().get(obj.step, obj.step) or "–"

    @display(description=_("error"))
    def error_shown(self, obj: BindProbe) -> str:
        return gettext(obj.error) if obj.error else "–"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "add")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Asks for handsets and senders; `?bind=` names the bind. One over HTTP gets one message."""
        if not self.may(request, "add"):
            raise PermissionDenied
        named = request.GET.get("bind", "")
        over_http = Bind.objects.filter(kind=BindKind.HTTP)
        chosen = over_http.filter(pk=named).first() if named.isdecimal() else None
        if chosen is not None:
            return http_trial_page(self, request, chosen)
        data = request.POST if request.method == "POST" else None
        form = ProbeForm(data, initial={"bind": named})
        if form.is_valid():
            bind: Bind = form.cleaned_data["bind"]
            try:
                probe = probe_start(bind, form.values(), actor_of(request))
            except DomainError as error:
                name = {"senders": "short_code"}.get(error.field, error.field)
                form.add_error(name if name in form.fields else None, str(error))
            else:
                page = reverse("admin:carriers_bindprobe_change", args=[probe.pk])
                return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Test a bind"),
            "question": Question(
                title=_("Test a bind"),
                text=_(
                    "About 25 messages and those for window and rate go to your handsets. The test"
                    " has a session of its own; nothing is changed until you apply what it"
                    " proposes."
                ),
                submit=_("Start the test"),
                done="",
            ),
            "form": form,
            "original": None,
            "opts": self.opts,
            "back": reverse("admin:carriers_bindprobe_changelist"),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/confirm.html", context)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        probe = context.get("original")
        if probe is not None:
            context["is_open"] = probe.state in _OPEN
            context["changes"] = [_change(one) for one in probe.proposal]
            words = step_words()
            context["findings"] = [
                one | {"label": words.get(one["key"], one["key"])}
                for one in probe.findings
                if one["evidence"]
            ]
            context["asked"] = [
                (one, gettext(CHOICES[probe.answers.get(one.key, "")]))
                for one in probe_questions(probe)
            ]
            context["is_asking"] = probe.state == S.ASKING
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """What its state allows, for those who may test."""
        found = self.get_object(request, str(object_id))
        if found is None or not self.may(request, "add"):
            return []
        names: list[str] = []
        if found.state in _OPEN:
            names = ["cancel"]
        elif found.state in (S.ASKING, S.DONE):
            names = ["answer", "apply"] if found.proposal else ["answer"]
        return [self.get_unfold_action(name) for name in names]

    @action(description=_("Say what the handsets showed"), url_path="answer", icon="smartphone")
    def answer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        probe = object_or_404(self, request, object_id, "add")
        return confirm(
            request,
            self,
            probe,
            Question(
                title=_("What did the handsets show?"),
                text=_("Each text begins with a mark such as T07. Leave out what you cannot say."),
                submit=_("Save the answers"),
                done=_("The proposal follows the answers now."),
            ),
            lambda values: _done(probe_answer(probe, values, actor_of(request))),
            answer_form(probe),
        )

    @action(
        description=_("Apply the options"),
        url_path="apply",
        icon="done_all",
        variant=ActionVariant.PRIMARY,
    )
    def apply(self, request: HttpRequest, object_id: str) -> HttpResponse:
        probe = object_or_404(self, request, object_id, "add")
        return confirm(
            request,
            self,
            probe,
            Question(
                title=_("Apply the proposed options?"),
                text=_("The bind is changed as if you had edited it; workers follow in seconds."),
                submit=_("Apply"),
                done=_("The bind has the chosen options now."),
            ),
            lambda values: _done(probe_apply(probe, values["options"], actor_of(request))),
            apply_form(probe),
        )

    @action(description=_("Cancel"), url_path="cancel", icon="cancel", variant=ActionVariant.DANGER)
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        probe = object_or_404(self, request, object_id, "add")
        return confirm(
            request,
            self,
            probe,
            Question(
                title=_("Cancel the test?"),
                text=_("What it has sent stays sent; it stops within seconds."),
                submit=_("Cancel the test"),
                done=_("The test stops."),
                is_dangerous=True,
            ),
            lambda _values: probe_cancel(probe, actor_of(request)),
        )


def _done(_result: object) -> None:
    """Forms are told nothing."""


def _change(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": label_of(one["option"]),
        "present": _value(one["option"], one["present"]),
        "proposed": _value(one["option"], one["proposed"]),
        "reason": gettext(one["reason"]),
        "evidence": one["evidence"],
    }


def _value(option: str, value: object) -> str:
    """As the bind's page says it."""
    field: Any = Bind._meta.get_field(option)
    named = dict(field.flatchoices or ())
    if isinstance(value, (str, int)) and value in named:
        return str(named[value])
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if value in (None, "", {}, []):
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
