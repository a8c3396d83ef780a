"""The one admin site: Signalbox's look, a home page per role, errors of services as messages."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from config.common.errors import DomainError, NotFoundError

View = Callable[..., HttpResponse]


class SignalboxAdminSite(UnfoldAdminSite):
    site_title = "Signalbox"
    site_header = "Signalbox"
    index_title = _("Home")
    enable_nav_sidebar = True

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Every page: what a service refuses becomes a message, never a server error."""
        return super().admin_view(_explained(view), cacheable)


def _explained(view: View) -> View:
    @wraps(view)
    def explained(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFoundError as error:
            raise Http404(str(error)) from error
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(_way_back(request))

    return explained


def _way_back(request: HttpRequest) -> str:
    """The page the person came from, unless that is the one that just failed to show."""
    referer = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    fails_again = request.method == "GET" and urlsplit(referer).path == request.path
    return referer if is_ours and not fails_again else reverse("admin:index")
