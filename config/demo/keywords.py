"""The demo's keyword rules for the short code 53849, and the verification service that one of them
starts: made through the services by the demo's people."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from compliance.models import Account, User
from config.common import clock
from config.demo import world
from messaging.models import KeywordRule, Template, VerificationService
from messaging.selectors.snapshot import snapshots
from messaging.services.keyword_rules import keyword_rule_save
from messaging.services.verification.settings import service_save
from routing.models import Sender

_ADDRESS: Final = "53849"
_NEW_YEAR_IN = timedelta(days=60)
_RULES: Final[tuple[dict[str, Any], ...]] = (
    {
        "name": "Order status",
        "priority": 10,
        "match_kind": "first_word",
        "words": ["DH", "ĐƠN HÀNG"],
        "actions": [
            {"do": "reply", "template": "order-status", "parameters": {"order": "{rest}"}},
            {"do": "forward", "fields": {"order": "{rest}"}},
        ],
    },
    {
        "name": "Return",
        "priority": 20,
        "match_kind": "pattern",
        "words": [r"(?:tra hang|doi) (?P<order>[A-Z]+\d+)"],
        "question": {
            "template": "confirm-return",
            "parameters": {"order": "{order}"},
            "answers": [
                {
                    "name": "yes",
                    "words": ["1", "có"],
                    "actions": [
                        {"do": "reply", "template": "return-noted"},
                        {"do": "escalate", "note": "Return of {order}"},
                    ],
                },
                {"name": "no", "words": ["2", "không"], "actions": []},
            ],
            "timeout_minutes": 120,
            "timeout_actions": [{"do": "escalate", "note": "No answer about {order}"}],
            "repeats": 1,
            "unclear_actions": [{"do": "escalate", "note": "Unclear answer about {order}"}],
        },
    },
    {
        "name": "A person, please",
        "priority": 25,
        "match_kind": "first_word",
        "words": ["NHAN VIEN", "NHÂN VIÊN"],
        "actions": [{"do": "escalate", "note": "Asked for a person"}],
    },
    {
        "name": "Verify my number",
        "priority": 30,
        "match_kind": "exact",
        "words": ["XM", "XAC MINH"],
        "question": {
            "verification": "sign-in",
            "approved_actions": [{"do": "reply", "template": "number-verified"}],
            "failed_actions": [{"do": "escalate", "note": "No right code"}],
        },
    },
    {
        "name": "New Year hours",
        "priority": 35,
        "match_kind": "prefix",
        "words": ["GIO TET"],
        "actions": [{"do": "reply", "template": "opening-hours"}],
        "valid_from": _NEW_YEAR_IN,
    },
    {
        "name": "Opening hours",
        "priority": 40,
        "match_kind": "prefix",
        "words": ["GIO"],
        "actions": [{"do": "reply", "template": "opening-hours"}],
    },
    {
        "name": "Everything else to a person",
        "priority": 900,
        "match_kind": "any",
        "words": [],
        "actions": [{"do": "escalate", "note": "No rule knows this"}],
        "is_shadow": True,
    },
)


def keywords_build(accounts: Mapping[str, Account]) -> None:
    """After the templates, which rules name once they are approved."""
    snapshots.forget()
    account = accounts["mai-fashion"]
    sender = Sender.objects.get(account=account, address=_ADDRESS)
    _service(account, sender)
    author = User.objects.get(username=world.AUTHORS["mai-fashion"])
    now = clock.now()
    for spec in _RULES:
        values = {**spec, "sender": sender}
        if "valid_from" in spec:
            values["valid_from"] = now + spec["valid_from"]
        keyword_rule_save(KeywordRule(account=account), values, actor=author)


def _service(account: Account, sender: Sender) -> None:
    template = Template.objects.get(account=account, slug="hfm-code")
    service_save(
        VerificationService(account=account),
        {"name": "Sign-in", "slug": "sign-in", "sender": sender, "countries": ["VN"]},
        texts=[("vi", template)],
        actor=None,
    )
