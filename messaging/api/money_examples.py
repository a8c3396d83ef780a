"""Examples of money in the API's documentation."""

from typing import Any

BALANCE: dict[str, Any] = {
    "mode": "prepaid",
    "currency": "VND",
    "available": "1250000",
    "credit": "1250000",
    "reserved": "84000",
    "used_percent": 37,
    "alert_percents": [80, 95, 100],
    "day": {"limit": "5000000", "used": "640000", "left": "4360000", "used_percent": 12},
    "month": None,
}
STATEMENT: dict[str, Any] = {
    "currency": "VND",
    "timezone": "Asia/Ho_Chi_Minh",
    "from": "2026-11-23",
    "to": "2026-11-23",
    "data": [
        {
            "accepted": 120,
            "reserved": "42000",
            "messages": 112,
            "segments": 112,
            "charged": "39200",
            "given_back": "2800",
            "day": "2026-11-23",
            "sender": "53849",
            "network": "Viettel",
            "country": "VN",
            "class": "transactional",
        }
    ],
    "total": {
        "accepted": 120,
        "reserved": "42000",
        "messages": 112,
        "segments": 112,
        "charged": "39200",
        "given_back": "2800",
    },
}
LEDGER: dict[str, Any] = {
    "data": [
        {
            "id": 12,
            "kind": "top_up",
            "amount": "2000000",
            "balance": "2000000",
            "currency": "VND",
            "day": None,
            "reference": "INV-2026-118",
            "reason": "",
            "at": "2026-11-23T02:00:00Z",
        }
    ],
    "next_cursor": None,
}
