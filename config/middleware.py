"""A person's language and the account's time zone, for every page."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from compliance.selectors.access import zone_of

Handler = Callable[[HttpRequest], HttpResponse]


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
