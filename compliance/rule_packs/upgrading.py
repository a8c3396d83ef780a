"""Reads packs that were stored by earlier releases: what an installation decides by goes on
deciding after an upgrade, until somebody approves a newer version."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

_LOG_MONTHS = 24
_REVIEW_HOURS = 24


def upgraded(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document in the present form; one that is in it already stays as it is."""
    found = deepcopy(dict(document))
    optout = found.get("optout")
    if isinstance(optout, dict) and "scope" in optout:
        # Until then a refusal reached the advertiser it was sent to, and no further.
        found["optout"] = {
            "purpose": optout.pop("scope"),
            "reach": "brand",
            "review_hours": _REVIEW_HOURS,
            **optout,
        }
    if isinstance(found.get("retention"), dict):
        found["retention"].setdefault("log_months", _LOG_MONTHS)
    for example in found.get("examples", ()):
        if isinstance(example, dict) and isinstance(example.get("facts"), dict):
            _upgrade_facts(example["facts"])
    return found


def _upgrade_facts(facts: dict[str, Any]) -> None:
    if "zone" in facts:
        zone = facts.pop("zone")
        facts["zones"] = [zone] if zone else []
    if "touches_last_24h" in facts:
        count, now = facts.pop("touches_last_24h"), datetime.fromisoformat(facts["now"])
        facts["touches"] = [(now - timedelta(hours=1 + n)).isoformat() for n in range(count)]
