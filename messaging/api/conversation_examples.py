"""Examples of the documentation about conversations: numbers and people are invented."""

from typing import Any

from messaging.api.examples import MESSAGE

CONVERSATION: dict[str, Any] = {
    "id": "019b0b20-1c2d-7a10-9a61-5c0f4b7d2e33",
    "number": "+84981234567",
    "advertiser": "MAI Fashion",
    "sender": "53849",
    "state": "open",
    "assignee": "lan",
    "unread_count": 1,
    "version": 2,
    "waiting_since": "2027-01-31T02:11:40Z",
    "due_at": "2027-01-31T02:41:40Z",
    "escalated_at": None,
    "last_at": "2027-01-31T02:11:40Z",
    "opened_at": "2027-01-30T08:00:12Z",
    "closed_at": None,
}
REPLY_REQUEST: dict[str, Any] = {
    "version": 2,
    "template": "order-shipped",
    "parameters": {"name": "Mai", "order": "A-1029"},
}
REPLIED: dict[str, Any] = {
    "message": MESSAGE,
    "conversation": CONVERSATION
    | {"version": 3, "unread_count": 0, "waiting_since": None, "due_at": None},
}
ENTRIES: list[dict[str, Any]] = [
    {
        "id": "019b0b20-1c2d-7a10-9a61-5c0f4b7d2e40",
        "kind": "reply",
        "at": "2027-01-31T02:11:40Z",
        "text": "Bao giờ hàng tới ạ?",
        "by": None,
        "data": {"to": "53849", "keyword": None, "action": None, "deeds": []},
    },
    {
        "id": "019b0b1e-6e5a-7c3e-8f43-2f6c1d0a9b11",
        "kind": "message",
        "at": "2027-01-31T02:00:00.123000Z",
        "text": "Đơn A-1029 của chị Mai đã được gửi.",
        "by": "lan",
        "data": {
            "from": "53849",
            "class": "care",
            "status": "delivered",
            "failure_reason": None,
            "delivery_proof": "network",
            "receipt_error": None,
            "segment_count": 1,
            "origin": "console",
            "campaign": None,
            "template": "order-shipped",
            "sent_at": "2027-01-31T02:00:00.210000Z",
            "done_at": "2027-01-31T02:00:03.900000Z",
        },
    },
]
