"""Asking providers about numbers: what is asked, what is kept, and what comes of trouble."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from config.common import clock
from routing.lookups import Answered, LookupFailedError, provider_of
from routing.lookups.json_answers import AnswerError, Reading, answers_read, at_path
from routing.models import LookupDay, LookupPolicy, LookupProvider, NumberLookup, NumberOverride
from routing.selectors.numbers import number_index, numbers_known, numbers_unasked
from routing.services import lookups
from routing.services.feedback import Feedback, feedback_note
from routing.services.lookups import lookups_purge, numbers_look_up
from tests.carriers.simulator.esme import running
from tests.factories import make_network, make_number_plan

NUMBER, PORTED, NOBODY = "84981234567", "84981234922", "84981234924"
READING = Reading("results", "msisdn", "network", "status", frozenset({"absent"}), {"45204": "vtl"})


@pytest.fixture
def networks(db):
    made = {code: make_network(code) for code in ("viettel", "vinaphone", "mobifone")}
    make_number_plan({"8498": made["viettel"]})
    return made


def make_provider(**overrides) -> LookupProvider:
    values = {
        "name": "Register",
        "url": "http://127.0.0.1:1/lookup",
        "body": '{"msisdns": {numbers}}',
        "items_path": "results",
        "status_path": "status",
        "absent_words": ["absent"],
        "batch_size": 500,
    }
    return LookupProvider.objects.create(**(values | overrides))


def network_of(msisdn: str) -> tuple[str, str]:
    index = number_index()
    hint = index.network_of(msisdn, "VN", numbers_known([msisdn]).get(msisdn))
    return index.code_of(hint.network_id) if hint.network_id else "", hint.source


@pytest.mark.parametrize(
    ("answer", "asked", "expected"),
    [
        (
            {"results": [{"msisdn": "+849", "network": "452-04"}, {"msisdn": "1", "network": "x"}]},
            ["849"],
            [Answered("849", "", detail="452-04")],
        ),
        (
            {"results": [{"msisdn": "849", "network": 45204}]},
            ["849"],
            [Answered("849", "vtl", detail="45204")],
        ),
        (
            {"results": {"849": {"status": "ABSENT"}, "848": "45204"}},
            ["849", "848"],
            [
                Answered("849", is_absent=True, detail="ABSENT"),
                Answered("848", "vtl", detail="45204"),
            ],
        ),
        ({"results": {"network": "45204"}}, ["849"], [Answered("849", "vtl", detail="45204")]),
        ({"results": []}, ["849"], []),
    ],
)
def test_answers_are_read_by_their_paths(answer, asked, expected):
    assert list(answers_read(READING, answer, asked)) == expected


def test_an_answer_of_another_form_is_refused():
    with pytest.raises(AnswerError):
        list(answers_read(READING, {"error": "no credit"}, ["849"]))
    assert at_path({"a": [{"b": 1}]}, "a.0.b") == 1


def test_a_register_over_http_says_where_numbers_are(networks, settings):
    """Against the simulator's own register, in one request for all of them."""
    settings.LOOKUP_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with running() as simulator:
        provider = make_provider(url=f"{simulator.control_url}/lookup")
        report = numbers_look_up(provider, [NUMBER, PORTED, NOBODY], deadline_seconds=10)
    assert (report.asked, report.found, report.absent, report.left) == (3, 2, 1, 0)
    assert network_of(PORTED) == ("vinaphone", "lookup")
    assert network_of(NUMBER) == ("viettel", "lookup")
    known = numbers_known([NOBODY])[NOBODY]
    assert number_index().network_of(NOBODY, "VN", known).is_absent
    assert numbers_unasked([NUMBER, PORTED, NOBODY]) == []


def test_a_private_address_is_not_asked(networks):
    with running() as simulator:
        provider = make_provider(url=f"{simulator.control_url}/lookup")
        report = numbers_look_up(provider, [NUMBER], deadline_seconds=5)
    assert (report.failed, report.error) == (1, "refused_address")
    assert network_of(NUMBER) == ("viettel", "prefix")
    assert LookupDay.objects.get().last_error == "refused_address"


class Told:
    """A provider that answers as it is told."""

    asked: list[list[str]] = []
    answer = "vinaphone"

    def __init__(self, row, codes):
        self.codes = codes

    def ask(self, msisdns, *, seconds):
        Told.asked.append(list(msisdns))
        if Told.answer == "trouble":
            raise LookupFailedError("timeout")
        return [Answered(one, self.codes[Told.answer]) for one in msisdns]


@pytest.fixture
def told(monkeypatch):
    monkeypatch.setattr(lookups, "provider_of", Told)
    Told.asked, Told.answer = [], "vinaphone"
    return Told


