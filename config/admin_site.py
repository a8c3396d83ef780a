"""The one admin site: Signalbox's look, a home page per role, errors of services as messages."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from compliance.services.signins import (
    password_change_note,
    signin_note,
    signin_refuse_note,
    signout_note,
)
from config.common.errors import DomainError, NotFoundError

_LONGEST_NAME = 150
View = Callable[..., HttpResponse]


class SignalboxAdminSite(UnfoldAdminSite):
    site_title = "Signalbox"
    site_header = "Signalbox"
    index_title = _("Home")
    enable_nav_sidebar = True

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Every page asks for it, and only the few without a sidebar look at it."""
        found = super().get_app_list
        return SimpleLazyObject(lambda: found(request, app_label))

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Every page: what a service refuses becomes a message, never a server error."""
        return super().admin_view(_explained(view), cacheable)

    # Not by Django's signals: these are the only doors for people, and a sign-in that a test or
    # a command makes is none.
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The sign-in page; who came or was refused is in the audit log."""
        response = super().login(request, extra_context)
        if request.method != "POST":
            return response
        if response.status_code == HTTPStatus.FOUND and request.user.is_authenticated:
            signin_note(user=request.user)
        else:
            signin_refuse_note(username=request.POST.get("username", "")[:_LONGEST_NAME])
        return response

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Signs out; the audit log knows."""
        user = request.user
        response = super().logout(request, extra_context)
        if request.method == "POST" and user.is_authenticated:
            signout_note(user=user)
        return response

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """A new password of one's own; the audit log knows that, not which."""
        response = super().password_change(request, extra_context)
        is_done = request.method == "POST" and response.status_code == HTTPStatus.FOUND
        if is_done and request.user.is_authenticated:
            password_change_note(user=request.user)
        return response


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
