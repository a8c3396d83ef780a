"""Senders, pools and fallback rules of every account."""

from typing import Any, Final

from messaging.api.operations.examples.form import Example, page

_SENDER: dict[str, Any] = {
    "classes": ["otp", "transactional", "care", "marketing"],
    "account": "sao-mai",
    "advertiser": "Sao Mai",
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
_SEND: dict[str, Any] = {
    "account": "sao-mai",
    "advertiser": "Sao Mai",
    "kind": "short_code",
    "address": "53851",
    "country": "VN",
    "status": "active",
    "lease_start": "2027-01-01",
    "lease_end": "2027-12-31",
    "lease_provider": "Viettel",
    "classes": ["otp", "care"],
    "throughput": 50,
}
_ADDED: dict[str, Any] = _SENDER | {
    "id": 18,
    "address": "53851",
    "classes": ["otp", "care"],
    "registrations": [],
    "lease_start": "2027-01-01",
    "lease_end": "2027-12-31",
    "lease_provider": "Viettel",
    "throughput": 50.0,
}
OF: Final = {
    "add_sender": Example(sends=_SEND, answers=_ADDED),
    "change_sender": Example(
        sends={"throughput": 80, "lease_end": "2028-12-31"},
        answers=_ADDED | {"throughput": 80.0, "lease_end": "2028-12-31"},
    ),
    "list_all_senders": Example(answers=page(_SENDER)),
    "get_any_sender": Example(
        answers=_SENDER | {"registrations": [], "id": 17, "address": "53850"}
    ),
    "list_all_sender_pools": Example(answers=page(_POOL)),
    "get_any_sender_pool": Example(answers=_POOL),
    "list_all_fallback_rules": Example(answers=page(_RULE)),
    "get_any_fallback_rule": Example(answers=_RULE),
}
