"""Examples of webhooks in the API's documents."""

import json
from typing import Any

from messaging.api.examples import EVENT

WEBHOOK_REQUEST: dict[str, Any] = {
    "name": "CRM",
    "url": "https://example.com/hooks/sms",
    "event_types": ["message.delivered", "message.undelivered"],
}
WEBHOOK: dict[str, Any] = {
    "id": 7,
    **WEBHOOK_REQUEST,
    "senders": [],
    "is_ordered": False,
    "is_enabled": True,
    "country": None,
    "disabled_reason": None,
    "delivered_up_to": 1042,
    "former_secret_until": None,
    "client_certificate_ends_at": None,
    "health": {
        "last_hour": {"succeeded": 118, "failed": 2, "success_rate": 0.9833},
        "last_day": {"succeeded": 4031, "failed": 2, "success_rate": 0.9995},
        "median_ms": 38,
        "failing_since": None,
        "waiting_count": 0,
        "given_up_count": 1,
    },
}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  the specification's own example
TESTED: dict[str, Any] = {
    "is_success": True,
    "status": 204,
    "error": None,
    "ms": 41,
    "headers": {"server": "nginx"},
    "body": "",
}
DELIVERY: dict[str, Any] = {
    "event_id": "019b0b1e-6e5a-7c3e-8f43-2f6c1d0a9b77",
    "sequence": 1042,
    "type": "message.delivered",
    "status": "failed",
    "attempts": 10,
    "next_attempt_at": None,
    "last_status": 500,
    "last_error": "http_500",
    "delivered_at": None,
}
DELIVERY_DETAIL: dict[str, Any] = {
    **DELIVERY,
    "body": json.dumps(EVENT, separators=(",", ":")),
    "log": [
        {
            "at": "2027-01-31T02:00:04.1Z",
            "error": "http_500",
            "request": {
                "url": "https://example.com/hooks/sms",
                "headers": {
                    "content-type": "application/json",
                    "user-agent": "Signalbox-Webhooks/1",
                    "webhook-id": "019b0b1e-6e5a-7c3e-8f43-2f6c1d0a9b77",
                    "webhook-timestamp": "1801360804",
                    "webhook-signature": "v1,…",
                },
            },
            "response": {
                "status": 500,
                "headers": {"server": "nginx", "content-type": "text/plain"},
                "body": "database is locked",
                "ms": 112,
            },
        }
    ],
}
REPLAYED: dict[str, Any] = {"replayed": 812, "waiting": 0}