def test_what_is_known_is_not_asked_again(networks, told):
    provider = make_provider()
    NumberOverride.objects.create(msisdn=PORTED, network=networks["mobifone"])
    numbers_look_up(provider, [NUMBER, NUMBER, PORTED], deadline_seconds=5)
    numbers_look_up(provider, [NUMBER, PORTED], deadline_seconds=5)
    assert told.asked == [[NUMBER]]
    assert network_of(PORTED) == ("mobifone", "override")


def test_the_days_budget_holds(networks, told):
    provider = make_provider(daily_budget=3, batch_size=2)
    numbers = [f"8498000000{n}" for n in range(5)]
    first = numbers_look_up(provider, numbers[:2], deadline_seconds=5)
    second = numbers_look_up(provider, numbers[2:], deadline_seconds=5)
    assert (first.asked, second.asked, second.left) == (2, 1, 2)
    assert sum(map(len, told.asked)) == 3
    assert LookupDay.objects.get().asked == 3


def test_trouble_leaves_the_prefix(networks, told):
    told.answer = "trouble"
    report = numbers_look_up(make_provider(), [NUMBER], deadline_seconds=5)
    assert (report.found, report.failed, report.error) == (0, 1, "timeout")
    assert network_of(NUMBER) == ("viettel", "prefix")


def test_without_time_nobody_is_asked(networks, told):
    report = numbers_look_up(make_provider(), [NUMBER], deadline_seconds=0)
    assert (told.asked, report.left) == ([], 1)
    assert LookupDay.objects.get().asked == 0


def feedback(msisdn, network=None, was=None):
    with connection.cursor() as cursor:
        feedback_note(
            cursor,
            [Feedback(msisdn, network and network.pk, was and was.pk, "ESME_RINVDSTADR")],
            clock.now(),
        )


def test_an_answer_that_a_carrier_contradicts_is_dropped(networks, told):
    told.answer = "viettel"
    numbers_look_up(make_provider(), [NUMBER], deadline_seconds=5)
    feedback(NUMBER, was=networks["viettel"])
    assert network_of(NUMBER) == ("", "feedback")
    assert numbers_unasked([NUMBER]) == [NUMBER]


def test_what_a_receipt_says_is_surer_than_the_prefix_and_less_than_a_lookup(networks, told):
    feedback(NUMBER, network=networks["mobifone"])
    assert network_of(NUMBER) == ("mobifone", "feedback")
    numbers_look_up(make_provider(), [NUMBER], deadline_seconds=5)
    assert network_of(NUMBER) == ("vinaphone", "lookup")


def test_what_has_run_out_counts_no_more_and_is_purged(networks, told):
    numbers_look_up(make_provider(ttl_hours=1), [NUMBER], deadline_seconds=5)
    NumberLookup.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert network_of(NUMBER) == ("viettel", "prefix")
    assert (lookups_purge(), NumberLookup.objects.count()) == (1, 0)


def test_a_hundred_thousand_numbers_in_one_go(networks, told):
    numbers = [f"8498{n:07d}" for n in range(100_000)]
    report = numbers_look_up(make_provider(batch_size=5000), numbers, deadline_seconds=60)
    assert report.found == 100_000
    assert len(numbers_known(numbers)) == 100_000


def test_a_policy_names_whom_to_ask(networks):
    provider = make_provider()
    LookupPolicy.objects.create(country="VN", asks="unknown", provider=provider)
    LookupPolicy.objects.create(country="VN", message_class="otp", asks="never", provider=provider)
    index = number_index()
    assert index.ask_rule("VN", "marketing").provider_id == provider.pk
    assert index.ask_rule("VN", "otp") is None
    assert index.ask_rule("US", "marketing") is None


def test_the_secret_is_kept_encrypted_and_never_shown(client, world, django_db_blocker):
    provider = make_provider(secret="Bearer hidden-word")
    assert provider_of(provider, {}) is not None
    client.force_login(world.olga)
    page = client.get(reverse("admin:routing_lookupprovider_change", args=[provider.pk]))
    assert page.status_code == 200
    assert "hidden-word" not in page.content.decode()
    client.force_login(world.alice)
    assert client.get(reverse("admin:routing_lookupprovider_changelist")).status_code == 403


def test_asking_about_a_number_shows_the_answer_or_why_there_is_none(
    networks, settings, client, world
):
    settings.LOOKUP_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    client.force_login(world.olga)
    with running() as simulator:
        provider = make_provider(url=f"{simulator.control_url}/lookup")
        page = reverse("admin:routing_lookupprovider_try_out", args=[provider.pk])
        told = client.post(page, {"number": f"+{PORTED}"}, follow=True).content.decode()
        assert f"+{PORTED}" in told
        assert "VinaPhone" in told or "Vinaphone" in told
        assert "whole number" in client.post(page, {"number": "12"}).content.decode()
    settings.LOOKUP_PRIVATE_NETWORKS = []
    told = client.post(page, {"number": f"+{NUMBER}"}).content.decode()
    assert "There is no answer (refused_address)" in told
