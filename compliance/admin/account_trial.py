"""Putting an account on trial, and making it live: each is the way back from the other."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget

from compliance.models import Account
from compliance.services.trial_accounts import trial_begin, trial_end
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404


class TrialEndForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("Kept in the audit log, which the account's people read too."),
    )


class TrialBeginForm(TrialEndForm):
    """How much, and why."""

    daily_limit = forms.IntegerField(
        label=_("Messages a day on trial"),
        min_value=1,
        max_value=1_000_000,
        initial=Account._meta.get_field("trial_daily_limit").default,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    field_order = ("daily_limit", "reason")


class TrialActionsMixin:
    """The buttons of an account's page: the one that fits how it stands now."""

    actions_detail: Any = ("begin_trial", "end_trial")

    @action(
        description=_("Put on trial"),
        url_path="begin-trial",
        icon="science",
        variant=ActionVariant.WARNING,
    )
    def begin_trial(self, request: HttpRequest, object_id: str) -> HttpResponse:
        account = object_or_404(self, request, object_id, "change")
        return confirm(
            request,
            self,
            account,
            Question(
                title=_("Put the account on trial?"),
                text=_(
                    "From now on it sends so many messages a day, and only to numbers it has"
                    " verified. Its campaigns stop; what they have handed over already still"
                    " leaves. “End the trial” undoes it."
                ),
                submit=_("Put on trial"),
                done=_("The account is on trial."),
                is_dangerous=True,
            ),
            lambda values: trial_begin(
                account=account,
                daily_limit=values["daily_limit"],
                reason=values["reason"],
                actor=actor_of(request),
            ),
            TrialBeginForm,
        )

    @action(description=_("End the trial"), url_path="end-trial", icon="rocket_launch")
    def end_trial(self, request: HttpRequest, object_id: str) -> HttpResponse:
        account = object_or_404(self, request, object_id, "change")
        return confirm(
            request,
            self,
            account,
            Question(
                title=_("End the trial?"),
                text=_(
                    "From now on it may write to everybody, and as often as its credit lets it."
                    " “Put on trial” undoes it."
                ),
                submit=_("End the trial"),
                done=_("The account is live."),
            ),
            lambda values: trial_end(
                account=account, reason=values["reason"], actor=actor_of(request)
            ),
            TrialEndForm,
        )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """To whoever may change the account."""
        host: Any = self
        found = host.get_object(request, str(object_id))
        if not isinstance(found, Account) or not host.may(request, "change", found):
            return []
        shown = "end-trial" if found.is_trial else "begin-trial"
        actions: Any = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return [one for one in actions if one.path == shown]
