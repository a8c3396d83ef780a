"""What every request gets: a name, and its person's language and time zone.

Programs have neither sessions nor forms: what is there for people leaves the API alone.
"""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from compliance.selectors.access import zone_of
from config.common.callers import answering, caller_of

Handler = Callable[[HttpRequest], HttpResponse]


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
        if not request.user.is_authenticated:
            return self.get_response(request)
        request.LANGUAGE_CODE = request.user.language
        with (
            translation.override(request.user.language),
            timezone.override(ZoneInfo(zone_of(request.user) or settings.TIME_ZONE)),
        ):
            return self.get_response(request)
