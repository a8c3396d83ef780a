"""Examples of the documentation: true to form, addresses and numbers invented."""

from typing import Any

MESSAGE_REQUEST: dict[str, Any] = {
    "to": "+84981234567",
    "from": "53849",
    "template": "order-shipped",
    "parameters": {"name": "Nguyễn Thị Mai", "order": "A-1029"},
    "client_reference": "order-1029-shipped",
    "expires_at": "2027-01-31T21:00:00+07:00",
}
TEXT_REQUEST: dict[str, Any] = {
    "to": "0981234567",
    "from": "53849",
    "class": "otp",
    "text": "482915 is your code.\n@example.com #482915",
}
MESSAGE: dict[str, Any] = {
    "id": "019b0b1e-6e5a-7c3e-8f43-2f6c1d0a9b11",
    "to": "+84981234567",
    "from": "53849",
    "class": "care",
    "status": "accepted",
    "failure_reason": None,
    "delivery_proof": None,
    "text": "Đơn A-1029 của chị Mai đã được gửi.",
    "encoding": "ucs2",
    "segment_count": 1,
    "billed_segment_count": 1,
    "price": {"amount": "350", "currency": "VND"},
    "livemode": True,
    "client_reference": "order-1029-shipped",
    "metadata": {},
    "network": "viettel",
    "campaign": None,
    "created_at": "2027-01-31T02:00:00.123456Z",
    "send_at": None,
    "expires_at": "2027-01-31T14:00:00Z",
    "time_zone": None,
    "sent_at": None,
    "done_at": None,
}
SANDBOX_NUMBERS: dict[str, Any] = {
    "data": [
        {
            "number": "+84980000901",
            "outcome": "undeliverable",
            "description": "Accepted; a receipt says UNDELIV.",
            "status": "undelivered",
            "failure_reason": "undeliverable",
            "code": None,
        },
        {
            "number": "+84980000982",
            "outcome": "credit_exhausted",
            "description": "Not accepted: the credit does not cover it.",
            "status": None,
            "failure_reason": None,
            "code": "credit_exhausted",
        },
    ]
}
DELIVERED: dict[str, Any] = {
    **MESSAGE,
    "status": "delivered",
    "delivery_proof": "network",
    "sent_at": "2027-01-31T02:00:00.210000Z",
    "done_at": "2027-01-31T02:00:03.900000Z",
    "way": "From 53849, over a route for the network.",
}
BATCH_REQUEST: dict[str, Any] = {
    "from": "53849",
    "template": "order-shipped",
    "messages": [
        {"to": "+84981234567", "parameters": {"name": "Mai", "order": "A-1029"}},
        {"to": "02838123456", "parameters": {"name": "Nam", "order": "A-1030"}},
    ],
}
BATCH: dict[str, Any] = {
    "accepted_count": 1,
    "rejected_count": 1,
    "accepted": [
        {
            "index": 0,
            "id": "019b0b1e-6e5a-7c3e-8f43-2f6c1d0a9b11",
            "to": "+84981234567",
            "status": "accepted",
            "segment_count": 1,
            "billed_segment_count": 1,
            "encoding": "gsm7",
            "price": {"amount": "350", "currency": "VND"},
        }
    ],
    "rejected": [
        {
            "index": 1,
            "code": "fixed_line",
            "field": "to",
            "pointer": "#/messages/1/to",
            "detail": "This is a fixed line, and SMS cannot reach it. Give a mobile.",
            "closest": None,
        }
    ],
}
PREVIEW_REQUEST: dict[str, Any] = {
    "to": "+84981234567",
    "from": "53849",
    "class": "care",
    "text": "Đơn A-1029 đã được gửi.",
    "audience_size": 1000,
}
PREVIEW_WORDING_REQUEST: dict[str, Any] = {
    "class": "care",
    "wording": {
        "text": "Đơn {order} đã được gửi.",
        "slots": [{"name": "order", "max_length": 12, "example": "A-1029"}],
    },
}
PREVIEW: dict[str, Any] = {
    "text": "Don A-1029 đa gui.",
    "template": "order-shipped",
    "is_nfc": True,
    "encoding": "ucs2",
    "units": 18,
    "segment_count": 1,
    "segments": [{"units": 18, "text": "Don A-1029 đa gui."}],
    "billed_segment_count": 1,
    "culprits": [
        {
            "position": 11,
            "character": "đ",
            "name": "LATIN SMALL LETTER D WITH STROKE",
            "suggestion": "d",
        }
    ],
    "culprit_count": 1,
    "invisible": [],
    "suggestions": [
        {
            "rewriting": "unmarked",
            "text": "Don A-1029 da gui.",
            "encoding": "gsm7",
            "units": 18,
            "segment_count": 1,
            "saved_segments": 0,
            "warnings": [],
        }
    ],
    "cost": {
        "amount": "350",
        "currency": "VND",
        "audience": {"size": 1000, "amount": "350000"},
    },
    "networks": [],
    "worst_case": None,
    "format_problems": [],
    "content": [{"country": "VN", "is_blocked": False, "findings": []}],
    "at": "2027-01-31T02:00:00Z",
    "status": "queued",
    "failure_reason": None,
    "network": {"code": "viettel", "name": "Viettel", "source": "prefix"},
    "sender": {"from": "53849", "instead_of": None, "cause": None},
    "route": {
        "candidates": [
            {
                "tier": 1,
                "share": 1.0,
                "is_chosen": True,
                "is_available": True,
                "exclusion": None,
            }
        ],
        "reasons": ["by_country", "only_route"],
    },
    "compliance": {
        "decision": "allowed",
        "until": None,
        "findings": [],
        "rules_version": "VN 1",
    },
    "refusal": None,
}
TEMPLATE_REQUEST: dict[str, Any] = {
    "template": "order-shipped",
    "name": "Order shipped",
    "class": "care",
    "language": "vi",
    "advertiser": "Sao Mai",
}
VERSION_REQUEST: dict[str, Any] = {
    "text": "Don {order} da duoc gui.",
    "slots": [{"name": "order", "max_length": 12, "example": "A-1029"}],
}
_FIGURES: dict[str, Any] = {"encoding": "gsm7", "units": 23, "segment_count": 1}
VERSION: dict[str, Any] = {
    "version": 2,
    "status": "approved",
    "text": "Don {order} da duoc gui.",
    "slots": [{"name": "order", "max_length": 12, "example": "A-1029"}],
    "rewriting": "none",
    "variants": [],
    "message_format": "",
    "author": "mai",
    "submitted_at": "2027-01-30T02:00:00Z",
    "reviewer": "lan",
    "reviewed_at": "2027-01-30T03:00:00Z",
    "activates_at": None,
    "comment": "",
    "worst_case": {
        "example": _FIGURES,
        "longest": _FIGURES | {"units": 29},
        "worst": _FIGURES | {"encoding": "ucs2", "units": 29},
    },
    "content": [{"country": "VN", "is_blocked": False, "findings": []}],
    "registrations": [
        {
            "network": "viettel",
            "is_demanded": True,
            "is_registered": True,
            "state": "registered",
            "reference": "VT-20931",
            "expires_on": "2027-12-31",
            "from_version": None,
        }
    ],
    "fingerprint": "5f0d1c",
}
EVENT: dict[str, Any] = {
    "sequence": 1042,
    "type": "message.delivered",
    "timestamp": "2027-01-31T02:00:03.9+00:00",
    "data": {
        "id": "019b0b1e-6e5a-7c3e-8f43-2f6c1d0a9b11",
        "to": "+84981234567",
        "from": "53849",
        "class": "care",
        "status": "delivered",
        "failure_reason": None,
        "delivery_proof": "network",
        "segment_count": 1,
        "billed_segment_count": 1,
        "price": {"amount": "350", "currency": "VND"},
        "client_reference": "order-1029-shipped",
        "metadata": {},
        "sent_at": "2027-01-31T02:00:00.21+00:00",
        "done_at": "2027-01-31T02:00:03.9+00:00",
    },
}
POOL_REQUEST: dict[str, Any] = {
    "name": "reminders",
    "country": "VN",
    "classes": ["care"],
    "spread": "weight",
    "members": [{"sender": "53849", "weight": 3}, {"sender": "84901234567"}],
}
POOL: dict[str, Any] = {
    "id": 3,
    "name": "reminders",
    "country": "VN",
    "classes": ["care"],
    "spread": "weight",
    "is_sticky": True,
    "sticky_days": 90,
    "is_active": True,
    "members": [{"sender": "53849", "weight": 3}, {"sender": "84901234567", "weight": 1}],
}
FALLBACK_REQUEST: dict[str, Any] = {
    "sender": "53849",
    "causes": ["no_route", "not_registered"],
    "to_sender": "84901234567",
}
FALLBACK: dict[str, Any] = {
    "id": 8,
    "order": 1,
    "sender": "53849",
    "sender_kind": "",
    "classes": [],
    "causes": ["no_route", "not_registered"],
    "errors": [],
    "to_sender": "84901234567",
    "to_pool": None,
    "is_active": True,
}

API_KEY = {
    "name": "Web shop",
    "account": "green-garden",
    "begins_with": "sb_1f0c9a37",
    "scopes": ["messages:send", "keys:rotate"],
    "allowed_addresses": ["203.0.113.0/24"],
    "created_at": "2026-11-02T03:12:45Z",
    "expires_at": None,
    "former": None,
}
API_KEY_ROTATION = {"until": "2027-02-07T00:00:00Z"}
API_KEY_RENEWED = {
    **API_KEY,
    "begins_with": "sb_77d2e0b4",
    "former": {"begins_with": "sb_1f0c9a37", "until": "2027-02-07T00:00:00Z"},
    "secret": "sb_77d2e0b4…",
}
