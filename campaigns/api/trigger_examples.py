"""Examples of requests and answers about triggers."""

from typing import Any, Final

from messaging.api.examples import PREVIEW

EVENT: Final[dict[str, Any]] = {
    "id": "evt_1001",
    "type": "order.paid",
    "order": {
        "number": "DH-1001",
        "total": "450000",
        "customer": {"name": "Nguyễn Thị Lan", "phone": "0981234567"},
    },
}
RECEIVED: Final[dict[str, Any]] = {
    "id": "01936b1e-7f00-7000-8000-4d2f6c1f0a11",
    "result": "sent",
    "reason": None,
    "messages": ["01936b1e-7f01-7000-8000-1b0de2a7c9d2"],
    "repeated": False,
}
SPEC: Final[dict[str, Any]] = {
    "events": ["order.paid"],
    "condition": {"all": [{"path": "$.order.total", "operator": "greater", "value": 0}]},
    "number": "$.order.customer.phone",
    "from": "53849",
    "template": "order-paid",
    "class": "transactional",
    "slots": {
        "name": {
            "path": "$.order.customer.name",
            "format": ["last_word"],
            "default": "Quý khách",
        },
        "order": "$.order.number",
    },
    "dedupe": "$.order.number",
    "client_reference": "$.order.number",
    "metadata": {"order": "$.order.number"},
    "delay": {"kind": "now"},
}
SOURCE_REQUEST: Final[dict[str, Any]] = {
    "name": "Shop",
    "is_test": True,
    "signature": "standard_webhooks",
    "event_name": {"in": "path", "at": "$.type"},
    "event_id": {"in": "header", "at": "webhook-id"},
}
SOURCE: Final[dict[str, Any]] = {
    "id": 7,
    "name": "Shop",
    "is_enabled": True,
    "is_test": True,
    "url": "/api/v1/triggers/tr_5vYz…",
    "signature": "standard_webhooks",
    "hmac": None,
    "tolerance_seconds": 300,
    "event_name": {"in": "path", "at": "$.type"},
    "event_id": {"in": "header", "at": "webhook-id"},
    "allowed_addresses": [],
    "dedupe_hours": 168,
    "payload_days": 14,
    "created_at": "2026-11-23T08:00:00Z",
    "last_event_at": None,
    "last_refusal": None,
    "previous_secret_until": None,
}
SOURCE_CHANGE: Final[dict[str, Any]] = {"is_test": False}
SOURCE_LIVE: Final[dict[str, Any]] = SOURCE | {"is_test": False}
SOURCE_MADE: Final[dict[str, Any]] = SOURCE | {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
MAPPING_REQUEST: Final[dict[str, Any]] = {"name": "Order paid", "spec": SPEC, "activate": True}
MAPPING: Final[dict[str, Any]] = {
    "id": 12,
    "name": "Order paid",
    "is_enabled": True,
    "active": {
        "version": 1,
        "status": "active",
        "spec": SPEC,
        "created_at": "2026-11-23T08:00:00Z",
        "activated_at": "2026-11-23T08:00:00Z",
    },
    "draft": None,
    "sample": None,
    "sample_event": None,
    "last_message_at": None,
}
DRY_RUN_REQUEST: Final[dict[str, Any]] = {"payload": EVENT, "drafts": True}
DRY_RUN: Final[dict[str, Any]] = {
    "event": "order.paid",
    "mappings": [
        {
            "mapping": 12,
            "name": "Order paid",
            "version": 1,
            "is_draft": False,
            "is_on": True,
            "is_for_it": True,
            "would_send": True,
            "conditions": [
                {
                    "path": "$.order.total",
                    "operator": "greater",
                    "found": "450000",
                    "met": True,
                }
            ],
            "reasons": [],
            "message": {
                "to": "0981234567",
                "from": "53849",
                "template": "order-paid",
                "parameters": {"name": "Lan", "order": "DH-1001"},
                "language": None,
                "send_at": None,
                "expires_at": None,
                "client_reference": "DH-1001",
                "metadata": {"order": "DH-1001"},
            },
            "preview": PREVIEW,
        }
    ],
}
TRIGGER_EVENT: Final[dict[str, Any]] = {
    "id": RECEIVED["id"],
    "event": "order.paid",
    "is_test": True,
    "received_at": "2026-11-23T08:01:00Z",
    "result": "sent",
    "reason": None,
    "detail": None,
    "repeats": 0,
    "runs": 1,
    "ran_at": "2026-11-23T08:01:00Z",
    "mappings": [
        {
            "mapping": 12,
            "name": "Order paid",
            "version": 1,
            "outcome": "sent",
            "message": RECEIVED["messages"][0],
            "code": None,
            "place": None,
            "detail": None,
        }
    ],
}
