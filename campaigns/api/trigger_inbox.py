"""The door for platforms: what they post is verified, stored and acted on at once."""

import hashlib
from typing import Any, Final

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from campaigns.api import trigger_examples as examples
from campaigns.constants import TriggerResult
from campaigns.services.triggers.receiving import MOST_BYTES, Received, TooLargeError, event_receive
from config.common.api.fields import OutputSerializer
from config.common.api.schema import problems
from config.common.api.throttling import Budget, platform_limit, take
from config.common.api.views import ApiView
from config.common.callers import remote_address


class SourceRateThrottle(BaseThrottle):
    """As many events per source as single sends per API key, in each clock minute."""

    _seconds_left = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Counts by the key in the address."""
        key = hashlib.sha256(view.kwargs["key"].encode()).hexdigest()[:24]
        quota = platform_limit(Budget.SENDS)
        is_within, view.allowance = take(f"trigger:{key}", Budget.SENDS, quota)
        self._seconds_left = view.allowance.seconds_left
        return is_within

    def wait(self) -> float:
        """Seconds until the next window."""
        return float(self._seconds_left)


class ReceivedOutput(OutputSerializer):
    """What became of an event."""

    id = serializers.UUIDField(help_text="The event's, for whoever asks about it.")
    result = serializers.ChoiceField(choices=TriggerResult.choices)
    reason = serializers.CharField(allow_null=True, help_text="Stable code; null where accepted.")
    messages = serializers.ListField(
        child=serializers.UUIDField(), help_text="The messages accepted for it."
    )
    repeated = serializers.BooleanField(
        help_text="The event was known; this is what became of the first."
    )


class TriggerInboxView(ApiView):
    """`/triggers/{key}`: no API key, the signature says who it is."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = [SourceRateThrottle]
    is_open: Final = True

    @extend_schema(
        operation_id="receive_event",
        summary="Tell of an event",
        tags=["triggers"],
        auth=[],
        request={"application/json": {"type": "object", "additionalProperties": True}},
        responses={
            202: ReceivedOutput,
            **problems(401, 403, 404, 413, 429),
        },
        description="For platforms, not for API keys: the address is the source's own and the body "
        "is signed as the source says (Standard Webhooks, or HMAC in a header). Whatever is signed "
        "is stored and answered with 202, what cannot be read or sent too: it can be run again "
        "once the mapping is right. The same event twice acts once.",
        examples=[
            OpenApiExample("An order was paid", examples.EVENT, request_only=True),
            OpenApiExample("Accepted", examples.RECEIVED, response_only=True, status_codes=["202"]),
        ],
    )
    def post(self, request: Request, key: str) -> Response:
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            raise TooLargeError(
                "too_large",
                _("The event is larger than %(limit)d bytes: send less of it.")
                % {"limit": MOST_BYTES},
            )
        received = event_receive(
            key=key,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.body,
            address=remote_address(request.META),
        )
        return Response(_shown(received), 202)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """With 401 comes what would be right (RFC 9110 §11.6.1)."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if final.status_code == 401:
            final["WWW-Authenticate"] = 'Signature realm="Signalbox"'
        return final


def _shown(received: Received) -> dict[str, Any]:
    return {
        "id": str(received.event_id),
        "result": received.result,
        "reason": received.reason or None,
        "messages": list(received.messages),
        "repeated": received.is_repeat,
    }
