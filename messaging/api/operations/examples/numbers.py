"""Networks, ported numbers and lookups."""

from typing import Any, Final

from messaging.api.operations.examples.form import Example, page

_SEND_CHECK_OVERRIDES: dict[str, Any] = {
    "csv": "number,network\n+84981234567,viettel\n+84981234568,nobody\n"
}
_SEND_ADD_LOOKUP_PROVIDER: dict[str, Any] = {
    "name": "Number register",
    "url": "https://numbers.example.com/v1/networks",
    "body": '{"msisdns": {numbers}}',
    "secret": "Bearer s3cret",
    "batch_size": 100,
    "items_path": "results",
    "networks": {"45204": "viettel"},
    "countries": ["VN"],
    "daily_budget": 50000,
}
_SEND_ADD_LOOKUP_POLICY: dict[str, Any] = {
    "country": "VN",
    "class": "marketing",
    "asks": "expensive",
    "difference_percent": 20,
    "provider": 3,
}
_NETWORK: dict[str, Any] = {
    "id": 7,
    "code": "viettel",
    "name": "Viettel",
    "country": "VN",
    "kind": "mno",
    "mcc_mnc": "452-04",
    "timezone": "",
}
_NUMBER_PLAN: dict[str, Any] = {
    "id": 4,
    "country": "VN",
    "version": "5",
    "effective_from": "2026-01-01",
    "is_active": True,
    "notes": "",
}
_DRAFT_PLAN: dict[str, Any] = {
    "id": 5,
    "country": "VN",
    "version": "6",
    "effective_from": "2027-02-01",
    "is_active": False,
    "notes": "A new range",
}
_PREFIX: dict[str, Any] = {
    "id": 4,
    "prefix": "8498",
    "network": "viettel",
    "source": "",
    "confidence": "",
}
_OVERRIDE: dict[str, Any] = {
    "number": "+84981234567",
    "network": "viettel",
    "source": "the subscriber's letter",
    "valid_until": None,
}
_NUMBER: dict[str, Any] = {
    "number": "+84981234567",
    "country": "VN",
    "network": "viettel",
    "source": "override",
    "is_absent": False,
    "known": [
        {
            "source": "override",
            "finding": "found",
            "network": "Viettel",
            "detail": "the subscriber's letter",
            "known_since": None,
            "until": None,
            "counts": True,
        },
        {
            "source": "lookup",
            "finding": "found",
            "network": "Viettel",
            "detail": "",
            "known_since": "2027-01-31T02:00:00Z",
            "until": "2027-03-02T02:00:00Z",
            "counts": True,
        },
    ],
}
_IMPORT: dict[str, Any] = {
    "provider": None,
    "bad_lines": [
        {
            "line": 3,
            "code": "network_unknown",
            "content": "+84981234568,nobody",
            "reason": "No network has this code, name or MCC-MNC.",
        }
    ],
    "id": 5,
    "file_name": "api.csv",
    "state": "checked",
    "lines": 2,
    "added": 0,
    "changed": 0,
    "same": 1,
    "removed": 0,
    "bad": 1,
}
_PROVIDER: dict[str, Any] = {
    "is_secret_set": True,
    "id": 4,
    "kind": "http",
    "name": "Number register",
    "is_active": True,
    "countries": ["VN"],
    "url": "https://numbers.example.com/v1/networks",
    "headers": {},
    "secret_header": "Authorization",
    "body": '{"msisdns": {numbers}}',
    "batch_size": 100,
    "items_path": "results",
    "number_path": "msisdn",
    "network_path": "network",
    "status_path": "",
    "absent_words": [],
    "networks": {"45204": "viettel"},
    "timeout_seconds": 3.0,
    "daily_budget": 50000,
    "cost_micros": 0,
    "currency": "VND",
    "ttl_hours": 720,
}
_LOOKUP_POLICY: dict[str, Any] = {
    "provider": 4,
    "id": 3,
    "country": "VN",
    "class": "marketing",
    "asks": "expensive",
    "difference_percent": 20,
    "deadline_seconds": 5.0,
    "refuses_absent": False,
}
_LOOKUP: dict[str, Any] = {
    "id": 4,
    "number": "+84981234567",
    "source": "lookup",
    "finding": "found",
    "network": "viettel",
    "provider": None,
    "detail": "",
    "looked_at": "2027-01-31T02:00:00Z",
    "expires_at": "2027-03-02T02:00:00Z",
}
OF: Final = {
    "add_network": Example(
        sends={"code": "reddi", "name": "Reddi", "country": "VN", "kind": "mvno"},
        answers=_NETWORK | {"id": 12, "code": "reddi", "name": "Reddi", "kind": "mvno"},
    ),
    "list_networks": Example(answers=page(_NETWORK)),
    "get_network": Example(answers=_NETWORK),
    "change_network": Example(
        sends={"mcc_mnc": "452-04", "timezone": "Asia/Ho_Chi_Minh"},
        answers=_NETWORK | {"timezone": "Asia/Ho_Chi_Minh"},
    ),
    "add_number_plan": Example(
        sends={
            "country": "VN",
            "version": "6",
            "effective_from": "2027-02-01",
            "notes": "A new range",
        },
        answers=_DRAFT_PLAN,
    ),
    "list_number_plans": Example(answers=page(_NUMBER_PLAN)),
    "get_number_plan": Example(answers=_NUMBER_PLAN),
    "change_number_plan": Example(
        sends={"effective_from": "2027-03-01"},
        answers=_DRAFT_PLAN | {"effective_from": "2027-03-01"},
    ),
    "put_prefix": Example(
        sends={"network": "viettel", "source": "the ministry's letter"},
        answers=_PREFIX | {"source": "the ministry's letter"},
    ),
    "list_prefixes": Example(answers=page(_PREFIX)),
    "activate_number_plan": Example(answers=_DRAFT_PLAN | {"is_active": True}),
    "put_override": Example(
        sends={"network": "viettel", "source": "the subscriber's letter"}, answers=_OVERRIDE
    ),
    "list_overrides": Example(answers=page(_OVERRIDE)),
    "get_override": Example(answers=_OVERRIDE),
    "look_number_up": Example(answers=_NUMBER),
    "check_overrides": Example(sends=_SEND_CHECK_OVERRIDES, answers=_IMPORT),
    "list_override_imports": Example(answers=page(_IMPORT)),
    "get_override_import": Example(answers=_IMPORT),
    "confirm_overrides": Example(answers=_IMPORT | {"state": "applied"}),
    "add_lookup_provider": Example(sends=_SEND_ADD_LOOKUP_PROVIDER, answers=_PROVIDER),
    "list_lookup_providers": Example(answers=page(_PROVIDER)),
    "get_lookup_provider": Example(answers=_PROVIDER),
    "change_lookup_provider": Example(
        sends={"daily_budget": None, "ttl_hours": 360},
        answers=_PROVIDER | {"daily_budget": None, "ttl_hours": 360},
    ),
    "add_lookup_policy": Example(sends=_SEND_ADD_LOOKUP_POLICY, answers=_LOOKUP_POLICY),
    "list_lookup_policies": Example(answers=page(_LOOKUP_POLICY)),
    "get_lookup_policy": Example(answers=_LOOKUP_POLICY),
    "change_lookup_policy": Example(
        sends={"deadline_seconds": 3.0}, answers=_LOOKUP_POLICY | {"deadline_seconds": 3.0}
    ),
    "list_lookups": Example(answers=page(_LOOKUP)),
}
