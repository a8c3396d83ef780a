"""Examples of verifications in the description of the API."""

from typing import Any, Final

START_REQUEST: Final[dict[str, Any]] = {
    "to": "+84981234567",
    "service": "sign-in",
    "locale": "vi",
    "ip": "203.0.113.7",
    "device_id": "web-7f3a",
    "client_reference": "login-5521",
}
VERIFICATION: Final[dict[str, Any]] = {
    "id": "0199f2a4-1c00-7d3e-9a51-3f6d2b9c8e10",
    "to": "+84981234567",
    "service": "sign-in",
    "channel": "sms",
    "status": "pending",
    "reason": None,
    "locale": "vi",
    "from": "53849",
    "template": "sign-in-code",
    "code_length": 6,
    "sends": [
        {
            "message_id": "0199f2a4-1c00-7abc-8def-0123456789ab",
            "at": "2027-01-15T05:00:00Z",
        }
    ],
    "checks_left": 5,
    "next_send_at": "2027-01-15T05:00:30Z",
    "livemode": True,
    "client_reference": "login-5521",
    "metadata": {},
    "created_at": "2027-01-15T05:00:00Z",
    "expires_at": "2027-01-15T05:05:00Z",
    "done_at": None,
}
RESENT: Final[dict[str, Any]] = {
    **VERIFICATION,
    "sends": [
        *VERIFICATION["sends"],
        {
            "message_id": "0199f2a4-8b90-7abc-8def-0123456789ab",
            "at": "2027-01-15T05:00:35Z",
        },
    ],
    "next_send_at": "2027-01-15T05:01:35Z",
    "expires_at": "2027-01-15T05:05:35Z",
}
CANCELED: Final[dict[str, Any]] = {
    **VERIFICATION,
    "status": "canceled",
    "reason": "requested",
    "checks_left": 0,
    "next_send_at": None,
    "done_at": "2027-01-15T05:00:20Z",
}
CHECK_REQUEST: Final[dict[str, Any]] = {"code": "240389"}
NUMBER_CHECK_REQUEST: Final[dict[str, Any]] = {
    "to": "+84981234567",
    "service": "sign-in",
    "code": "240 389",
}
CHECKED: Final[dict[str, Any]] = {
    "approved": True,
    "result": "right",
    "checks_left": 0,
    "verification": {
        **VERIFICATION,
        "status": "approved",
        "checks_left": 0,
        "next_send_at": None,
        "done_at": "2027-01-15T05:00:24Z",
    },
}
WRONG: Final[dict[str, Any]] = {
    "approved": False,
    "result": "wrong",
    "checks_left": 4,
    "verification": {**VERIFICATION, "checks_left": 4},
}
SERVICE_REQUEST: Final[dict[str, Any]] = {
    "name": "Sign-in",
    "slug": "sign-in-2",
    "sender": "53849",
    "countries": ["VN"],
    "texts": [{"locale": "vi", "template": "sign-in-code"}],
}
SERVICE: Final[dict[str, Any]] = {
    "name": "Sign-in",
    "slug": "sign-in-2",
    "sender": "53849",
    "is_active": True,
    "code_length": 6,
    "lifetime_seconds": 300,
    "max_checks": 5,
    "resend_delays": [30, 60, 120, 240],
    "countries": ["VN"],
    "app_hash": "",
    "limit_number": "5 per 10m, 15 per 1d",
    "limit_ip": "10 per 10m, 50 per 1d",
    "limit_device": "5 per 10m, 20 per 1d",
    "limit_prefix": "60 per 10m",
    "limit_service": "3000 per 1m",
    "mode": "filter",
    "least_sends": 20,
    "least_conversion_percent": 20,
    "sequential_numbers": 6,
    "country_times": 2.0,
    "countries_per_ip": 5,
    "hold_minutes": 60,
    "texts": [{"locale": "vi", "template": "sign-in-code"}],
}
HOLD: Final[dict[str, Any]] = {
    "id": 71,
    "service": "sign-in",
    "country": "VN",
    "prefix": "8498123",
    "cause": "low_conversion",
    "is_monitor": False,
    "measured": {"sends": 40, "approvals": 1, "least_conversion": 0.2},
    "reason": "",
    "placed_at": "2027-01-15T05:00:00Z",
    "until": "2027-01-15T06:00:00Z",
    "ended_at": None,
}
LIFTED: Final[dict[str, Any]] = {
    **HOLD,
    "reason": "Real customers",
    "ended_at": "2027-01-15T05:10:00Z",
}
OVERRIDE_REQUEST: Final[dict[str, Any]] = {
    "prefix": "+84981234567",
    "service": "sign-in",
    "until": "2027-01-16T05:00:00Z",
    "reason": "The customer called us",
}
OVERRIDE: Final[dict[str, Any]] = {
    "id": 9,
    "service": "sign-in",
    "prefix": "84981234567",
    "reason": "The customer called us",
    "created_at": "2027-01-15T05:00:00Z",
    "until": "2027-01-16T05:00:00Z",
    "ended_at": None,
}
OVERRIDE_ENDED: Final[dict[str, Any]] = {**OVERRIDE, "ended_at": "2027-01-15T07:00:00Z"}
