"""The sandbox's magic numbers."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import OutputSerializer
from config.common.api.schema import operation
from config.common.api.views import ApiView
from messaging.api import examples
from messaging.constants import FailureReason, MessageStatus
from messaging.sandbox import MagicNumber, magic_numbers
from routing.numbers import to_e164

_TAG = "sandbox"


class MagicNumberOutput(OutputSerializer):
    """A number, and what happens to messages that test keys send to it."""

    number = serializers.CharField(help_text="E.164; any number with its last three digits too.")
    outcome = serializers.CharField(help_text="Stable name.")
    description = serializers.CharField()
    status = serializers.ChoiceField(
        MessageStatus.choices,
        allow_null=True,
        help_text="Of a message; null where it is not accepted.",
    )
    failure_reason = serializers.ChoiceField(
        [choice for choice in FailureReason.choices if choice[0]], allow_null=True
    )
    code = serializers.CharField(
        allow_null=True,
        help_text="Of the error, where it, or a verification of the number, is not accepted.",
    )


class MagicNumbersOutput(OutputSerializer):
    """All of them."""

    data = MagicNumberOutput(many=True)  # type: ignore[assignment]


def _shown(one: MagicNumber) -> dict[str, Any]:
    return {
        "number": to_e164(one.msisdn),
        "outcome": one.name,
        "description": gettext(one.description),
        "status": one.status or None,
        "failure_reason": one.reason or None,
        "code": one.code or None,
    }


class SandboxNumbersView(ApiView):
    """`/sandbox/numbers`"""

    @operation(
        "list_sandbox_numbers",
        "List the sandbox's numbers",
        tag=_TAG,
        scope="",
        responses={200: MagicNumbersOutput},
        description="What becomes of a message that a test key (`sb_test_…`) sends is told by the "
        "last three digits of its number; to all others it is delivered.",
        examples=[OpenApiExample("Two of them", examples.SANDBOX_NUMBERS, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        return Response({"data": [_shown(one) for one in magic_numbers()]})
