"""Operations that may be repeated with their `Idempotency-Key`, whatever they make."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.idempotency import idempotency_key
from messaging.api.common import answer_response, key_of
from messaging.services.idempotency import Answer, answer_once

_BASE = "/api/v1/"
_RENDERER = JSONRenderer()
_Post = Callable[..., Response | HttpResponse]


def repeatable(post: Callable[..., Response]) -> _Post:
    """A `post` that does its work once per key, in one transaction with the stored answer. Not
    for answers with a secret: those are not kept. Below the description of the operation, which
    names the header (`KEY_HEADER`) and 409."""

    @wraps(post)
    def handler(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response | HttpResponse:
        key = idempotency_key(request)
        if key is None:
            return post(view, request, *args, **kwargs)

        def work() -> Answer:
            response = post(view, request, *args, **kwargs)
            body = _RENDERER.render(response.data).decode()
            return Answer(response.status_code, body, response.headers.get("Location", ""))

        answer = answer_once(
            api_key=key_of(request),
            route=request.path.removeprefix(_BASE),
            key=key,
            payload=_payload(request),
            work=work,
        )
        return answer_response(answer)

    return handler


def _payload(request: Request) -> Any:
    """What tells one request from another: the body, files by what is in them."""
    if not request.FILES:
        return request.data
    fields = {name: request.POST.getlist(name) for name in request.POST}
    return {"fields": fields, "files": {n: _digest(file) for n, file in request.FILES.items()}}


def _digest(file: Any) -> str:
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()
