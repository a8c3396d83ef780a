"""Routes, versions of the routing, and explanations."""

from typing import Any, Final

from messaging.api.operations.examples.form import Example, page

_SEND_ADD_ROUTE: dict[str, Any] = {
    "name": "viettel-direct",
    "carrier": "viettel-direct",
    "network": "viettel",
    "country": "VN",
    "tier": 1,
    "weight": 3,
    "classes": ["otp", "transactional"],
    "note": "Direct route opened",
}
_SEND_CHANGE_POLICY: dict[str, Any] = {"spread": "score", "price_weight": 40, "quality_weight": 60}
_SEND_ACTIVATE_POLICY: dict[str, Any] = {
    "at": "2027-02-01T00:00:00+07:00",
    "despite_problems": True,
}
_SEND_EXPLAIN_ROUTE: dict[str, Any] = {
    "to": "+84981234567",
    "class": "otp",
    "down": ["viettel-direct"],
}
_ROUTE: dict[str, Any] = {
    "carrier": "viettel-direct",
    "network": "viettel",
    "account": None,
    "policy": 1,
    "name": "viettel-direct",
    "is_active": True,
    "tier": 1,
    "weight": 3,
    "country": "VN",
    "prefix": "",
    "classes": ["otp", "transactional"],
    "sender_kinds": [],
    "traffic_kind": "a2p",
}
_POLICY: dict[str, Any] = {
    "based_on": 2,
    "is_in_force": False,
    "number": 3,
    "state": "draft",
    "active_from": None,
    "note": "By score from February",
    "spread": "weights",
    "price_weight": 100,
    "quality_weight": 100,
    "speed_weight": 0,
    "conversion_weight": 0,
    "capacity_weight": 0,
    "created_at": "2027-01-31T02:00:00Z",
}
_POLICY_DETAIL: dict[str, Any] = {**_POLICY, "routes": [{**_ROUTE, "policy": 3}], "problems": []}
_DIFFERENCES: dict[str, Any] = {
    "differences": [
        {
            "change": "changed",
            "route": "How routes share traffic",
            "what": "routes share traffic: By the routes' weights → By score: weights, price and quality together; price counts: 100 % → 40 %; delivery rate counts: 100 % → 60 %",
        }
    ]
}
_EXPLAINED: dict[str, Any] = {
    "at": "2027-01-31T02:00:00Z",
    "to": "+84981234567",
    "country": "VN",
    "network": "viettel",
    "network_source": "lookup",
    "class": "otp",
    "policy": 2,
    "reasons": ["by_network", "only_route", "waiting_for_bind"],
    "price_micros": None,
    "price_currency": "",
    "candidates": [
        {
            "route": "viettel-direct",
            "carrier": "Viettel",
            "tier": 1,
            "weight": 5,
            "share": 1.0,
            "cost_micros": None,
            "cost_currency": "",
            "is_available": False,
            "is_chosen": True,
            "exclusion": "",
            "terms": {"weight": 5.0, "segments_per_second": 100.0},
        }
    ],
}
OF: Final = {
    "add_route": Example(sends=_SEND_ADD_ROUTE, answers=_ROUTE),
    "list_routes": Example(answers=page(_ROUTE)),
    "get_route": Example(answers=_ROUTE),
    "change_route": Example(
        sends={"weight": 5, "note": "Trusted now"}, answers=_ROUTE | {"policy": 2, "weight": 5}
    ),
    "draft_policy": Example(sends={"note": "By score from February"}, answers=_POLICY),
    "list_policies": Example(answers=page(_POLICY)),
    "get_policy": Example(answers=_POLICY_DETAIL),
    "change_policy": Example(
        sends=_SEND_CHANGE_POLICY,
        answers=_POLICY | {"spread": "score", "price_weight": 40, "quality_weight": 60},
    ),
    "compare_policies": Example(answers=_DIFFERENCES),
    "activate_policy": Example(
        sends=_SEND_ACTIVATE_POLICY,
        answers=_POLICY
        | {
            "state": "scheduled",
            "active_from": "2027-01-31T17:00:00Z",
            "spread": "score",
            "price_weight": 40,
            "quality_weight": 60,
        },
    ),
    "bring_policy_back": Example(
        sends={"note": "Too many refusals"},
        answers=_POLICY
        | {
            "is_in_force": True,
            "number": 5,
            "state": "active",
            "active_from": "2027-01-31T02:00:00Z",
            "note": "Too many refusals",
        },
    ),
    "explain_route": Example(sends=_SEND_EXPLAIN_ROUTE, answers=_EXPLAINED),
}
