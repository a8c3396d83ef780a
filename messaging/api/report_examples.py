"""Examples of the documentation about reports: figures are invented."""

from typing import Any

_FIGURES: dict[str, Any] = {
    "accepted": 1200,
    "sent": 1180,
    "delivered": 1121,
    "undelivered": 40,
    "failed": 6,
    "expired": 0,
    "blocked": 14,
    "canceled": 0,
    "unknown": 9,
    "open": 10,
    "segments": 2360,
    "price": {"amount": "826000", "currency": "VND"},
    "delivery_rate": 0.95,
    "receipt_seconds": 3.1,
}
REPORT: dict[str, Any] = {
    "data": [{"day": "2027-01-31", "network": "viettel", **_FIGURES}],
    "totals": _FIGURES,
    "from": "2027-01-31",
    "to": "2027-01-31",
    "timezone": "Asia/Ho_Chi_Minh",
    "counted_until": "2027-01-31T09:12:00Z",
}
_ANSWERS: dict[str, Any] = {
    "answered": 38,
    "automatic": 12,
    "unanswered": 2,
    "waiting": 1,
    "escalated": 3,
    "median_seconds": 540,
    "p90_seconds": 2820,
    "limited": 41,
    "in_time": 36,
    "in_time_rate": 0.878,
}
RESPONSE_TIMES: dict[str, Any] = {
    "data": [{"day": "2027-01-31", **_ANSWERS}],
    "totals": _ANSWERS,
    "from": "2027-01-31",
    "to": "2027-01-31",
    "timezone": "Asia/Ho_Chi_Minh",
    "is_cut": False,
}
