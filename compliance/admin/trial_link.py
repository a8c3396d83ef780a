"""The way from rules to their trial on past traffic, whose pages are above this app."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from config.common.console.confirmation import object_or_404

TRIAL = "try-past"


def may_try(request: HttpRequest) -> bool:
    """Whether the person may try rules, on some account or on all."""
    return bool(request.user.has_perm("messaging.add_policytrial"))


class TrialLink:
    """A button that leads to a new trial of this object; `trial_subject` is what it is there."""

    trial_subject = "version"

    @action(description=_("Try on past traffic"), url_path=TRIAL, icon="history_toggle_off")
    def try_past(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found: Any = object_or_404(self, request, object_id, "view")
        if not may_try(request):
            raise Http404
        page = reverse("admin:messaging_policytrial_add")
        return HttpResponseRedirect(f"{page}?{self.trial_subject}={found.pk}")
