"""Files with personal data that a person takes out of the console."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from compliance.models import Account
from compliance.services.residency import ResidencyError, export_note
from config.common.console.actors import actor_of


def download(
    request: HttpRequest,
    account: Account,
    what: str,
    make: Callable[[], HttpResponseBase],
    *,
    rows: int | None = None,
) -> HttpResponseBase:
    """The file that `make` makes, entered in the transfer register as `what`; or back to the page
    with the reason where the account's data may not go where the person is."""
    try:
        export_note(account=account, what=what, actor=actor_of(request), rows=rows)
    except ResidencyError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(_back(request))
    return make()


def _back(request: HttpRequest) -> str:
    page = request.headers.get("referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        page, {request.get_host()}, require_https=request.is_secure()
    )
    return page if is_ours else reverse("admin:index")
