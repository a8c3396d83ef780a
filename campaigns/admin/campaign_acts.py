"""What people do to campaigns: each act asks the role in the account and calls one service."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from campaigns.models import Campaign
from campaigns.selectors.checks import check_of
from campaigns.services.campaigns import (
    campaign_cancel,
    campaign_duplicate,
    campaign_launch,
    campaign_pause,
    campaign_resume,
    campaign_unschedule,
)
from campaigns.services.preflight import PreflightState, preflight_request, preflight_state
from config.common.console.confirmation import Question, confirm
from config.common.errors import DomainError


class CampaignActs:
    """Launch, pause, resume, cancel, and the steps around them."""

    admin_site: Any

    def act_urls(self) -> list[Any]:
        """One address per act."""
        views: dict[str, Any] = {
            "preflight": self.preflight_view,
            "launch": self.launch_view,
            "unschedule": self.unschedule_view,
            "pause": self.pause_view,
            "resume": self.resume_view,
            "cancel": self.cancel_view,
            "duplicate": self.duplicate_view,
        }
        return [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"campaigns_campaign_{name}",
            )
            for name, view in views.items()
        ]

    def own(self, request: HttpRequest, pk: int, action: str) -> Campaign:
        """The campaign, where the role in its account allows the action; else Http404."""
        found: Campaign | None = self.get_object(request, str(pk))  # type: ignore[attr-defined]
        if found is None or not self.may(request, action, found):  # type: ignore[attr-defined]
            raise Http404
        return found

    def preflight_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self.own(request, pk, "change")
        return self._post(
            request, found, lambda: preflight_request(campaign=found, actor=_actor(request))
        )

    def pause_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self.own(request, pk, "run")
        return self._post(
            request, found, lambda: campaign_pause(campaign=found, actor=_actor(request))
        )

    def resume_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self.own(request, pk, "run")
        return self._post(
            request, found, lambda: campaign_resume(campaign=found, actor=_actor(request))
        )

    def unschedule_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self.own(request, pk, "run")
        return self._post(
            request, found, lambda: campaign_unschedule(campaign=found, actor=_actor(request))
        )

    def duplicate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self.own(request, pk, "add")
        return self._post(
            request, found, lambda: campaign_duplicate(campaign=found, actor=_actor(request))
        )

    def launch_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The last look at the numbers before it starts."""
        found = self.own(request, pk, "run")
        if request.method == "POST":
            return self._post(
                request, found, lambda: campaign_launch(campaign=found, actor=_actor(request))
            )
        if found.preflight is None or preflight_state(found) != PreflightState.FRESH:
            messages.warning(request, _("Check the campaign first: something has changed."))
            return HttpResponseRedirect(self.address(found))
        context = {"campaign": found, "check": check_of(found.preflight)}
        title = _("Launch this campaign?")
        return self.campaign_page(request, "launch.html", title, found, context)  # type: ignore[attr-defined]

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self.own(request, pk, "run")
        question = Question(
            title=_("Cancel this campaign?"),
            text=_(
                "What has not left yet is canceled and can never be sent by this campaign. "
                "What the carriers have already taken still arrives. This cannot be undone."
            ),
            submit=_("Cancel the campaign"),
            done=_("The campaign is canceled."),
            is_dangerous=True,
        )
        return confirm(
            request,
            self,
            found,
            question,
            lambda _values: _ignore(campaign_cancel(campaign=found, actor=_actor(request))),
        )

    def address(self, campaign: Campaign) -> str:
        """The campaign's page."""
        return reverse("admin:campaigns_campaign_change", args=[campaign.pk])

    def _post(
        self, request: HttpRequest, campaign: Campaign, act: Callable[[], Any]
    ) -> HttpResponse:
        return require_POST(self._acted)(request, campaign, act)

    def _acted(
        self, request: HttpRequest, campaign: Campaign, act: Callable[[], Any]
    ) -> HttpResponse:
        result: Any = campaign
        try:
            with transaction.atomic():
                result = act()
        except DomainError as error:
            messages.error(request, str(error.message))
        made = result if isinstance(result, Campaign) else campaign
        return HttpResponseRedirect(self.address(made))


def _actor(request: HttpRequest) -> Any:
    return request.user


def _ignore(_result: object) -> None:
    """Where only the act counts."""
