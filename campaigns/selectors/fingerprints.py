"""What a pre-flight depends on, in one digest: when it changes the report is out of date."""

import hashlib
import json
from collections.abc import Collection
from typing import Any

from django.db import connection

from campaigns.models import Campaign, ContactImport
from config.common import clock
from messaging.selectors.snapshot import Snapshot

_LIST = """
SELECT count(*), coalesce(max(id), 0) FROM campaigns_listmembership WHERE contact_list_id = %s
"""


def fingerprint(snapshot: Snapshot, campaign: Campaign, countries: Collection[str]) -> str:
    """A digest of the campaign's own fields, its list, text and sender, and of the rules,
    registrations, routes and prices that apply in `countries`.

    Not of other accounts' configuration, whose changes would only unsettle people, and not of
    consent, which is asked for at release.
    """
    parts = [
        _networks(snapshot, campaign, countries),
        _policy(snapshot, campaign, countries),
        _own(campaign),
        _list(campaign.contact_list_id),
        _text_and_sender(snapshot, campaign),
        _rules(snapshot, campaign, countries),
        _routing(snapshot, campaign.account_id, frozenset(countries)),
    ]
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()


def _policy(snapshot: Snapshot, campaign: Campaign, countries: Collection[str]) -> list[Any]:
    """Content rules of account and platform, and the brand they look for."""
    text = snapshot.texts.get(campaign.template_version_id)
    if text is None:
        return []
    now = clock.now()
    asked = [
        [country, rule.id, rule.fingerprint]
        for country in sorted(countries)
        for rule in snapshot.content_policy.rules_for(campaign.account_id, country, now)
        if rule.is_for(text.message_class)
    ]
    return [asked, snapshot.brands.get(text.advertiser_id, ())]


def _rules(snapshot: Snapshot, campaign: Campaign, countries: Collection[str]) -> list[Any]:
    """The packs in force, and the account's own changes of them."""
    now = clock.now()
    text = snapshot.texts.get(campaign.template_version_id)
    advertiser_id = 0 if text is None else text.advertiser_id
    found = [
        snapshot.rulebook.rules_for(country, now, campaign.account_id, advertiser_id)
        for country in sorted(countries)
    ]
    return [[rules.version, [repr(one) for one in rules.adjustments]] for rules in found]


def _own(campaign: Campaign) -> list[Any]:
    return [
        campaign.contact_list_id,
        campaign.template_version_id,
        campaign.sender_id,
        campaign.sender_pool_id,
        campaign.values,
        campaign.starts_at,
        campaign.ends_at,
        campaign.messages_per_second,
        campaign.priority,
    ]


def _list(list_id: int) -> list[Any]:
    """Members, and the last import into the list: it may have changed what it knows of them."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST, [list_id])
        members = list(cursor.fetchone())
    last = ContactImport.objects.filter(contact_list_id=list_id).order_by("-id").first()
    return [*members, *([] if last is None else [last.pk, last.status, last.rows_done])]


def _text_and_sender(snapshot: Snapshot, campaign: Campaign) -> list[Any]:
    text = snapshot.texts.get(campaign.template_version_id)
    sender = snapshot.senders.get(campaign.sender_id)
    return [
        None if text is None else [*text.texts, text.body, text.message_class, text.advertiser_id],
        None
        if sender is None
        else [sender.is_usable, sorted(sender.message_classes), sender.throughput],
        _papers(snapshot, campaign.sender_id),
        *_stand_ins(snapshot, campaign),
    ]


def _stand_ins(snapshot: Snapshot, campaign: Campaign) -> list[Any]:
    """The pool with its senders, and the account's rules for other ones; most have neither."""
    pool = snapshot.stand_ins.pools.get(campaign.sender_pool_id or 0)
    others = [] if pool is None else [sender_id for sender_id, _weight in pool.members]
    cards = [snapshot.senders[one] for one in others if one in snapshot.senders]
    known = [
        [one.id, one.is_usable, sorted(one.message_classes), _papers(snapshot, one.id)]
        for one in cards
    ]
    rules = snapshot.stand_ins.fallbacks.get(campaign.account_id, ())
    return [str(pool), known, [str(rule) for rule in rules]] if pool or rules else []


def _papers(snapshot: Snapshot, sender_id: int) -> list[Any]:
    """Certificates, programs and registrations of the sender, with their days."""
    standing = snapshot.standings.get(sender_id)
    if standing is None:
        return []
    registered = sorted(standing.registrations.items())
    return [str(part) for part in (standing.certificates, standing.programs, registered)]


def _networks(snapshot: Snapshot, campaign: Campaign, countries: Collection[str]) -> list[Any]:
    """What networks add to the text and demand of it, and where it is registered."""
    text = snapshot.texts.get(campaign.template_version_id)
    rules = [
        [
            rule.rule_id,
            rule.adds_before,
            rule.adds_after,
            rule.max_segments,
            rule.refuses_certainly and rule.refused_characters,
            rule.demands_registration and sorted(rule.registered_senders),
        ]
        for rule in snapshot.network_texts.values()
        if text is not None
        and rule.message_class == text.message_class
        and rule.country in countries
    ]
    registered = [
        [network_id, last_day]
        for (version_id, network_id), last_day in snapshot.template_registrations.items()
        if version_id == campaign.template_version_id
    ]
    return [sorted(rules, key=str), sorted(registered, key=str)]


def _routing(snapshot: Snapshot, account_id: int, countries: frozenset[str]) -> list[Any]:
    """Routes and prices that messages of the account may meet."""
    routing = snapshot.routing
    routes = [
        [
            route.id,
            route.tier,
            route.weight,
            route.carrier_id,
            route.network_id,
            route.prefix,
            sorted(route.message_classes or ()),
            sorted(route.sender_kinds or ()),
        ]
        for route in routing.routes
        if route.is_active
        and (route.country is None or route.country in countries)
        and (route.account_ids is None or account_id in route.account_ids)
    ]
    prices = [
        [rate.country, rate.network_id, rate.message_class, rate.amount_micros]
        for rate in routing.rates
        if rate.carrier_id is None
        and rate.country in countries
        and rate.account_id in (None, account_id)
    ]
    return [routes, prices]
