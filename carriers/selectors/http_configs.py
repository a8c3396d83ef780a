"""A bind's HTTP options as the values its link runs on."""

from typing import cast

from django.conf import settings
from django.urls import reverse

from carriers.http.options import Authentication, Format, HttpOptions, Method
from carriers.models import Bind


def http_options(bind: Bind) -> HttpOptions:
    """How this carrier is asked to send."""
    return HttpOptions(
        url=bind.http_url,
        method=cast(Method, bind.http_method),
        headers=bind.http_headers,
        format=cast(Format, bind.http_format),
        body=bind.http_body,
        authentication=cast(Authentication, bind.http_authentication),
        authentication_name=bind.http_authentication_name,
        secret=bind.http_secret,
        connect_seconds=bind.http_connect_seconds,
        success_path=bind.http_success_path,
        success_values=tuple(bind.http_success_values),
        id_path=bind.http_id_path,
        error_path=bind.http_error_path,
        error_classes=bind.http_error_classes,
        receipt_url=webhook_url(bind, "receipts"),
    )


def webhook_token(bind: Bind) -> str:
    """What stands in the address of its webhooks: which bind, and the proof."""
    return f"{bind.pk}-{bind.http_token}"


def webhook_url(bind: Bind, what: str) -> str:
    """Where this carrier posts its `receipts` or `replies`; "" while the bind is not saved."""
    if not bind.pk or not bind.http_token:
        return ""
    path = reverse(f"carrier-{what}", args=[webhook_token(bind)])
    return settings.CARRIER_WEBHOOK_BASE_URL.rstrip("/") + path
