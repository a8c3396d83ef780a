"""Doors for carriers over HTTP: their receipts and the replies of phones."""

from typing import Any, Final

from django.http import HttpRequest, JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from carriers.services.http_news import Posted, What, news_take
from config.common.callers import remote_address
from config.common.errors import DomainError, NotAllowedError, NotFoundError

MOST_OCTETS: Final = 256 * 1024
_STATUSES: Final[dict[type[DomainError], int]] = {NotFoundError: 404, NotAllowedError: 403}


@method_decorator(csrf_exempt, name="dispatch")
class NewsView(View):
    """`/carriers/receipts/<token>` and `/carriers/replies/<token>`, by POST or GET.

    200 means that it is committed; anything else, a fault of ours included, asks the carrier to
    post again.
    """

    what: What = "receipts"
    http_method_names = ["get", "post", "put"]

    def get(self, request: HttpRequest, token: str) -> JsonResponse:
        return self._answer(request, token, b"")

    def post(self, request: HttpRequest, token: str) -> JsonResponse:
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        if not length.isdecimal() or int(length) > MOST_OCTETS:
            return _refusal(413, "too_large", f"A body has at most {MOST_OCTETS} octets.")
        return self._answer(request, token, request.body)

    put = post

    def _answer(self, request: HttpRequest, token: str, body: bytes) -> JsonResponse:
        posted = Posted(
            token=token,
            what=self.what,
            address=remote_address(request.META),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            query=str(request.META.get("QUERY_STRING", "")),
        )
        try:
            taken = news_take(posted)
        except DomainError as error:
            return _refusal(_STATUSES.get(type(error), 400), error.code, str(error))
        return JsonResponse({"taken": taken})

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().http_method_not_allowed(request, *args, **kwargs)


def _refusal(status: int, code: str, detail: str) -> JsonResponse:
    response = JsonResponse({"code": code, "detail": detail}, status=status)
    # Django logs the path of what it refuses, and here the path holds the carrier's secret.
    vars(response)["_has_been_logged"] = True
    return response
