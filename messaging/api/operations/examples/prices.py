"""Price lists and rates."""

from typing import Any, Final

from messaging.api.operations.examples.form import Example, page

_SEND_UPLOAD_PRICE_LIST: dict[str, Any] = {
    "name": "Viettel, February",
    "currency": "VND",
    "carrier": "viettel-direct",
    "effective_from": "2027-02-01T00:00:00+07:00",
    "csv": "country,network,class,price\nVN,viettel,otp,300\n",
}
_PRICE_LIST: dict[str, Any] = {
    "carrier": "viettel-direct",
    "account": None,
    "id": 5,
    "name": "Viettel, February",
    "kind": "cost",
    "currency": "VND",
    "is_full": True,
    "zone": "Asia/Ho_Chi_Minh",
    "effective_from": "2027-01-31T17:00:00Z",
    "jump_percent": 20,
    "charges_rejected": False,
    "charges_undelivered": True,
    "charges_unknown": True,
    "state": "ready",
    "file_name": "api.csv",
    "lines_read": 1,
    "counts": {
        "new": 1,
        "basis": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    },
    "error": "",
    "created_at": "2027-01-31T02:00:00Z",
    "confirmed_at": None,
    "undone_at": None,
}
_PRICE_LINE: dict[str, Any] = {
    "network": "viettel",
    "sender": None,
    "id": 6,
    "change": "new",
    "line": 2,
    "country": "VN",
    "class": "otp",
    "amount_micros": 300000000,
    "old_micros": None,
    "problem": "",
    "content": "",
}
_RATE: dict[str, Any] = {
    "carrier": "viettel-direct",
    "account": None,
    "network": "viettel",
    "sender": None,
    "price_list": 5,
    "id": 7,
    "country": "VN",
    "class": "otp",
    "amount_micros": 300000000,
    "currency": "VND",
    "effective_from": "2027-01-31T17:00:00Z",
    "charges_rejected": False,
    "charges_undelivered": True,
    "charges_unknown": True,
}
OF: Final = {
    "upload_price_list": Example(sends=_SEND_UPLOAD_PRICE_LIST, answers=_PRICE_LIST),
    "list_price_lists": Example(answers=page(_PRICE_LIST)),
    "get_price_list": Example(answers=_PRICE_LIST),
    "read_price_lines": Example(answers=page(_PRICE_LINE)),
    "confirm_price_list": Example(
        sends={},
        answers=_PRICE_LIST | {"state": "confirmed", "confirmed_at": "2027-01-31T02:00:00Z"},
    ),
    "discard_price_list": Example(sends={}, answers=_PRICE_LIST | {"state": "discarded"}),
    "undo_price_list": Example(
        sends={"reason": "Wrong month"},
        answers=_PRICE_LIST
        | {
            "state": "undone",
            "confirmed_at": "2027-01-31T02:00:00Z",
            "undone_at": "2027-01-31T02:00:00Z",
        },
    ),
    "list_rates": Example(answers=page(_RATE)),
}
