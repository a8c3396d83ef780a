"""“Try a number”: the engine's answer with names, sentences and what if."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from carriers.models import BindLease
from config.common import clock
from config.common.errors import InvalidError, NotFoundError
from routing.engine import Exclusion, Reason
from routing.explained import Question
from routing.models import Network, NumberOverride, Route
from routing.route_words import chosen_sentence, exclusion_words, reason_words, term_words
from routing.services.explain import route_explain
from tests.factories import (
    make_account,
    make_bind,
    make_carrier,
    make_network,
    make_number_plan,
    make_rate,
    make_route,
    make_sender,
)

pytestmark = pytest.mark.django_db
NUMBER = "0961 234 567"


class Ways:
    """Two carriers to one network, both bound; the first is the dearer."""

    def __init__(self) -> None:
        Route.objects.all().delete()
        self.network: Network = make_network("hill", name="Hill Mobile")
        make_number_plan({"8496": self.network})
        self.alpha, self.beta = (bound(name) for name in ("Alpha", "Beta"))
        self.direct = make_route(self.alpha, name="Hill direct", country="VN", network=self.network)
        self.reserve = make_route(
            self.beta, name="Hill reserve", country="VN", network=self.network, tier=2
        )
        make_rate(carrier=self.alpha, country="VN", amount_micros=300_000_000)


def bound(name: str):
    carrier = make_carrier(name=name, code=name.lower())
    bind = make_bind(carrier, throughput=50)
    later = clock.now() + timedelta(minutes=5)
    BindLease.objects.create(bind=bind, state="bound", expires_at=later)
    return carrier


@pytest.fixture
def ways(db) -> Ways:
    return Ways()


def test_the_answer_names_network_route_and_carrier(ways):
    found = route_explain(Question(NUMBER))
    assert (found.msisdn, found.network, found.network_source) == (
        "84961234567",
        "Hill Mobile",
        "prefix",
    )
    assert found.chosen is not None
    assert (found.chosen.route, found.chosen.carrier) == ("Hill direct", "Alpha")
    assert (found.chosen.candidate.cost_micros, found.chosen.cost_currency) == (300_000_000, "VND")
    assert [way.route for way in found.ways] == ["Hill direct", "Hill reserve"]


def test_a_ported_number_says_that_it_was_listed(ways):
    other = make_network("lake", name="Lake Telecom")
    NumberOverride.objects.create(msisdn="84961234567", network=other, source="desk")
    found = route_explain(Question(NUMBER))
    assert (found.network, found.network_source) == ("Lake Telecom", "override")
    assert found.decision.reasons == (Reason.NO_ROUTE,)


def test_what_if_a_carrier_were_down_or_hot(ways):
    down = route_explain(Question(NUMBER, down=frozenset({ways.alpha.pk})))
    assert down.chosen is not None
    assert down.chosen.carrier == "Beta"
    assert down.decision.candidates[-1].exclusion is Exclusion.UNAVAILABLE
    hot = route_explain(Question(NUMBER, heats={ways.alpha.pk: "hot"}))
    shares = {way.carrier: way.candidate.share for way in hot.ways}
    assert shares == {"Alpha": pytest.approx(0.01), "Beta": pytest.approx(0.99)}


def test_a_sender_is_shown_as_it_stands(ways):
    sender = make_sender(address="53849", allowed_classes=["otp"])
    found = route_explain(
        Question(NUMBER, sender="53849", account_id=sender.account_id, message_class="care")
    )
    assert found.sender is not None
    assert (found.sender.carries_class, found.chosen) == (False, None)
    assert found.decision.reasons == (Reason.SENDER_CLASS_NOT_ALLOWED,)


def test_an_account_that_keeps_its_data_at_home(ways):
    account = make_account(residency=["VN"])
    ways.beta.data_country = "VN"
    ways.beta.save()
    found = route_explain(Question(NUMBER, account_id=account.pk))
    assert found.chosen is not None
    assert found.chosen.carrier == "Beta"
    assert {one.exclusion for one in found.decision.candidates} == {None, Exclusion.RESIDENCY}


@pytest.mark.parametrize(
    ("question", "error", "code"),
    [
        (Question("12"), InvalidError, "short_code"),
        (Question(NUMBER, message_class="urgent"), InvalidError, "class_unknown"),
        (Question(NUMBER, sender="Nobody"), InvalidError, "sender_unknown"),
        (Question(NUMBER, account_id=99_999), NotFoundError, "account_unknown"),
        (Question(NUMBER, policy_version=99), NotFoundError, "route_policy_unknown"),
    ],
)
def test_what_cannot_be_tried_says_why(ways, question, error, code):
    with pytest.raises(error) as raised:
        route_explain(question)
    assert raised.value.code == code


def test_the_command_tells_the_same(ways, capsys):
    call_command("explain", to=NUMBER, down=["alpha"])
    told = capsys.readouterr().out
    assert "Hill Mobile: By its prefix" in told
    assert "It goes to Beta by the route “Hill reserve”" in told
    assert "Hill direct · Alpha · tier 1 · No bind of the carrier is connected." in told
    with pytest.raises(CommandError, match="choose a carrier"):
        call_command("explain", to=NUMBER, down=["gamma"])


def test_every_answer_of_the_engine_has_words():
    assert set(reason_words()) == set(Reason)
    assert set(exclusion_words()) == set(Exclusion)
    terms = (("weight", 50.0), ("heat", 0.6), ("wait_seconds", 8.0), ("segments_per_second", 90.0))
    assert [value for _name, value in term_words(terms)] == ["50", "60 %", "8 s", "90/s"]
    assert chosen_sentence(None, (Reason.NO_ROUTE,)) == ("It has no way now: no route leads there.")
