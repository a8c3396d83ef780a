"""Keyword rules in the examples of the API's description."""

from typing import Any, Final

RULE_REQUEST: Final[dict[str, Any]] = {
    "name": "Order status",
    "sender": "53849",
    "match_kind": "first_word",
    "words": ["DH", "ĐƠN HÀNG"],
    "actions": [
        {"do": "reply", "template": "order-shipped", "parameters": {"order": "{rest}"}},
        {"do": "forward", "fields": {"order": "{rest}"}},
    ],
}
QUESTION_REQUEST: Final[dict[str, Any]] = {
    "name": "Return",
    "match_kind": "pattern",
    "words": [r"(?:tra|return) (?P<order>[A-Z]+\d+)"],
    "question": {
        "template": "confirm-return",
        "parameters": {"order": "{order}"},
        "answers": [
            {
                "name": "yes",
                "words": ["1", "có"],
                "actions": [{"do": "forward", "fields": {"order": "{order}"}}],
            },
            {"name": "no", "words": ["2", "không"]},
        ],
        "timeout_minutes": 60,
        "timeout_actions": [{"do": "escalate", "note": "No answer about {order}"}],
        "repeats": 1,
    },
}
CODE_REQUEST: Final[dict[str, Any]] = {
    "name": "Sign in by text",
    "sender": "53849",
    "match_kind": "exact",
    "words": ["LOGIN"],
    "question": {
        "verification": "sign-in",
        "approved_actions": [{"do": "reply", "template": "welcome-back"}],
        "failed_actions": [{"do": "escalate", "note": "No right code"}],
    },
}
_LISTED: Final[dict[str, Any]] = {
    "id": 12,
    "name": "Order status",
    "sender": "53849",
    "priority": 100,
    "match_kind": "first_word",
    "words": ["DH", "ĐƠN HÀNG"],
    "languages": [],
    "valid_from": None,
    "valid_until": None,
    "is_active": True,
    "is_shadow": False,
    "actions": RULE_REQUEST["actions"],
    "question": None,
    "figures": {
        "matches": 412,
        "shadow_matches": 0,
        "answers": 409,
        "failures": 3,
        "last_match_at": "2027-01-15T04:58:00Z",
    },
    "troubles": [],
    "created_at": "2027-01-02T03:00:00Z",
}
PAGE: Final[dict[str, Any]] = {"data": [_LISTED], "next_cursor": None}
RULE: Final[dict[str, Any]] = {
    **_LISTED,
    "conflicts": [
        {
            "kind": "overlap",
            "rule": 12,
            "other": 9,
            "example": "dh",
            "detail": "“Order status” and “DH alone” have one priority and both fit “dh”: “DH"
            " alone” acts. Give them different priorities to say so.",
        }
    ],
}
HITS: Final[dict[str, Any]] = {
    "data": [
        {
            "id": 90412,
            "inbound_id": "0192f0c2-6c1e-7a44-9a7f-2b8a53d11f10",
            "from": "+84912345678",
            "to": "53849",
            "outcome": "acted",
            "matched": "DH",
            "results": [
                {
                    "do": "reply",
                    "result": "done",
                    "template": "order-shipped",
                    "message": "0192f0c2-6c9a-7d01-8a43-0f3c1c9e5b77",
                }
            ],
            "answers": 1,
            "failures": 0,
            "at": "2027-01-15T04:58:00Z",
        }
    ],
    "next_cursor": None,
}
TEST_REQUEST: Final[dict[str, Any]] = {
    "from": "+84912345678",
    "to": "53849",
    "text": "đh A-1029",
}
TEST: Final[dict[str, Any]] = {
    "keyword": None,
    "action": "none",
    "is_answered": True,
    "language": "vi",
    "answer": None,
    "winner": 12,
    "values": {"text": "đh A-1029", "first_word": "đh", "rest": "A-1029", "word": "DH"},
    "rules": [{"id": 12, "name": "Order status", "why": "wins", "detail": "It acts."}],
    "steps": [
        {
            "do": "reply",
            "template": "order-shipped",
            "text": "Order A-1029 is on its way!",
            "segment_count": 1,
            "decision": "allowed",
            "error": None,
            "list": None,
            "fields": {},
            "verification": None,
        }
    ],
}
