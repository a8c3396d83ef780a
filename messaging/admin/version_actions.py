"""The buttons of a version: hand in, approve, reject, withdraw, go on from it."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from compliance.models import User
from config.common.console.confirmation import Question, confirm, object_or_404
from messaging.admin.version_texts import (
    Stopped,
    approval_text,
    submission_text,
    withdrawal_text,
)
from messaging.constants import VERSION_TRANSITIONS, VersionStatus
from messaging.models import TemplateVersion
from messaging.services.templates import (
    version_approve,
    version_reject,
    version_submit,
    version_withdraw,
)

_COMMENT_ROWS = 3


def _comment(label: Any, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": _COMMENT_ROWS}),
    )


class ApproveForm(forms.Form):
    comment = _comment(_("Comment"), required=False)


class RejectForm(forms.Form):
    comment = _comment(_("What has to change"), required=True)


class ReasonForm(forms.Form):
    comment = _comment(_("Reason"), required=True)


class VersionActions:
    """Buttons for whom and when they work; the services check again."""

    actions_detail = ("submit", "approve", "reject", "withdraw", "new_version")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only what this person may do with this version now."""
        version = self.get_object(request, str(object_id))  # type: ignore[attr-defined]
        if version is None:
            return []
        person: Any = request.user
        allowed = allowed_actions(person, version)
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
        return confirm(
            request,
            self,
            version,
            Question(
                title=_("Approve this version?"),
                text=approval_text(version),
                submit=_("Approve"),
                done=_("Approved. It can be sent from now on."),
            ),
            lambda values: _done(
                version_approve(
                    version=version, reviewer=_person(request), comment=values["comment"]
                )
            ),
            ApproveForm,
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
        if not may_withdraw(_person(request), version):
            raise Http404
        stopped: list[int] = []
        return confirm(
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
                    version=version, actor=_person(request), comment=values.get("comment", "")
                ).stopped
            ),
            ReasonForm if version.status == VersionStatus.APPROVED else forms.Form,
        )

    @action(description=_("New version from this"), url_path="new", icon="edit_note")
    def new_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = object_or_404(self, request, object_id, "add")
        page = reverse("admin:messaging_templateversion_add")
        return HttpResponseRedirect(f"{page}?from={version.pk}")


def allowed_actions(person: User, version: TemplateVersion) -> frozenset[str]:
    """What the person may do with the version in its present state."""
    leads_to = VERSION_TRANSITIONS[version.status]
    is_author = version.author_id == person.pk
    may = {
        name: person.has_perm(f"messaging.{name}_templateversion", version)
        for name in ("submit", "review", "add")
    }
    may_review = may["review"] and not is_author
    allowed = {
        "submit": VersionStatus.SUBMITTED in leads_to and may["submit"],
        "approve": VersionStatus.APPROVED in leads_to and may_review,
        "reject": VersionStatus.REJECTED in leads_to and may_review,
        "withdraw": VersionStatus.WITHDRAWN in leads_to and may_withdraw(person, version),
        "new_version": version.status != VersionStatus.DRAFT and may["add"],
    }
    return frozenset(name for name, is_allowed in allowed.items() if is_allowed)


def may_withdraw(person: User, version: TemplateVersion) -> bool:
    """Officers of the account, and the author while they write its templates."""
    if person.has_perm("messaging.withdraw_templateversion", version):
        return True
    is_author = version.author_id == person.pk
    return is_author and person.has_perm("messaging.submit_templateversion", version)


def _done(_result: object) -> None:
    """A confirmation wants the deed, not what came of it."""


def _person(request: HttpRequest) -> User:
    person: Any = request.user
    return person
