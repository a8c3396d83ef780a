"""The language switch: kept on the person, and in a cookie for the sign-in page."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as set_cookie


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Takes `language` and `next` as Django's own view does."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen and check_for_language(chosen):
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return set_cookie(request)
