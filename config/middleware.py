"""What every request gets: a name, and its person's language and time zone.

Programs have neither sessions nor forms: what is there for people leaves the API alone.
"""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from simple_history.middleware import HistoryRequestMiddleware

from compliance.selectors.access import zone_of
from config.common.callers import answering, caller_of

Handler = Callable[[HttpRequest], HttpResponse]
_API = "/api/v1/"


class _ForPeople:
    """A program sends a key and no cookie: what is there for sessions and forms lets its requests
    pass, a tenth of what one costs."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(_API):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class Sessions(_ForPeople, SessionMiddleware):
    """Django's, for people."""


class Authentication(_ForPeople, AuthenticationMiddleware):
    """Django's, for people."""


class Messages(_ForPeople, MessageMiddleware):
    """Django's, for people."""


class History:
    """django-simple-history's: who is signed in stands in the history."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self._noted: Handler = HistoryRequestMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_api = request.path_info.startswith(_API)
        return self.get_response(request) if is_api else self._noted(request)


class CallerMiddleware:
    """Records written while a request is answered know where it came from; the answer names it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = caller_of(request.META)
        with answering(found):
            response = self.get_response(request)
        response["X-Request-ID"] = found.request_id
        return response


class PersonalPreferencesMiddleware:
    """Signed-in people see their own language and their account's time zone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(_API) or not request.user.is_authenticated:
            return self.get_response(request)
        request.LANGUAGE_CODE = request.user.language
        with (
            translation.override(request.user.language),
            timezone.override(ZoneInfo(zone_of(request.user) or settings.TIME_ZONE)),
        ):
            return self.get_response(request)
