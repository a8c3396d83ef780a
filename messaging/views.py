"""A person's own page: plain and quick, for any phone, without anything from anybody else.

Opening it changes nothing (phones fetch links to preview them); buttons do. What is no link of
ours gets one and the same answer, whatever is wrong with it.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from config.common import clock
from config.common.api.throttling import WINDOW_SECONDS, counter
from config.common.callers import caller
from config.common.errors import NotFoundError
from messaging.services.preference_page import (
    PreferencePage,
    page_evidence,
    page_of,
    page_start,
    page_stop,
)

_PER_ADDRESS = 60  # a minute; many people share an operator's address
_PER_TOKEN = 20
_LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)
# `same-origin`: with `no-referrer` browsers hide the origin of the form as well, and it would be
# refused as forged. Nobody else learns the address: the page leads nowhere.
_HEADERS = {
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
}


@method_decorator((never_cache, csrf_protect), name="dispatch")
class PreferenceView(View):
    """`/p/<token>`"""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """In the reader's language, with what keeps the address to itself."""
        wanted = request.GET.get("lang", "")
        language = wanted if wanted in _LANGUAGES else translation.get_language()
        with translation.override(language):
            response = self._answer(request, str(kwargs["token"]))
        for name, value in _HEADERS.items():
            response[name] = value
        patch_vary_headers(response, ("Accept-Language",))
        # Django logs the path of what it refuses, and here the path is a person's link.
        vars(response)["_has_been_logged"] = True
        return response

    def _answer(self, request: HttpRequest, token: str) -> HttpResponse:
        if _is_too_much(token):
            return render(request, "preferences/too_many.html", status=429)
        try:
            page = page_of(token)
            if request.method == "POST":
                return self._change(request, page)
        except NotFoundError:
            return render(request, "preferences/not_found.html", status=404)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405)
        return _shown(request, page)

    def _change(self, request: HttpRequest, page: PreferencePage) -> HttpResponse:
        evidence = page_evidence(_address(), translation.get_language() or "")
        if "stop" in request.POST:
            page_stop(page, request.POST["stop"], evidence)
        elif "start" in request.POST:
            page_start(page, request.POST["start"], evidence)
        language = request.GET.get("lang", "")
        query = f"?lang={language}&done=1" if language in _LANGUAGES else "?done=1"
        return redirect(request.path + query)


def _shown(request: HttpRequest, page: PreferencePage) -> HttpResponse:
    context = {
        "page": page,
        "is_done": "done" in request.GET,
        "languages": settings.LANGUAGES,
        "language": translation.get_language(),
    }
    return render(request, "preferences/page.html", context)


def _address() -> str:
    here = caller()
    return here.address if here is not None else ""


def _is_too_much(token: str) -> bool:
    """Counted before the token is read: a bad one costs as much as a good one."""
    window = int(clock.now().timestamp()) // WINDOW_SECONDS
    keys = ((f"page:{_address()}", _PER_ADDRESS), (f"link:{token[:32]}", _PER_TOKEN))
    left = [counter.take(key, window, quota) for key, quota in keys]
    return any(one is not None and one < 0 for one in left)
