"""Examples of replies: true to form, numbers invented."""

from typing import Any

_REPLY: dict[str, Any] = {
    "id": "019b0b1e-6e5a-7c3e-8f43-2f6c1d0a9b12",
    "from": "+84981234567",
    "to": "53849",
    "text": "Đổi giúp em size L nhé",
    "encoding": "ucs2",
    "part_count": 1,
    "keyword": None,
    "action": "none",
    "state": "complete",
    "missing_parts": [],
    "network": "viettel",
    "livemode": True,
    "received_at": "2027-01-31T02:00:00.123456Z",
    "amended_at": None,
}
LIST: dict[str, Any] = {"data": [_REPLY], "next_cursor": None}
DETAIL: dict[str, Any] = {
    **_REPLY,
    "text": "Cho em hỏi đơn A-1029 […2/2…]",
    "part_count": 2,
    "state": "incomplete",
    "missing_parts": [2],
    "parts": [
        {
            "number": 1,
            "total": 2,
            "reference": 87,
            "text": "Cho em hỏi đơn A-1029 ",
            "data_coding": 8,
            "repeats": 0,
            "received_at": "2027-01-31T02:00:00.123456Z",
        }
    ],
}
