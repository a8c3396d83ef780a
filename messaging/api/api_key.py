"""The key that calls: what it may do, and a new secret for it."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from compliance.models import ApiKey
from compliance.services.api_keys import api_key_rotate
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer
from config.common.api.schema import operation
from config.common.api.throttling import Budget, quota_of
from config.common.api.views import ApiView, body
from messaging.api import examples
from messaging.api.common import key_of

_TAG = "access"
_ROTATE = (Scope.KEYS_ROTATE.value,)


class RotateInput(StrictSerializer):
    """How long the secret that calls goes on working."""

    until = Moment(
        required=False,
        allow_null=True,
        help_text=_("At most 90 days ahead. Left out: the calling secret ends at once."),
    )


class FormerSecretOutput(OutputSerializer):
    """A secret that was replaced and works for a while."""

    begins_with = serializers.CharField()
    until = Moment()


class ApiKeyOutput(OutputSerializer):
    """The key; its secret is shown only when it is new."""

    name = serializers.CharField()
    account = serializers.CharField(help_text="The account's short name.")
    begins_with = serializers.CharField()
    livemode = serializers.BooleanField(
        help_text="False of a test key, which sends to the sandbox."
    )
    scopes = serializers.ListField(child=serializers.CharField())
    allowed_addresses = serializers.ListField(child=serializers.CharField())
    created_at = Moment()
    expires_at = Moment(allow_null=True)
    limits = serializers.DictField(
        child=serializers.IntegerField(), help_text="Requests a minute, by budget."
    )
    former = FormerSecretOutput(allow_null=True)
    secret = serializers.CharField(required=False, help_text="The new one; shown this once.")


_INPUT: Final = RotateInput()


def _time(value: Any) -> str | None:
    return None if value is None else Moment().to_representation(value)


def _shown(key: ApiKey) -> dict[str, Any]:
    assert key.account is not None  # permissions keep the platform's keys out
    former = {"begins_with": key.former_prefix, "until": _time(key.former_until)}
    return {
        "name": key.name,
        "account": key.account.slug,
        "begins_with": key.prefix,
        "livemode": not key.is_test,
        "scopes": key.scopes,
        "allowed_addresses": key.allowed_addresses,
        "created_at": _time(key.created_at),
        "expires_at": _time(key.expires_at),
        "limits": {budget.value: quota_of(key, budget) for budget in Budget},
        "former": former if key.has_former else None,
    }


class ApiKeyView(ApiView):
    """`/api-key`"""

    @operation(
        "get_api_key",
        "Read the key that calls",
        tag=_TAG,
        scope="",
        responses={200: ApiKeyOutput},
        description="Any key may: to see whose it is and what it may do.",
        examples=[OpenApiExample("A key", examples.API_KEY, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        return Response(_shown(key_of(request)))


class ApiKeyRotateView(ApiView):
    """`/api-key/rotate`"""

    scopes = {"POST": _ROTATE}
    takes_test_keys = True

    @operation(
        "rotate_api_key",
        "Renew the key that calls",
        tag=_TAG,
        scope=_ROTATE[0],
        request=RotateInput,
        responses={200: ApiKeyOutput},
        also=(409,),
        description="Gives the key a new secret; the one that calls goes on working until "
        "`until`. Any other former secret ends. Where the answer is lost, call again with the "
        "secret you have: secrets are not kept, so no answer can be replayed.",
        examples=[
            OpenApiExample("Overlap", examples.API_KEY_ROTATION, request_only=True),
            OpenApiExample(
                "Renewed", examples.API_KEY_RENEWED, response_only=True, status_codes=["200"]
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        values = body(request, _INPUT)
        key = key_of(request)
        text = api_key_rotate(
            api_key=key, until=values.get("until"), actor=None, keeps_former=key.is_by_former
        )
        renewed = ApiKey.objects.select_related("account").get(pk=key.pk)
        return Response({**_shown(renewed), "secret": text})
