"""What every view of the API shares: JSON in and out, problems, rate limit headers."""

from collections.abc import Mapping
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.common.api.fields import StrictSerializer
from config.common.api.parsers import StrictJSONParser
from config.common.api.problems import (
    FieldProblem,
    InvalidInput,
    TooManyRequests,
    flatten,
    pointer,
)
from config.common.api.storable import unstorable
from config.common.api.throttling import Allowance, Budget, KeyRateThrottle, take


class JSONOnly(BaseContentNegotiation):
    """The API speaks JSON whatever `Accept` says."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((one for one in parsers if one.media_type == media_type), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """One resource's operations. `scopes` names per method the scopes of which one is needed."""

    parser_classes = [StrictJSONParser]
    renderer_classes = [JSONRenderer]
    throttle_classes = [KeyRateThrottle]
    content_negotiation_class = JSONOnly
    metadata_class = None
    scopes: Mapping[str, tuple[str, ...]] = {}
    # Per method, where it is not the usual one (config.common.api.throttling).
    budgets: Mapping[str, Budget] = {}
    # Whether keys for tests may do more than read here.
    takes_test_keys = False
    allowance: Allowance | None = None

    def throttled(self, request: Request, wait: float | None) -> NoReturn:
        """Raises TooManyRequests."""
        assert self.allowance is not None
        raise TooManyRequests(wait or 1, self.allowance.budget, self.allowance.quota)

    def rows_take(self, request: Request, count: int) -> None:
        """Counts the rows of a batch, the first of which was counted as the request.

        Raises TooManyRequests, InvalidInput where no window ever has as many.
        """
        assert self.allowance is not None
        quota = self.allowance.quota
        if count > quota:
            sentence = _(
                "The key may send %(quota)d rows a minute: send at most so many in one batch."
            )
            at = pointer("messages")
            raise InvalidInput([FieldProblem(at, "batch_over_limit", sentence % {"quota": quota})])
        if count < 2:
            return
        is_within, self.allowance = take(request.auth.pk, self.allowance.budget, quota, count - 1)
        if not is_within:
            self.throttled(request, self.allowance.seconds_left)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Adds where the key stands in its rate, to errors too."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if self.allowance is not None:
            for name, value in self.allowance.headers().items():
                final[name] = value
        final["Cache-Control"] = "no-store"
        return final


def body(request: Request, serializer: StrictSerializer, *, unread: str = "") -> dict[str, Any]:
    """The validated body. `serializer` may be shared: it keeps nothing between calls.

    The member `unread` is left to the caller. Raises InvalidInput naming each wrong field.
    """
    data = request.data
    read = data
    if unread and isinstance(data, dict):
        read = {name: value for name, value in data.items() if name != unread}
    if problems := unstorable(read):
        raise InvalidInput(problems)
    try:
        return dict(serializer.run_validation(data))
    except ValidationError as error:
        raise InvalidInput(list(flatten(error.detail))) from error
