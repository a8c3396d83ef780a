"""The buttons of a version: hand in, approve, reject, put in force, withdraw, go on from it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from compliance.models import User
from config.common.console.confirmation import Question, confirm, object_or_404
from messaging.admin.version_buttons import SENDING, allowed_actions, may_withdraw
from messaging.admin.version_decisions import (
    ApproveForm,
    CommentForm,
    ReasonForm,
    RejectForm,
    decide,
)
from messaging.admin.version_review import decision_details, rollback_link
from messaging.admin.version_texts import (
    Approved,
    Stopped,
    activation_text,
    approval_text,
    submission_text,
    use_rows,
    withdrawal_text,
)
from messaging.models import TemplateVersion
from messaging.selectors.findings import findings_of, is_blocked_everywhere
from messaging.services.templates import (
    version_activate,
    version_approve,
    version_reject,
    version_submit,
    version_withdraw,
)
from messaging.services.templates.withdrawals import NEEDS_REASON


class VersionActions:
    """Buttons for whom and when they work; the services check again."""

    actions_detail = (
        "submit",
        "approve",
        "activate",
        "reject",
        "withdraw",
        "roll_back",
        "new_version",
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only what this person may do with this version now."""
        version = self.get_object(request, str(object_id))  # type: ignore[attr-defined]
        if version is None:
            return []
        allowed = allowed_actions(_person(request), version)
        if allowed & SENDING and is_blocked_everywhere(findings_of(version)):
            allowed -= SENDING
        actions = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        prefix = "messaging_templateversion_"
        return [one for one in actions if one.action_name.removeprefix(prefix) in allowed]

    @action(description=_("Submit"), url_path="submit", icon="send", variant=ActionVariant.PRIMARY)
    def submit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = object_or_404(self, request, object_id, "submit")
        return confirm(
            request,
            self,
            version,
            Question(
                title=_("Submit this version for approval?"),
                text=submission_text(version),
                submit=_("Submit"),
                done=_("Submitted. A compliance officer has to approve it now."),
            ),
            lambda _values: _done(version_submit(version=version, actor=_person(request))),
        )

    @action(
        description=_("Approve"), url_path="approve", icon="check", variant=ActionVariant.SUCCESS
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = object_or_404(self, request, object_id, "review")
        approved: list[TemplateVersion] = []
        return decide(
            request,
            self,
            version,
            Question(
                title=_("Approve this version?"),
                text=approval_text(version),
                submit=_("Approve"),
                done=lazystr(Approved(approved)),
            ),
            lambda values: approved.append(
                version_approve(
                    version=version,
                    reviewer=_person(request),
                    comment=values["comment"],
                    activates_at=values["activates_at"],
                    seen=values["seen"] or None,
                )
            ),
            ApproveForm,
            decision_details(version, seen=request.GET.get("seen", "")),
        )

    @action(
        description=_("Put in force now"),
        url_path="activate",
        icon="bolt",
        variant=ActionVariant.SUCCESS,
    )
    def activate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = object_or_404(self, request, object_id, "review")
        return confirm(
            request,
            self,
            version,
            Question(
                title=_("Put this version in force now?"),
                text=activation_text(version),
                submit=_("Put in force now"),
                done=_("In force. It is sent from now on."),
            ),
            lambda values: _done(
                version_activate(
                    version=version, reviewer=_person(request), comment=values["comment"]
                )
            ),
            CommentForm,
        )

    @action(description=_("Reject"), url_path="reject", icon="close", variant=ActionVariant.DANGER)
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = object_or_404(self, request, object_id, "review")
        return confirm(
            request,
            self,
            version,
            Question(
                title=_("Reject this version?"),
                text=_("The author sees your comment and can go on in a new version."),
                submit=_("Reject"),
                done=_("Rejected."),
                is_dangerous=True,
            ),
            lambda values: _done(
                version_reject(
                    version=version, reviewer=_person(request), comment=values["comment"]
                )
            ),
            RejectForm,
        )

    @action(description=_("Withdraw"), url_path="withdraw", icon="undo")
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = object_or_404(self, request, object_id, "view")
        person = _person(request)
        if not may_withdraw(person, version):
            raise Http404
        stopped: list[int] = []
        needs_reason = version.status in NEEDS_REASON
        answer = decide(
            request,
            self,
            version,
            Question(
                title=_("Withdraw this version?"),
                text=withdrawal_text(version),
                submit=_("Withdraw"),
                done=lazystr(Stopped(stopped)),
                is_dangerous=True,
            ),
            lambda values: stopped.append(
                version_withdraw(
                    version=version, actor=person, comment=values.get("comment", "")
                ).stopped
            ),
            ReasonForm if needs_reason else forms.Form,
            {"uses": use_rows(version) if needs_reason else []},
        )
        if stopped and (back := rollback_link(version, person)):
            messages.info(request, back)
        return answer

    @action(description=_("Roll back to this wording"), url_path="roll-back", icon="history")
    def roll_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._written_anew(request, object_id)

    @action(description=_("New version from this"), url_path="new", icon="edit_note")
    def new_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._written_anew(request, object_id)

    def _written_anew(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A draft with this wording, which somebody else has to approve like any other."""
        version = object_or_404(self, request, object_id, "add")
        page = reverse("admin:messaging_templateversion_add")
        return HttpResponseRedirect(f"{page}?from={version.pk}")


def _done(_result: object) -> None:
    """A confirmation wants the deed, not what came of it."""


def _person(request: HttpRequest) -> User:
    person: Any = request.user
    return person
