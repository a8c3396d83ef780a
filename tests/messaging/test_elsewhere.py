"""Messages that a carrier refuses and another carrier, or another sender, may take."""

import pytest
from django.db import connection

from carriers.smpp import statuses
from config.common import clock
from messaging.models import Dispatch, Message, Waiting
from messaging.pump.results import ResultSorter, work_commit
from messaging.selectors.snapshot import snapshots
from messaging.services.learning import receipts_learn
from messaging.services.lookups import ported_ask
from messaging.services.routing import unrouted_route, waiting_route
from routing.models import (
    LookupPolicy,
    LookupProvider,
    NumberLookup,
    Route,
    SenderFallback,
    SenderPool,
    SenderPoolMember,
)
from routing.services import lookups
from routing.services.orders import drain_order, temperature_pin
from tests.factories import (
    make_bind,
    make_carrier,
    make_msisdn,
    make_network,
    make_route,
    make_sender,
    make_user,
)
from tests.messaging.hot import Line, end_lease, make_line, place, result, state, take_lease
from tests.routing.test_lookups import Told

BAD_NUMBER, BAD_SENDER = statuses.ESME_RINVDSTADR, statuses.ESME_RINVSRCADR
ODD = 0x45


@pytest.fixture
def line(db) -> Line:
    return make_line()


def make_other(line: Line, **route):
    """Another carrier with a bind, over which messages may go too."""
    carrier = make_carrier()
    take_lease(make_bind(carrier))
    make_route(carrier, **({"tier": 2} | route))
    snapshots.forget()
    return carrier


def refuse(line: Line, claim, status: int, ported=frozenset({BAD_NUMBER})):
    sorter = ResultSorter(
        response_id_form="as_is",
        ported_codes=ported,
        stand_ins=lambda: snapshots.current().stand_ins,
    )
    with connection.cursor() as cursor:
        work_commit(
            cursor,
            sorter.sort([result(claim, status=status)]),
            holder=line.holder,
            carrier_id=line.carrier.pk,
            bind_id=line.bind.pk,
            now=clock.now(),
        )


def go_on() -> None:
    """What waits is due, and decided."""
    Waiting.objects.update(due_at=clock.now())
    snapshots.forget()
    waiting_route()


def fallback(line: Line, causes, **values) -> SenderFallback:
    return SenderFallback.objects.create(
        account=line.account, **({"sender": line.sender, "causes": causes} | values)
    )


def test_a_refused_route_gives_the_message_to_another_carrier_once(line):
    other = make_other(line)
    claim = line.claimed()
    refuse(line, claim, BAD_SENDER)
    assert place(claim) == "waiting refused"
    go_on()
    row = Dispatch.objects.get(id=claim.id)
    assert (row.carrier_id, row.tried_carriers) == (other.pk, [line.carrier.pk])
    told = Message.objects.get(pk=claim.id).decision["before"]
    assert (told["carrier"], told["status"], told["why"]) == (
        line.carrier.pk,
        BAD_SENDER,
        "refused",
    )


def test_a_second_refusal_is_the_end(line):
    make_other(line)
    claim = line.claimed()
    claim.tried_carriers = [1]
    refuse(line, claim, BAD_SENDER)
    assert (state(claim), place(claim)) == ("failed rejected", "nowhere")


def test_without_another_way_a_refusal_is_told_as_one(line):
    claim = line.claimed()
    refuse(line, claim, BAD_SENDER)
    go_on()
    assert (state(claim), place(claim)) == ("failed rejected", "nowhere")


def test_a_message_with_an_accepted_part_goes_nowhere_else(line):
    make_other(line)
    claim = line.claimed(segment_count=2)
    sorter = ResultSorter(response_id_form="as_is")
    with connection.cursor() as cursor:
        work_commit(
            cursor,
            sorter.sort([result(claim, 1), result(claim, 2, status=BAD_SENDER)]),
            holder=line.holder,
            carrier_id=line.carrier.pk,
            bind_id=line.bind.pk,
            now=clock.now(),
        )
    assert state(claim) == "undelivered partial"


