"""The buttons of a rule pack: new version, submit, approve for a day, reject, withdraw, cancel."""

from copy import copy
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from compliance.admin.rule_forms import ApproveForm, PurposeForm, ReasonForm
from compliance.admin.rule_version_page import version_page
from compliance.admin.trial_link import TRIAL, TrialLink, may_try
from compliance.models import RulePackActivation, RulePackVersion
from compliance.selectors.rules import today_of
from compliance.services.rule_drafts import rule_pack_draft
from compliance.services.rules import (
    rule_pack_activate,
    rule_pack_activation_cancel,
    rule_pack_reject,
    rule_pack_submit,
    rule_pack_withdraw,
)
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404

Status = RulePackVersion.Status


def coming_activation(version: RulePackVersion) -> RulePackActivation | None:
    """The next activation of a version whose day has not come."""
    rows = version.activations.filter(canceled_at=None, active_from__gt=today_of(version))
    return rows.order_by("active_from").first()


class PackActions(TrialLink):
    """For whom and when they work; the services check again. Put it before the page's class."""

    actions_detail = (
        "try_past",
        "edit_policies",
        "replace_by_file",
        "submit_version",
        "approve",
        "reject",
        "withdraw",
        "cancel_activation",
        "new_version",
        "compare",
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only what this person may do with this version now."""
        page: Any = self
        version = page.get_object(request, str(object_id))
        if version is None:
            return []
        shown = _shown(page, request, version)
        return [
            one
            for one in super().get_actions_detail(request, object_id)  # type: ignore[misc]
            if one.path in shown
        ]

    @action(description=_("New version from this one"), url_path="new-version", icon="add_notes")
    def new_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = object_or_404(self, request, object_id, "add")
        made: list[RulePackVersion] = []

        def act(values: dict[str, Any]) -> None:
            made.append(
                rule_pack_draft(based_on=version, actor=actor_of(request), reason=values["reason"])
            )

        question = Question(
            title=_("Write a new version from this one?"),
            text=_(
                "You get a draft with the same rules. Nothing changes until you have submitted it"
                " and somebody else has approved it."
            ),
            submit=_("Write a new version"),
            done=_("The draft is yours: change its rules below."),
        )
        answer = confirm(request, self, version, question, act, PurposeForm)
        if not made:
            return answer
        page = reverse("admin:compliance_rulepackversion_change", args=[made[0].pk])
        return HttpResponseRedirect(page)

    @action(description=_("Submit for approval"), url_path="submit", icon="send")
    def submit_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = object_or_404(self, request, object_id, "submit")
        question = Question(
            title=_("Submit this version?"),
            text=_(
                "From now on it does not change. An administrator who is not you approves it for"
                " a day. Below is what it changes."
            ),
            submit=_("Submit for approval"),
            done=_("The version waits for approval."),
        )

        def act(values: dict[str, Any]) -> None:
            rule_pack_submit(version=version, actor=actor_of(request), reason=values["reason"])

        return _with_differences(self, request, version, question, act, _purpose_form(version))

    @action(description=_("Approve"), url_path="approve", icon="gavel")
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = object_or_404(self, request, object_id, "activate")
        is_back = version.status == Status.RETIRED
        question = Question(
            title=_("Put this earlier version in force again?")
            if is_back
            else _("Approve this version?"),
            text=_(
                "At midnight of the day you choose it replaces the country's rules, or at once"
                " where you choose none. Messages that wait are decided again. You may not"
                " approve what you wrote yourself."
            ),
            submit=_("Put in force again") if is_back else _("Approve"),
            done=_("The version is approved."),
        )

        def act(values: dict[str, Any]) -> None:
            rule_pack_activate(
                version=version,
                actor=actor_of(request),
                reason=values["reason"],
                active_from=values["active_from"],
            )

        return _with_differences(self, request, version, question, act, ApproveForm)

    @action(description=_("Reject"), url_path="reject", icon="block")
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = object_or_404(self, request, object_id, "activate")
        question = Question(
            title=_("Reject this version?"),
            text=_("It never comes in force. Its author can make a new version from it."),
            submit=_("Reject"),
            done=_("The version is rejected."),
            is_dangerous=True,
        )

        def act(values: dict[str, Any]) -> None:
            rule_pack_reject(version=version, actor=actor_of(request), reason=values["reason"])

        return confirm(request, self, version, question, act, ReasonForm)

    @action(description=_("Withdraw"), url_path="withdraw", icon="undo")
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = object_or_404(self, request, object_id, "submit")
        question = Question(
            title=_("Withdraw this version?"),
            text=_("It never comes in force. A new version can be made from it."),
            submit=_("Withdraw"),
            done=_("The version is withdrawn."),
            is_dangerous=True,
        )

        def act(values: dict[str, Any]) -> None:
            rule_pack_withdraw(version=version, actor=actor_of(request), reason=values["reason"])

        return confirm(request, self, version, question, act, ReasonForm)

    @action(description=_("Cancel activation"), url_path="cancel-activation", icon="event_busy")
    def cancel_activation(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = object_or_404(self, request, object_id, "activate")
        activation = coming_activation(version)
        question = Question(
            title=_("Cancel the coming activation?"),
            text=_("The country's present rules stay in force beyond that day."),
            submit=_("Cancel activation"),
            done=_("The activation is canceled."),
            is_dangerous=True,
        )

        def act(values: dict[str, Any]) -> None:
            if activation is not None:
                rule_pack_activation_cancel(
                    activation=activation, actor=actor_of(request), reason=values["reason"]
                )

        return confirm(request, self, version, question, act, ReasonForm)

    @action(description=_("Days, refusals and records"), url_path="policies-of", icon="tune")
    def edit_policies(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return _to("policies", object_id)

    @action(description=_("Replace by a file"), url_path="file-of", icon="upload_file")
    def replace_by_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return _to("upload", object_id)

    @action(description=_("Compare"), url_path="compare", icon="difference")
    def compare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return _to("differences", object_id)


def _purpose_form(version: RulePackVersion) -> type[forms.Form]:
    """The reason, begun with what the author said when making the draft."""
    field = copy(PurposeForm.base_fields["reason"])
    field.initial = version.purpose
    return type("BegunForm", (PurposeForm,), {"reason": field})


def _to(page: str, object_id: str) -> HttpResponse:
    return HttpResponseRedirect(
        reverse(f"admin:compliance_rulepackversion_{page}", args=[object_id])
    )


def _with_differences(
    admin: Any,
    request: HttpRequest,
    version: RulePackVersion,
    question: Question,
    act: Any,
    form_class: type[forms.Form],
) -> HttpResponse:
    """The question beside what the version changes."""
    answer = confirm(request, admin, version, question, act, form_class)
    if isinstance(answer, TemplateResponse) and answer.context_data is not None:
        answer.template_name = "admin/compliance/rulepackversion/decide.html"
        answer.context_data["page"] = version_page(request, version)
    return answer


def _shown(admin: Any, request: HttpRequest, version: RulePackVersion) -> set[str]:
    """The paths of the buttons that do something now."""
    is_author = version.author_id is not None and version.author_id == request.user.pk
    shown = {"compare"} | ({TRIAL} if may_try(request) else set())
    if admin.may(request, "add"):
        shown.add("new-version")
    if is_author:
        shown |= _OF_AUTHORS.get(version.status, set())
    if admin.may(request, "activate", version):
        shown |= _of_approvers(version, is_author=is_author)
    return shown


_OF_AUTHORS: dict[str, set[str]] = {
    Status.DRAFT.value: {"policies-of", "file-of", "submit", "withdraw"},
    Status.SUBMITTED.value: {"withdraw"},
}


def _of_approvers(version: RulePackVersion, *, is_author: bool) -> set[str]:
    shown = {"reject", "withdraw"} if version.status == Status.SUBMITTED else set()
    if version.status in (Status.SUBMITTED, Status.RETIRED) and not is_author:
        shown.add("approve")
    if coming_activation(version) is not None:
        shown.add("cancel-activation")
    return shown
