"""The buttons of a paper: hand in, approve, reject, suspend, end, and begin anew."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from routing.admin.paper_forms import GrantForm, ReasonForm
from routing.constants import PAPER_TRANSITIONS, PaperState
from routing.services.papers import Grant, paper_move
from routing.services.papers.states import KEEPERS_STATES

_S = PaperState
_TO = {
    "submit": _S.SUBMITTED,
    "approve": _S.APPROVED,
    "reject": _S.REJECTED,
    "suspend": _S.SUSPENDED,
    "expire": _S.EXPIRED,
    "reopen": _S.DRAFT,
}
_QUESTIONS = {
    _S.SUBMITTED: Question(
        title=_("Hand it in?"),
        text=_("From now on only those who decide about it may change it."),
        submit=_("Hand in"),
        done=_("Handed in. Its answer is recorded here when it comes."),
    ),
    _S.APPROVED: Question(
        title=_("Record that it was granted?"),
        text=_("From its first to its last day it counts: what needs it may be sent."),
        submit=_("Approve"),
        done=_("Approved."),
    ),
    _S.REJECTED: Question(
        title=_("Record that it was refused?"),
        text=_("Nothing that needs it is sent. It can be corrected and handed in again."),
        submit=_("Reject"),
        done=_("Rejected."),
        is_dangerous=True,
    ),
    _S.SUSPENDED: Question(
        title=_("Suspend it?"),
        text=_("From the next second on nothing that needs it is sent, what waits included."),
        submit=_("Suspend"),
        done=_("Suspended."),
        is_dangerous=True,
    ),
    _S.EXPIRED: Question(
        title=_("End it?"),
        text=_("From the next second on nothing that needs it is sent, what waits included."),
        submit=_("End"),
        done=_("Ended."),
        is_dangerous=True,
    ),
    _S.DRAFT: Question(
        title=_("Take it back to correct it?"),
        text=_("It becomes a draft. Hand it in again when it is right."),
        submit=_("Take back"),
        done=_("It is a draft again."),
    ),
}


def steps_allowed(page: Any, request: HttpRequest, paper: Any) -> frozenset[str]:
    """The actions that lead on from its state and that the person may take."""
    leads_to = PAPER_TRANSITIONS[PaperState(paper.state)]
    return frozenset(
        name
        for name, state in _TO.items()
        if state in leads_to
        and page.may(request, "change" if state in KEEPERS_STATES else "decide", paper)
    )


class PaperActions:
    """For whom and when they work; the services check again. Put it before the page's class."""

    actions_detail = ("submit", "approve", "reject", "suspend", "expire", "reopen")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only what this person may do with this paper now."""
        page: Any = self
        paper = page.get_object(request, str(object_id))
        if paper is None:
            return []
        allowed = steps_allowed(page, request, paper)
        prefix = f"{page.opts.app_label}_{page.opts.model_name}_"
        actions = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return [one for one in actions if one.action_name.removeprefix(prefix) in allowed]

    def _step(
        self, request: HttpRequest, object_id: str, name: str, form: type[forms.Form] = ReasonForm
    ) -> HttpResponse:
        state = _TO[name]
        may = "change" if state in KEEPERS_STATES else "decide"
        paper = object_or_404(self, request, object_id, may)
        if name not in steps_allowed(self, request, paper):
            raise Http404

        def act(values: dict[str, Any]) -> None:
            grant = None
            if form is GrantForm:
                grant = Grant(values["reference"], values["valid_from"], values["valid_until"])
            paper_move(
                paper=paper,
                state=state,
                actor=actor_of(request),
                reason=values["reason"],
                grant=grant,
            )

        return confirm(request, self, paper, _QUESTIONS[state], act, form)

    @action(description=_("Hand in"), url_path="submit", icon="send", variant=ActionVariant.PRIMARY)
    def submit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(request, object_id, "submit")

    @action(
        description=_("Approve"), url_path="approve", icon="check", variant=ActionVariant.SUCCESS
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(request, object_id, "approve", GrantForm)

    @action(description=_("Reject"), url_path="reject", icon="close", variant=ActionVariant.DANGER)
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(request, object_id, "reject")

    @action(
        description=_("Suspend"), url_path="suspend", icon="pause", variant=ActionVariant.DANGER
    )
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(request, object_id, "suspend")

    @action(description=_("End"), url_path="expire", icon="event_busy")
    def expire(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(request, object_id, "expire")

    @action(description=_("Take back"), url_path="reopen", icon="undo")
    def reopen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(request, object_id, "reopen")
