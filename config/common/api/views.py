"""What every view of the API shares: JSON in and out, problems, rate limit headers."""

from collections.abc import Mapping
from typing import Any, NoReturn

from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.common.api.fields import StrictSerializer
from config.common.api.parsers import StrictJSONParser
from config.common.api.problems import InvalidInput, TooManyRequests, flatten
from config.common.api.storable import unstorable
from config.common.api.throttling import Allowance, KeyRateThrottle


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
    allowance: Allowance | None = None

    def throttled(self, request: Request, wait: float | None) -> NoReturn:
        """Raises TooManyRequests."""
        raise TooManyRequests(wait or 1)

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
