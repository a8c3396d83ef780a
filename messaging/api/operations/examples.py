"""Requests of operators as the schema shows them; tests send them."""

from drf_spectacular.utils import OpenApiExample

CARRIER = {"code": "viettel-direct", "name": "Viettel", "currency": "VND", "throughput": 200}
BIND = {
    "carrier": "viettel-direct",
    "name": "viettel-direct-1",
    "host": "smsc.example.com",
    "port": 2775,
    "system_id": "signalbox",
    "password": "s3cret",
    "bind_type": "transceiver",
    "window": 50,
    "throughput": 100,
}
ROUTE = {
    "name": "viettel-direct",
    "carrier": "viettel-direct",
    "network": "viettel",
    "country": "VN",
    "tier": 1,
    "weight": 3,
    "classes": ["otp", "transactional"],
    "note": "Direct route opened",
}
PRICE_LIST = {
    "name": "Viettel, January",
    "currency": "VND",
    "carrier": "viettel-direct",
    "effective_from": "2027-01-01T00:00:00+07:00",
    "csv": "country,network,class,price\nVN,viettel,otp,300\n",
}
ORDER = {
    "kind": "shift",
    "carrier": "viettel-direct",
    "part": 0.3,
    "until_cool": True,
    "reason": "Slow receipts since 10:00",
}
PIN = {"carrier": "viettel-direct", "state": "cool", "class": "otp", "reason": "Known test traffic"}
EXPLAIN = {"to": "+84981234567", "class": "otp", "down": ["viettel-direct"]}
OVERRIDE = {"network": "viettel", "source": "the subscriber's letter"}
IMPORT = {"csv": "number,network\n+84981234567,viettel\n"}
TRACE = {"minutes": 10, "most_pdus": 500, "reason": "Receipts without an id"}
ACTIVATE = {"at": "2027-01-01T00:00:00+07:00"}


def shown(name: str, value: object) -> list[OpenApiExample]:
    """An example of a request's body."""
    return [OpenApiExample(name, value, request_only=True)]
