"""OAuth 2 for programs: client credentials, and nothing else (RFC 6749 §4.4, 7009, 8414).

The protocol is django-oauth-toolkit's and oauthlib's; clients and tokens are ours, so that what
holds for API keys holds for them. Errors have the form of RFC 6749 §5.2 here, as clients expect.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.views.mixins import OAuthLibMixin
from oauthlib.oauth2.rfc6749.errors import InvalidClientError

from compliance.constants import Scope
from compliance.key_texts import token_text
from compliance.models import ApiKey
from compliance.services.oauth import (
    client_authenticate,
    client_find,
    token_issue,
    token_revoke,
)
from config.common.callers import caller
from config.common.errors import DomainError

_CLIENT_ID: Final = re.compile(r"client-[0-9a-f]{16}")
GRANT: Final = "client_credentials"


@dataclass(frozen=True, slots=True)
class Client:
    """What the toolkit asks about a client."""

    key: ApiKey
    client_id: str
    client_type: str = "confidential"

    @property
    def client_secret(self) -> ApiKey:
        """Goes to `_check_secret`, which asks our service."""
        return self.key


def token_generator(_request: Any) -> str:
    """The text of a token."""
    return token_text()


class ClientValidator(OAuth2Validator):  # type: ignore[misc]  # untyped
    """Answers the toolkit's questions from our clients and tokens."""

    def _load_application(self, client_id: str, request: Any) -> Client | None:
        key = client_find(client_id) if _CLIENT_ID.fullmatch(client_id or "") else None
        request.client = None if key is None else Client(key, client_id)
        return request.client  # type: ignore[no-any-return]

    def _check_secret(self, provided_secret: str, stored_secret: ApiKey) -> bool:
        here = caller()
        try:
            client_authenticate(
                stored_secret,
                provided_secret,
                here.address if here else "",
                here.certificate if here else None,
            )
        except DomainError as error:
            # Header and body are ASCII here: the code says it.
            raise InvalidClientError(description=error.code) from error
        if here is not None:
            here.api_key = stored_secret.prefix
        return True

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Client, request: Any, *_: Any, **__: Any
    ) -> bool:
        return grant_type == GRANT

    def validate_scopes(
        self,
        client_id: str,
        scopes: Sequence[str],
        client: Client,
        request: Any,
        *_: Any,
        **__: Any,
    ) -> bool:
        return set(scopes) <= set(client.key.scopes)

    def get_default_scopes(self, client_id: str, request: Any, *_: Any, **__: Any) -> list[str]:
        return list(request.client.key.scopes)

    def save_bearer_token(self, token: dict[str, Any], request: Any, *_: Any, **__: Any) -> None:
        kept = token_issue(
            client=request.client.key,
            text=token["access_token"],
            scopes=request.scopes,
            seconds=token["expires_in"],
        )
        token["expires_in"] = int((kept.expires_at - kept.created_at).total_seconds())

    def revoke_token(
        self, token: str, token_type_hint: str | None, request: Any, *_: Any, **__: Any
    ) -> None:
        token_revoke(client=request.client.key, text=token)


@method_decorator([csrf_exempt, sensitive_post_parameters("client_secret", "token")], "dispatch")
class OAuthView(OAuthLibMixin, View):  # type: ignore[misc]  # untyped
    """An endpoint that clients post to."""

    http_method_names = ["post"]

    def answer(self, found: tuple[Any, dict[str, str], str, int]) -> HttpResponse:
        """The library's answer as ours."""
        _address, headers, text, status = found
        response = HttpResponse(text or "", "application/json", status)
        for name, value in headers.items():
            response[name] = value
        if status == HTTPStatus.UNAUTHORIZED:
            response["WWW-Authenticate"] = 'Basic realm="Signalbox"'
        response["Cache-Control"] = "no-store"
        return response


class TokenView(OAuthView):
    """`/api/oauth/token`"""

    def post(self, request: HttpRequest) -> HttpResponse:
        """A token for an hour, for id and secret."""
        return self.answer(self.create_token_response(request))


class RevokeView(OAuthView):
    """`/api/oauth/revoke`"""

    def post(self, request: HttpRequest) -> HttpResponse:
        """The token works no longer; unknown ones are none that works either."""
        return self.answer(self.create_revocation_response(request))


def metadata(request: HttpRequest) -> HttpResponse:
    """`/.well-known/oauth-authorization-server` (RFC 8414)."""
    methods = ["client_secret_basic", "client_secret_post"]
    return JsonResponse(
        {
            "issuer": request.build_absolute_uri("/").rstrip("/"),
            "token_endpoint": request.build_absolute_uri("/api/oauth/token"),
            "token_endpoint_auth_methods_supported": methods,
            "revocation_endpoint": request.build_absolute_uri("/api/oauth/revoke"),
            "revocation_endpoint_auth_methods_supported": methods,
            "grant_types_supported": [GRANT],
            "response_types_supported": [],
            "scopes_supported": list(Scope.values),
            "service_documentation": request.build_absolute_uri("/api/docs/"),
        }
    )
