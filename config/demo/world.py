"""The demo: two accounts, their people and senders, and simulated operators.

Data only (texts are in `config.demo.texts`); everything is made through the same services that people use.
"""

from dataclasses import dataclass
from typing import Any

ROLES_SHOWN = ("marketer", "officer", "operator", "integrator", "administrator")

ACCOUNTS: tuple[dict[str, Any], ...] = (
    {
        "slug": "mai-fashion",
        "name": "Mai Fashion",
        "country": "VN",
        "timezone": "Asia/Ho_Chi_Minh",
        "language": "vi",
        "currency": "VND",
        "free_text_classes": ["otp", "transactional", "care"],
        "advertiser": "MAI Fashion",
        "legal_name": "Công ty TNHH Thời trang Mai",
        "contact": "1800 1068",
    },
    {
        "slug": "harbor-coffee",
        "name": "Harbor Coffee",
        "country": "US",
        "timezone": "America/New_York",
        "language": "en",
        "currency": "USD",
        "free_text_classes": ["transactional"],
        "advertiser": "Harbor Coffee",
        "legal_name": "Harbor Coffee Roasters LLC",
        "contact": "harborcoffee.example/help",
    },
)

# (user name, role, account short name or "" for the platform, language)
PEOPLE = (
    ("marketer", "marketer", "mai-fashion", "en"),
    ("officer", "officer", "mai-fashion", "en"),
    ("integrator", "integrator", "mai-fashion", "en"),
    ("operator", "operator", "", "en"),
    ("administrator", "administrator", "", "en"),
    ("harbor-marketer", "marketer", "harbor-coffee", "en"),
    ("harbor-officer", "officer", "harbor-coffee", "en"),
)


@dataclass(frozen=True, slots=True)
class DemoCarrier:
    """A simulated operator as a carrier with one bind; rates in the currency's units."""

    code: str
    name: str
    networks: tuple[str, ...]
    country: str
    currency: str
    cost: float
    window: int
    throughput: float | None


CARRIERS = (
    DemoCarrier(
        "viettel", "Viettel (simulated)", ("viettel", "vietnamobile", "gmobile"), "VN", "VND",
        260, 50, 450,
    ),
    DemoCarrier(
        "vinaphone", "VinaPhone (simulated)", ("vinaphone", "itel", "wintel"), "VN", "VND",
        270, 50, 280,
    ),
    DemoCarrier(
        "mobifone", "MobiFone (simulated)", ("mobifone", "local", "vnsky", "fpt"), "VN", "VND",
        275, 50, 280,
    ),
    DemoCarrier(
        "intl", "International (simulated)", (), "US", "USD", 0.004, 20, 90,
    ),
)  # fmt: skip
RECEIPT_GRACE_SECONDS = 20
# A reserve without SMPP, as its sheet would say it: costs in đồng.
HTTP_COST = 290
HTTP_BIND: dict[str, Any] = {
    "window": 8,
    "throughput": 50,
    "response_timer_seconds": 10.0,
    "long_messages": "payload",
    "http_body": {
        "from": "{{from}}",
        "to": "{{to}}",
        "text": "{{text}}",
        "reference": "{{reference}}",
        "callback": "{{receipt_url}}",
    },
    "http_id_path": "message.id",
    "http_error_path": "error.code",
    "http_receipt_map": {
        "id": "id",
        "status": "status",
        "error": "error",
        "to": "to",
        "reference": "reference",
    },
}
DONGS_A_DOLLAR = 26_000
# Options that these operators' sheets ask for, to look at: {carrier: {option: value}}.
BIND_OPTIONS: dict[str, dict[str, Any]] = {
    "viettel": {
        "class_options": {"otp": {"priority_flag": 3}, "marketing": {"priority_flag": 1}},
        "status_classes": {"0x58": "throttle", "0x401": "permanent_message"},
        "status_names": {"0x401": "Text refused by the content filter"},
    },
    "vinaphone": {"validity_form": "absolute", "throttle_delay_seconds": 2.0},
    "mobifone": {"receipt_states": {"ACKED": "enroute"}, "reconnect_cap_seconds": 30.0},
    "intl": {"long_messages": "udh16"},
}
# Slot of the order notice → column of the demo's CSV, as the import names it.
ORDER_COLUMNS = {"order": "ma_don_hang", "name": "name", "amount": "so_tien"}

# (country, currency, price per segment)
PRICES = (("VN", "VND", 350.0), ("US", "USD", 0.0079), ("US", "VND", 210.0))

# Who writes and who reviews, by account.
AUTHORS = {"mai-fashion": "marketer", "harbor-coffee": "harbor-marketer"}
REVIEWERS = {"mai-fashion": "officer", "harbor-coffee": "harbor-officer"}

# (account, kind, address, country, classes, throughput, receives replies)
SENDERS = (
    ("mai-fashion", "short_code", "53849", "VN", ("otp", "transactional", "care"), 2000, True),
    ("mai-fashion", "alphanumeric", "MAIFASHION", "VN", ("care", "marketing"), 300, False),
    ("mai-fashion", "alphanumeric", "MAI SALE", "VN", ("marketing",), 100, False),
    (
        "harbor-coffee", "short_code", "53849", "US",
        ("otp", "transactional", "care", "marketing"), 50, True,
    ),
    ("harbor-coffee", "long_code", "12065550142", "US", ("transactional", "care"), 1, True),
)  # fmt: skip
REGISTERED_CLASSES = {"MAIFASHION": ("care", "marketing"), "MAI SALE": ("marketing",)}
UNREGISTERED = frozenset({"MAI SALE"})  # drafts only: its certificate is still applied for
ENDS_SOON = ("vietnamobile", "marketing")
# Address → number, days left, whether it is granted.
CERTIFICATES = {"MAIFASHION": ("TDD-0021743", 41, True), "MAI SALE": ("", 0, False)}
# Country and address → name, days left.
PROGRAMS = {("US", "53849"): ("Harbor regulars", 400), ("US", "12065550142"): ("Orders", 25)}
LEASED_FROM = {"VN": "Viettel Telecom", "US": "Short Code Registry"}
