"""Errors outside the API's views: problems under /api/, Django's pages elsewhere."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults

from config.common.api import problems

PREFIX = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what Django refuses before a view runs (a foreign Host header, for example)."""
    if request.path.startswith(PREFIX):
        return problems.response(
            request, 400, "bad_request", _("The request cannot be read: check address and headers.")
        )
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: no role of the person opens this page."""
    if request.path.startswith(PREFIX):
        return problems.response(
            request, 403, "forbidden", _("The request is not allowed: check what the key may do.")
        )
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no resource has this address."""
    if request.path.startswith(PREFIX):
        return problems.response(
            request,
            404,
            "not_found",
            _("No resource has this address: see /api/docs/ for those there are."),
        )
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: Django has logged it already."""
    if request.path.startswith(PREFIX):
        return problems.response(
            request,
            500,
            "internal_error",
            _("Something went wrong here. Repeat the request with the same Idempotency-Key."),
        )
    return defaults.server_error(request)