def test_a_ported_number_is_learnt_and_sent_by_its_own_networks_carrier(line, monkeypatch):
    """One re-route, to where a provider says the number is."""
    home = make_network("vinaphone")
    right = make_other(line, network=home, tier=1)
    wrong = make_other(line, tier=1)
    monkeypatch.setattr(lookups, "provider_of", Told)
    Told.asked, Told.answer = [], "vinaphone"
    provider = LookupProvider.objects.create(name="Register", batch_size=10)
    LookupPolicy.objects.create(country="VN", asks="campaigns", provider=provider)
    claim = line.claimed()
    refuse(line, claim, BAD_NUMBER)
    assert place(claim) == "waiting ported"
    learnt = NumberLookup.objects.get(msisdn=claim.msisdn)
    assert (learnt.source, learnt.finding, learnt.network_was) == (
        "feedback",
        "moved",
        line.network,
    )
    snapshots.forget()
    assert ported_ask() == 1
    go_on()
    message = Message.objects.get(pk=claim.id)
    assert (message.network_id, message.network_source) == (home.pk, "lookup")
    assert Dispatch.objects.get(id=claim.id).carrier_id == right.pk != wrong.pk


def test_a_ported_number_nobody_knows_goes_by_country(line):
    other = make_other(line)
    claim = line.claimed()
    refuse(line, claim, BAD_NUMBER)
    go_on()
    message = Message.objects.get(pk=claim.id)
    assert (message.network_id, message.network_source) == (None, "feedback")
    assert Dispatch.objects.get(id=claim.id).carrier_id == other.pk


def test_without_the_code_a_wrong_number_is_a_wrong_number(line):
    make_other(line)
    claim = line.claimed()
    refuse(line, claim, BAD_NUMBER, ported=frozenset())
    assert state(claim) == "failed invalid_destination"
    assert not NumberLookup.objects.exists()


def test_a_receipts_error_teaches_where_a_number_is_not(line):
    class Receipt:
        error = "027"
        msisdn = make_msisdn()

    line.bind.ported_codes = ["0x0B", "027"]
    line.message(msisdn=Receipt.msisdn)
    with connection.cursor() as cursor:
        receipts_learn(cursor, line.bind, [(None, Receipt)], clock.now())
    learnt = NumberLookup.objects.get()
    assert (learnt.finding, learnt.network_was) == ("moved", line.network)


# Fallback rules.


def test_a_sender_that_a_carrier_refuses_gives_way_to_the_customers_other(line):
    other = make_sender(line.account, registered=(line.network,))
    rule = fallback(line, ["refused"], to_sender=other)
    claim = line.claimed()
    refuse(line, claim, BAD_SENDER)
    go_on()
    message = Message.objects.get(pk=claim.id)
    assert (message.sender_id, place(claim)) == (other.pk, "queued")
    assert message.decision["fallback"] == {
        "from": line.sender.address,
        "to": other.address,
        "cause": "refused",
        "rule": rule.pk,
    }


def test_another_carrier_comes_before_another_sender(line):
    other_carrier = make_other(line)
    other = make_sender(line.account, registered=(line.network,))
    fallback(line, ["refused"], to_sender=other)
    claim = line.claimed()
    refuse(line, claim, BAD_SENDER)
    go_on()
    assert Dispatch.objects.get(id=claim.id).carrier_id == other_carrier.pk
    assert Message.objects.get(pk=claim.id).sender_id == line.sender.pk


def test_a_refusal_counts_one_attempt_and_another_sender_none(line):
    """So that it draws its way anew among those that share the traffic."""
    other = make_sender(line.account, registered=(line.network,))
    fallback(line, ["refused"], to_sender=other)
    claim = line.claimed()
    refuse(line, claim, BAD_SENDER)
    assert Waiting.objects.get(id=claim.id).attempts == 1
    go_on()
    assert Dispatch.objects.get(id=claim.id).attempts == 1
    snapshots.forget()
    unrouted_route(limit=10)
    assert Message.objects.get(pk=claim.id).sender_id == other.pk
    assert Dispatch.objects.get(id=claim.id).attempts == 1


