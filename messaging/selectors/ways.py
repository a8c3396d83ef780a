"""The way a message took in one sentence, for the account it belongs to: its sender and what kind
of route, never a carrier, a cost or another account's affairs."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from compliance.models import Account
from routing.constants import FallbackCause
from routing.engine import Reason
from routing.route_words import reason_words

_PLANS = (Reason.BY_PREFIX, Reason.BY_NETWORK, Reason.BY_COUNTRY, Reason.BY_DEFAULT)


def message_way(account: Account, message_id: UUID, sender: str) -> str | None:
    """Which way the account's message took, `sender` being the one it has; None while that is
    not decided, and where it was refused."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT decision::text FROM messaging_message WHERE id = %s AND account_id = %s",
            [message_id, account.pk],
        )
        row = cursor.fetchone()
    facts = json.loads(row[0]) if row and row[0] else {}
    return way_words(facts, sender)


def way_words(facts: Mapping[str, Any], sender: str) -> str | None:
    """The sentence from what was stored with the decision."""
    if facts.get("route") is None:
        return None
    told = facts.get("fallback")
    if not told:
        return _("From %(sender)s, over %(route)s.") % {"sender": sender, "route": _route(facts)}
    cause = str(FallbackCause(told["cause"]).label)
    return _("From %(replacement)s instead of %(sender)s (%(cause)s), over %(route)s.") % {
        "replacement": told["to"],
        "sender": told["from"],
        "cause": cause[:1].lower() + cause[1:],
        "route": _route(facts),
    }


def _route(facts: Mapping[str, Any]) -> str:
    """What the plan was for, and whether another route had it first."""
    words, steps = reason_words(), set(facts.get("why") or ())
    plan = next((words[one] for one in _PLANS if str(one) in steps), _("a route"))
    if facts.get("rerouted"):
        return _("%(route)s, after it had waited for another one") % {"route": plan}
    if facts.get("before"):
        return _("%(route)s, after another one had refused it") % {"route": plan}
    return plan
