"""“Try a number”: how a message would be routed, with everything that was weighed; nothing is sent.

The page, the command and the API's endpoint of operators ask here, and the engine that routes
real messages answers, over the same snapshot.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from carriers.models import Carrier as CarrierRow
from compliance.constants import MessageClass
from compliance.models import Account
from config.common import clock, versions
from config.common.errors import InvalidError, NotFoundError
from routing.constants import PaperState, TrafficKind
from routing.engine import (
    Heat,
    RouteDecision,
    RouteRequest,
    RoutingSnapshot,
    choose,
)
from routing.explained import Explained, Question, SenderShown, Way
from routing.models import Network, Route, RoutePolicy, Sender, SenderRegistration
from routing.numbers import MESSAGES, NumberError, shipped_normalizer
from routing.selectors.numbers import NetworkHint, number_index, numbers_known
from routing.selectors.policies import policy_routes, policy_terms
from routing.selectors.snapshot import routing_snapshot, sender_is_usable

PRETENDED: Final = {
    "cool": Heat(0.0, "cool", 1.0, is_pinned=True),
    "warm": Heat(50.0, "warm", 0.5, is_pinned=True),
    "hot": Heat(100.0, "hot", 0.01, is_pinned=True),
}


def route_explain(question: Question) -> Explained:
    """How a message would be routed at a moment. Raises InvalidError with the field for what
    cannot be read, NotFoundError for what is not there."""
    at = question.at or clock.now()
    account = _account(question.account_id)
    msisdn, country = _number(question.to, account)
    snapshot = _supposed(_snapshot(question, at), question)
    hint = _hint(question, msisdn, country)
    sender = _sender(question, account)
    request = _request(question, account, msisdn, country, hint, sender)
    decision = choose(snapshot, request)
    price = snapshot.price_rate(
        question.account_id,
        country,
        hint.network_id,
        question.message_class,
        None if sender is None else sender.pk,
    )
    network = Network.objects.filter(pk=hint.network_id or 0).first()
    return Explained(
        at=at,
        msisdn=msisdn,
        country=country,
        network_id=hint.network_id,
        network="" if network is None else network.name,
        network_code="" if network is None else network.code,
        network_source=hint.source,
        is_absent=hint.is_absent,
        sender=None if sender is None else _sender_shown(sender, hint, question, at),
        message_class=question.message_class,
        decision=decision,
        ways=_ways(snapshot, request, decision),
        price_micros=None if price is None else price.amount_micros,
        price_currency="" if price is None else price.currency,
        policy_version=snapshot.policy.version,
        must_stay_in=request.must_stay_in,
        deadline_seconds=question.deadline_seconds,
    )


def _account(account_id: int | None) -> Account | None:
    if account_id is None:
        return None
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NotFoundError("account_unknown", _("There is no such account."))
    return account


def _number(raw: str, account: Account | None) -> tuple[str, str]:
    try:
        found = shipped_normalizer()(raw, default_country=account.country if account else "VN")
    except NumberError as error:
        text = _(MESSAGES[error.code]) % error.params
        raise InvalidError(error.code, text, field="to") from error
    return found.msisdn, found.country or ""


def _snapshot(question: Question, at: datetime) -> RoutingSnapshot:
    if question.message_class not in MessageClass.values:
        text = _("“class” is one of %(classes)s.") % {"classes": ", ".join(MessageClass.values)}
        raise InvalidError("class_unknown", text, field="class")
    snapshot = routing_snapshot(versions.current(), at)
    if question.policy_version is None:
        return snapshot
    policy = RoutePolicy.objects.filter(number=question.policy_version).first()
    if policy is None:
        raise NotFoundError("route_policy_unknown", _("There is no such version of the routes."))
    return replace(snapshot, routes=policy_routes(policy), policy=policy_terms(policy))


def _supposed(snapshot: RoutingSnapshot, question: Question) -> RoutingSnapshot:
    """With the carriers taken as down, and the heats pretended."""
    if not question.down and not question.heats:
        return snapshot
    carriers = {
        key: replace(one, is_available=False) if key in question.down else one
        for key, one in snapshot.carriers.items()
    }
    heats = {key: heat for key, heat in snapshot.heats.items() if key[0] not in question.heats}
    for carrier_id, state in question.heats.items():
        if state not in PRETENDED:
            text = _("A heat is one of %(states)s.") % {"states": ", ".join(PRETENDED)}
            raise InvalidError("heat_unknown", text, field="heats")
        heats[carrier_id, None, question.message_class] = PRETENDED[state]
    return replace(snapshot, carriers=carriers, heats=heats)


def _hint(question: Question, msisdn: str, country: str) -> NetworkHint:
    if question.network_id is not None:
        return NetworkHint(question.network_id, "")
    return number_index().network_of(msisdn, country, numbers_known([msisdn]).get(msisdn))


def _sender(question: Question, account: Account | None) -> Sender | None:
    if not question.sender:
        return None
    rows = Sender.objects.filter(address__iexact=question.sender.removeprefix("+"))
    if account is not None:
        rows = rows.filter(account=account)
    found = rows.order_by("status", "pk").first()
    if found is None:
        text = _("There is no sender “%(address)s” there.") % {"address": question.sender}
        raise InvalidError("sender_unknown", text, field="from")
    return found


def _request(
    question: Question,
    account: Account | None,
    msisdn: str,
    country: str,
    hint: NetworkHint,
    sender: Sender | None,
) -> RouteRequest:
    residency = account or (sender.account if sender else None)
    return RouteRequest(
        msisdn=msisdn,
        country=country,
        network_id=hint.network_id,
        sender_id=None if sender is None else sender.pk,
        sender_kind="" if sender is None else sender.kind,
        message_class=question.message_class,
        account_id=question.account_id if sender is None else sender.account_id,
        segments=question.segments,
        spread=question.spread,
        traffic_kind=TrafficKind.A2P.value if sender is None else sender.traffic_kind,
        deadline_seconds=question.deadline_seconds,
        must_stay_in=frozenset(residency.residency) if residency else frozenset(),
    )


def _sender_shown(
    sender: Sender, hint: NetworkHint, question: Question, at: datetime
) -> SenderShown:
    papers = SenderRegistration.objects.filter(
        sender=sender, network=hint.network_id, message_class=question.message_class
    )
    state = papers.values_list("state", flat=True).first()
    return SenderShown(
        id=sender.pk,
        address=sender.address,
        kind=str(sender.get_kind_display()),
        status=str(sender.get_status_display()),
        lease_start=sender.lease_start,
        lease_end=sender.lease_end,
        traffic_kind=str(sender.get_traffic_kind_display()),
        is_usable=sender_is_usable(sender, at.date()),
        carries_class=question.message_class in sender.allowed_classes,
        registration="" if state is None else str(PaperState(state).label),
    )


def _ways(
    snapshot: RoutingSnapshot, request: RouteRequest, decision: RouteDecision
) -> tuple[Way, ...]:
    names = dict(
        Route.objects.filter(pk__in=[one.route_id for one in decision.candidates]).values_list(
            "pk", "name"
        )
    )
    carriers = dict(CarrierRow.objects.values_list("pk", "name"))
    chosen = None if decision.chosen is None else decision.chosen.route_id
    found = []
    for one in decision.candidates:
        rate = snapshot.cost_rate(
            one.carrier_id, request.country, request.network_id, request.message_class
        )
        found.append(
            Way(
                candidate=one,
                route=names.get(one.route_id, f"#{one.route_id}"),
                carrier=carriers.get(one.carrier_id, f"#{one.carrier_id}"),
                is_chosen=one.route_id == chosen,
                cost_currency="" if rate is None else rate.currency,
            )
        )
    return tuple(found)