@pytest.mark.parametrize("trouble", ["none", "unbound", "hot", "drained"])
def test_a_sender_that_has_a_route_keeps_its_message(line, trouble):
    """Rules are for senders without a way, not for carriers in trouble: those pass."""
    other = make_sender(line.account, registered=(line.network,))
    make_route(make_carrier(), sender_kinds=["alphanumeric"])
    fallback(line, ["no_route", "refused", "unavailable", "not_registered"], to_sender=other)
    if trouble == "unbound":
        end_lease(line.bind)
    elif trouble == "hot":
        temperature_pin(
            carrier=line.carrier, state="hot", reason="test", actor=make_user(), message_class=""
        )
    elif trouble == "drained":
        drain_order(carrier=line.carrier, reason="test", actor=None)
    message = line.queued("transactional", carrier=None)
    Message.objects.filter(pk=message.pk).update(status="accepted")
    snapshots.forget()
    unrouted_route(limit=10)
    found = Message.objects.get(pk=message.pk)
    assert (found.sender_id, "fallback" in found.decision) == (line.sender.pk, False)
    assert place(message).startswith("waiting" if trouble == "drained" else "queued")


def test_a_named_error_is_a_cause_and_others_are_not(line):
    other = make_sender(line.account, registered=(line.network,))
    fallback(line, ["error"], errors=["0x45"], to_sender=other)
    snapshots.forget()
    claim, odd = line.claimed(), line.claimed()
    refuse(line, claim, ODD)
    refuse(line, odd, statuses.ESME_RX_P_APPN)
    go_on()
    assert Message.objects.get(pk=claim.id).sender_id == other.pk
    assert state(odd) == "failed rejected"


@pytest.mark.parametrize(
    ("cause", "break_sender"),
    [
        ("unavailable", lambda line: type(line.sender).objects.update(status="suspended")),
        ("no_route", lambda line: Route.objects.update(sender_kinds=["alphanumeric"])),
    ],
)
def test_a_message_leaves_from_the_other_sender_where_its_own_cannot(line, cause, break_sender):
    break_sender(line)
    other = make_sender(
        line.account, kind="alphanumeric", address="SAOMAI", registered=(line.network,)
    )
    fallback(line, [cause], to_sender=other)
    message = line.queued("transactional", carrier=None)
    Message.objects.filter(pk=message.pk).update(status="accepted")
    snapshots.forget()
    assert unrouted_route(limit=10) == 1
    found = Message.objects.get(pk=message.pk)
    assert (found.sender_id, found.status) == (other.pk, "queued")
    assert found.decision["fallback"]["cause"] == cause


def test_it_happens_once_and_only_for_the_causes_named(line):
    type(line.sender).objects.filter(pk=line.sender.pk).update(status="suspended")
    second = make_sender(line.account, registered=(line.network,), status="suspended")
    third = make_sender(line.account, registered=(line.network,))
    fallback(line, ["unavailable"], to_sender=second)
    fallback(line, ["no_route"], to_sender=third)
    fallback(line, ["unavailable"], sender=second, to_sender=third)
    message = line.queued("transactional", carrier=None)
    Message.objects.filter(pk=message.pk).update(status="accepted")
    snapshots.forget()
    unrouted_route(limit=10)
    assert state(message) == "blocked sender_not_allowed"


def test_another_accounts_sender_is_never_used(line):
    """Invariant 9, whatever a rule says."""
    type(line.sender).objects.update(status="suspended")
    stranger = make_sender(registered=(line.network,))
    fallback(line, ["unavailable"], to_sender=stranger)
    message = line.queued("transactional", carrier=None)
    Message.objects.filter(pk=message.pk).update(status="accepted")
    snapshots.forget()
    unrouted_route(limit=10)
    assert state(message) == "blocked sender_not_allowed"


def test_a_rule_may_name_a_pool(line):
    type(line.sender).objects.update(status="suspended")
    pool = SenderPool.objects.create(account=line.account, name="Reserve", country="VN")
    member = make_sender(line.account, registered=(line.network,))
    SenderPoolMember.objects.create(pool=pool, sender=member)
    fallback(line, ["unavailable"], to_pool=pool)
    message = line.queued("transactional", carrier=None)
    Message.objects.filter(pk=message.pk).update(status="accepted")
    snapshots.forget()
    unrouted_route(limit=10)
    assert Message.objects.get(pk=message.pk).sender_id == member.pk
