"""The buttons of a content rule: switch it off and on, duplicate it, try texts."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from compliance.admin.content_rule_trial import trial_page
from compliance.services.content_rules import content_rule_switch
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget)


class RuleActions:
    """For whom and when they work; the services check again. Put it before the page's class."""

    actions_list = ("try_out",)
    actions_detail = ("switch_off", "switch_on", "duplicate", "try_rule")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only what this person may do with this rule now."""
        page: Any = self
        rule = page.get_object(request, str(object_id))
        if rule is None:
            return []
        may_change = page.may(request, "change", rule)
        hidden = {
            "switch-off": not (may_change and rule.is_active),
            "switch-on": not (may_change and not rule.is_active),
            "duplicate": not page.may(request, "add"),
        }
        return [
            one
            for one in super().get_actions_detail(request, object_id)  # type: ignore[misc]
            if not hidden.get(one.path, False)
        ]

    @action(description=_("Switch off"), url_path="switch-off", icon="toggle_off")
    def switch_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        question = Question(
            title=_("Switch this rule off?"),
            text=_("Texts are no longer judged by it. Messages that wait are decided again."),
            submit=_("Switch off"),
            done=_("The rule is off."),
            is_dangerous=True,
        )
        return self._switch(request, object_id, question, is_active=False)

    @action(description=_("Switch on"), url_path="switch-on", icon="toggle_on")
    def switch_on(self, request: HttpRequest, object_id: str) -> HttpResponse:
        question = Question(
            title=_("Switch this rule on?"),
            text=_(
                "It bites within seconds: messages that wait are decided again, and those that"
                " break it are blocked where it blocks."
            ),
            submit=_("Switch on"),
            done=_("The rule is on."),
        )
        return self._switch(request, object_id, question, is_active=True)

    def _switch(
        self, request: HttpRequest, object_id: str, question: Question, *, is_active: bool
    ) -> HttpResponse:
        rule = object_or_404(self, request, object_id, "change")

        def act(values: dict[str, Any]) -> None:
            content_rule_switch(
                rule=rule, is_active=is_active, actor=actor_of(request), reason=values["reason"]
            )

        return confirm(request, self, rule, question, act, ReasonForm)

    @action(description=_("Duplicate"), url_path="duplicate", icon="content_copy")
    def duplicate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule = object_or_404(self, request, object_id, "view")
        if not self.may(request, "add"):  # type: ignore[attr-defined]
            raise Http404
        page = reverse("admin:compliance_contentrule_add")
        return HttpResponseRedirect(f"{page}?kind={rule.kind}&copy={rule.pk}")

    @action(description=_("Try a text"), url_path="try-rule", icon="science")
    def try_rule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule = object_or_404(self, request, object_id, "view")
        page = reverse("admin:compliance_contentrule_try_out")
        return HttpResponseRedirect(f"{page}?rule={rule.pk}")

    @action(description=_("Try a text"), url_path="try-out", icon="science")
    def try_out(self, request: HttpRequest) -> HttpResponse:
        return trial_page(self, request)
