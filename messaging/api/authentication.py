"""Who calls the API: the account behind an API key, within the key's scopes."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from compliance.models import Account, ApiKey
from compliance.services.credentials import api_key_authenticate
from config.common.callers import caller, remote_address
from config.common.errors import DomainError, NotAllowedError

# Known, but not from here: 403.
_KNOWN_BUT_NOT_SO = frozenset({"address_not_allowed", "client_certificate_required"})


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`; `request.auth` is the ApiKey, and there is no user."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        scheme, _separator, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer" or not key.strip() or not key.isascii():
            raise AuthenticationFailed(
                _("The Authorization header is not understood: send “Bearer” and the API key.")
            )
        here = caller()
        certificate = here.certificate if here is not None else None
        try:
            found = api_key_authenticate(key.strip(), remote_address(request.META), certificate)
        except DomainError as error:
            if error.code in _KNOWN_BUT_NOT_SO:
                raise
            raise AuthenticationFailed(str(error.message), error.code) from error
        if here is not None:
            here.api_key = found.prefix
        return None, found

    def authenticate_header(self, request: Request) -> str:
        """Sent with 401 (RFC 9110 §11.6.1)."""
        return 'Bearer realm="Signalbox"'


class HasScope(BasePermission):
    """The key carries one of the scopes that the view names for the method."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises NotAllowedError naming the missing scope or the suspended account."""
        key = request.auth
        if not isinstance(key, ApiKey):
            return False
        if key.account is None and not getattr(view, "is_operations", False):
            raise NotAllowedError(
                "platform_key",
                _("This is a key of the platform: what accounts have is read with their own keys."),
            )
        if key.account is not None and key.account.status != Account.Status.ACTIVE:
            raise NotAllowedError(
                "account_suspended",
                _("The account is suspended: contact the platform's operator."),
            )
        if key.is_test and request.method not in SAFE_METHODS and not view.takes_test_keys:
            raise NotAllowedError(
                "test_key",
                _(
                    "Test keys send messages and codes to the sandbox, and read; this changes what"
                    " is real: use a live key."
                ),
            )
        needed = view.scopes.get("GET" if request.method == "HEAD" else request.method, ())
        if needed and not set(needed) & set(key.scopes):
            raise NotAllowedError(
                "scope_missing",
                _("The API key lacks the scope “%(scope)s”: use a key that has it.")
                % {"scope": needed[0]},
            )
        return True
