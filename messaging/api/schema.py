"""How OpenAPI is told about API keys and tokens. Importing this registers it."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from compliance.constants import Scope


class CredentialSchemes(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Bearer <key>`, or the same with a token that an OAuth2 client got."""

    target_class = "messaging.api.authentication.ApiKeyAuthentication"
    name = ["apiKey", "oauth2"]

    def get_security_requirement(self, auto_schema: Any) -> Any:
        """One of the two; a token needs one of the operation's scopes."""
        scopes = auto_schema.view.scopes.get(auto_schema.method, ())
        tokens = [{"oauth2": [scope]} for scope in scopes] or [{"oauth2": []}]
        return [{"apiKey": []}, *tokens]

    def get_security_definition(self, auto_schema: Any) -> Any:
        """Both, in the order of the names."""
        return [
            {
                "type": "http",
                "scheme": "bearer",
                "description": "An API key, made in the console under “API keys”.",
            },
            {
                "type": "oauth2",
                "description": "Client credentials of a client, made under “OAuth2 clients”.",
                "flows": {
                    "clientCredentials": {
                        "tokenUrl": "/api/oauth/token",
                        "scopes": {scope.value: str(scope.label) for scope in Scope},
                    }
                },
            },
        ]
