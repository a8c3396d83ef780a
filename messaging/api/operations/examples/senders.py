"""Senders, pools and fallback rules of every account."""

from typing import Any, Final

from messaging.api.operations.examples.form import Example, page

_SENDER: dict[str, Any] = {
    "classes": ["otp", "transactional", "care", "marketing"],
    "account": "sao-mai",
    "registrations": [
        {
            "state": "approved",
            "reference": "",
            "valid_from": None,
            "valid_until": None,
            "network": "viettel",
            "class": "care",
        },
        {
            "state": "approved",
            "reference": "",
            "valid_from": None,
            "valid_until": None,
            "network": "viettel",
            "class": "marketing",
        },
        {
            "state": "approved",
            "reference": "",
            "valid_from": None,
            "valid_until": None,
            "network": "viettel",
            "class": "otp",
        },
        {
            "state": "approved",
            "reference": "",
            "valid_from": None,
            "valid_until": None,
            "network": "viettel",
            "class": "transactional",
        },
    ],
    "certificates": [],
    "programs": [],
    "id": 16,
    "kind": "short_code",
    "address": "53849",
    "country": "VN",
    "status": "active",
    "lease_start": "2026-10-24",
    "lease_end": "2027-10-24",
    "lease_provider": "",
    "lease_reference": "",
    "throughput": None,
    "traffic_kind": "a2p",
    "receives_replies": False,
}
_POOL: dict[str, Any] = {
    "id": 4,
    "name": "reminders",
    "country": "VN",
    "classes": [],
    "spread": "rotate",
    "is_sticky": True,
    "sticky_days": 90,
    "is_active": True,
    "members": [{"sender": "53849", "weight": 3}],
    "account": "sao-mai",
}
_RULE: dict[str, Any] = {
    "id": 4,
    "order": 1,
    "sender": "53849",
    "sender_kind": "",
    "classes": [],
    "causes": ["no_route"],
    "errors": [],
    "to_sender": "53850",
    "to_pool": None,
    "is_active": True,
    "account": "sao-mai",
}
OF: Final = {
    "list_all_senders": Example(answers=page(_SENDER)),
    "get_any_sender": Example(
        answers=_SENDER | {"registrations": [], "id": 17, "address": "53850"}
    ),
    "list_all_sender_pools": Example(answers=page(_POOL)),
    "get_any_sender_pool": Example(answers=_POOL),
    "list_all_fallback_rules": Example(answers=page(_RULE)),
    "get_any_fallback_rule": Example(answers=_RULE),
}
