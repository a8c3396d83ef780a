"""Replies that are in nobody's inbox."""

from typing import Any, Final

from messaging.api.operations.examples.form import Example, page

_REPLY: dict[str, Any] = {
    "id": "01a2089a-4c6d-75ae-a4dc-1d0d31f3dcd8",
    "from": "+84981234567",
    "to": "53999",
    "text": "When do you open?",
    "reason": "unknown_address",
    "state": "waiting",
    "bind": "viettel-1",
    "received_at": "2027-01-31T02:00:00Z",
    "note": "",
    "decided_at": None,
    "decided_by": None,
}
_PART: dict[str, Any] = {
    "number": 1,
    "total": 1,
    "reference": None,
    "text": "When do you open?",
    "data_coding": 0,
    "repeats": 0,
    "received_at": "2027-01-31T02:00:00Z",
}
_DETAIL: dict[str, Any] = {**_REPLY, "parts": [_PART]}
_DECIDED: dict[str, Any] = {"decided_at": "2027-01-31T02:05:00Z", "decided_by": "olga"}
_WRONG_NUMBER: Final = "A wrong number: the person meant a shop"

OF: Final[dict[str, Example]] = {
    "route_unrouted_replies": Example(
        sends={"to": "53999"},
        answers={
            "routed_count": 1,
            "rejected_count": 1,
            "routed": [{"id": _REPLY["id"], "sender_id": 12, "account": "sao-mai"}],
            "rejected": [
                {
                    "index": 1,
                    "id": "01a2089a-6f01-7c22-9d05-52f8e2b7c410",
                    "code": "unrouted_decided",
                    "pointer": "#/to",
                    "detail": "Somebody has decided this reply already.",
                }
            ],
            "next_cursor": None,
        },
    ),
    "list_unrouted_replies": Example(answers=page(_REPLY)),
    "get_unrouted_reply": Example(answers=_DETAIL),
    "dismiss_unrouted_reply": Example(
        sends={"note": _WRONG_NUMBER},
        answers={**_DETAIL, **_DECIDED, "state": "dismissed", "note": _WRONG_NUMBER},
    ),
    "restore_unrouted_reply": Example(answers=_DETAIL),
    "assign_unrouted_reply": Example(
        sends={"sender_id": 12},
        answers={
            **_DETAIL,
            **_DECIDED,
            "state": "routed",
            "note": "53849 · Sao Mai",
            "text": None,
            "parts": [],
        },
    ),
}
