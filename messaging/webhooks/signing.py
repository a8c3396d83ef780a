"""Secrets and signatures by Standard Webhooks 1.0.0, through the published library."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook

from messaging.webhooks.attempts import USER_AGENT

_SECRET_BYTES = 32  # the specification allows 24 to 64


def secret_make() -> str:
    """A new signing secret, `whsec_` and base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers(
    *, message_id: str, at: datetime, body: str, signing_secrets: Sequence[str]
) -> dict[str, str]:
    """The headers of one attempt at `at` (UTC); during a rotation one signature per secret."""
    signatures = [Webhook(secret).sign(message_id, at, body) for secret in signing_secrets]
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
