"""What trials on past traffic share in the console: asking for one, its results, cancel and repeat."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from compliance.scoping import PlatformScopedAdmin, ReadOnlyMixin
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured
from config.common.errors import DomainError

_RUNNING = "running"
_COLOURS: Mapping[str, str] = {"done": "success", _RUNNING: "info", "failed": "danger"}


class TrialAdmin(ReadOnlyMixin, PlatformScopedAdmin):
    """Pages of a kind of trial; a subclass says what is tried and by which services."""

    results_of: ClassVar[Callable[[Any], Any]]
    trial_cancel: ClassVar[Callable[..., Any]]  # trial=, actor=

    def repeat_query(self, trial: Any) -> str:
        """What names the trial's subject on the form that starts one."""
        raise NotImplementedError

    @coloured(_("status"), _COLOURS, ordering="status")
    def status_label(self, obj: Any) -> tuple[str, str]:
        return obj.status, obj.get_status_display()

    @display(description=_("period"), ordering="first_at")
    def period(self, obj: Any) -> str:
        return " – ".join(date_format(localtime(one)) for one in (obj.first_at, obj.last_at))

    def start_page(
        self,
        request: HttpRequest,
        form: forms.Form,
        start: Callable[..., Model],
        *,
        subject: Model,
        text: Any,
        back: str,
    ) -> HttpResponse:
        """Asks how far back, and calls `start` with what was answered and `actor`."""
        if request.method == "POST" and form.is_valid():
            try:
                trial = start(**form.cleaned_data, actor=actor_of(request))
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                return HttpResponseRedirect(self._address("change", trial.pk))
        title = _("Try on past traffic")
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "question": Question(title=title, text=text, submit=_("Try"), done=""),
            "form": form,
            "original": subject,
            "opts": self.opts,
            "back": back,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/confirm.html", context)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        trial = context.get("original")
        if trial is not None:
            context["results"] = type(self).results_of(trial)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """A running one can be canceled, another one repeated."""
        found = self.get_object(request, str(object_id))
        if found is None or not self.may(request, "add", found):
            return []
        hidden = {"cancel": found.status != _RUNNING, "repeat": found.status == _RUNNING}
        return [
            one
            for one in super().get_actions_detail(request, object_id)
            if not hidden.get(one.path, False)
        ]

    @action(description=_("Cancel"), url_path="cancel", icon="cancel")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        trial = object_or_404(self, request, object_id, "add")
        question = Question(
            title=_("Cancel this trial?"),
            text=_("What it has found so far stays."),
            submit=_("Cancel it"),
            done=_("The trial is canceled."),
        )
        stop = type(self).trial_cancel
        return confirm(
            request,
            self,
            trial,
            question,
            lambda _values: stop(trial=trial, actor=actor_of(request)),
        )

    @action(description=_("Try again"), url_path="repeat", icon="replay")
    def repeat(self, request: HttpRequest, object_id: str) -> HttpResponse:
        trial = object_or_404(self, request, object_id, "add")
        return HttpResponseRedirect(f"{self._address('add')}?{self.repeat_query(trial)}")

    def _address(self, page: str, *arguments: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=arguments)
