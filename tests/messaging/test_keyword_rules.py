"""Keyword rules on replies: what they do, once, and who comes before them."""

import json
from datetime import timedelta

import pytest
from django.test import override_settings

from compliance.constants import ConsentAction
from compliance.models import ConsentState, Suppression
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from messaging.constants import KeywordOutcome, QuestionState
from messaging.models import (
    Dispatch,
    Event,
    InboundMessage,
    KeywordHit,
    KeywordQuestion,
    KeywordRule,
    Message,
)
from messaging.selectors.keyword_rules import figures_of
from messaging.selectors.snapshot import snapshots
from messaging.services.inbound import inbound_receive
from messaging.services.keyword_rules import questions_end
from tests.factories import make_account, make_list, make_sender, make_template_version
from tests.messaging.hot import Line, make_line
from tests.messaging.test_inbound import PHONE, received

GIFT = {"do": "reply", "template": "gift", "parameters": {"name": "{rest}"}}


@pytest.fixture
def line(db) -> Line:
    rule_packs_load_shipped(actor=None)
    line = make_line()
    make_template(line, "gift", "Your gift, {name}!", name="name", fallback="friend")
    make_template(line, "sure", "Sure? 1 yes, 2 no")
    make_template(line, "late", "Too late.")
    snapshots.forget()
    return line


def make_template(line, slug, body, name="", *, asks=False, **slot):
    make_template_version(
        line.account,
        advertiser=line.sender.advertiser,
        slug=slug,
        asks_consent=asks,
        body=body,
        slots=[{"name": name, "max_length": 20, "example": "Mai", **slot}] if name else [],
    )
    snapshots.forget()


def make_rule(line, *words, kind="first_word", actions=(GIFT,), **values) -> KeywordRule:
    return KeywordRule.objects.create(
        account=values.pop("account", line.account),
        name=values.pop("name", f"Rule {KeywordRule.objects.count()}"),
        match_kind=kind,
        words=list(words),
        actions=list(actions),
        **values,
    )


def write(line, text, **values) -> InboundMessage:
    (message,) = inbound_receive(
        [received(line, text.encode("utf-16-be"), data_coding=8, **values)]
    )
    return message


def sent(line, origin="rule") -> list[str]:
    rows = Message.objects.filter(account=line.account, origin=origin).order_by("id")
    return list(rows.values_list("text", flat=True))


def told(line) -> list[str]:
    """What was told of the reply and its rules; conversations have tests of their own."""
    rows = Event.objects.filter(account=line.account).order_by("sequence")
    rows = rows.exclude(type__startswith="conversation.")
    return list(rows.values_list("type", flat=True))


def last_event(line, event_type) -> dict:
    event = Event.objects.filter(account=line.account, type=event_type).latest("sequence")
    return json.loads(event.body)["data"]


def hits(line) -> list[str]:
    rows = KeywordHit.objects.filter(account=line.account).order_by("id")
    return list(rows.values_list("outcome", flat=True))


# Acting.


def test_a_rule_answers_with_values_of_the_reply(line):
    rule = make_rule(line, "quà", sender=line.sender)
    message = write(line, "QUA  Mai Anh!")
    assert sent(line) == ["Your gift, Mai Anh!"]
    answer = Message.objects.get(origin="rule")
    assert (answer.msisdn, answer.sender, answer.status) == (PHONE, line.sender, "accepted")
    assert answer.template_version is not None  # decided like any other message of its class
    assert Dispatch.objects.filter(id=answer.pk, carrier_id=0).exists()
    hit = KeywordHit.objects.get()
    assert (hit.rule, hit.message, hit.matched, hit.answers) == (rule, message, "quà", 1)
    assert hit.results == [
        {"do": "reply", "result": "done", "template": "gift", "message": str(answer.pk)}
    ]


def test_steps_are_done_in_order(line):
    people, others = make_list(line.account), make_list(line.account)
    make_rule(
        line,
        "win",
        actions=[
            {"do": "add_to_list", "list": people.pk},
            {"do": "add_to_list", "list": others.pk},
            {"do": "remove_from_list", "list": others.pk},
            {"do": "forward", "fields": {"code": "{rest}"}},
            {"do": "escalate", "note": "{first_word} please"},
        ],
    )
    write(line, "WIN abc")
    write(line, "win again")
    assert [one.contact.msisdn for one in people.memberships.all()] == [PHONE]
    assert not others.memberships.exists()
    assert told(line)[:3] == ["keyword.matched", "keyword.escalated", "inbound.received"]
    matched = last_event(line, "keyword.matched")
    assert (matched["fields"], matched["rule"]) == ({"code": "again"}, "Rule 0")
    assert last_event(line, "keyword.escalated")["note"] == "win please"
    first, again = KeywordHit.objects.order_by("id")
    assert first.results[0] == {
        "do": "add_to_list", "result": "done", "list": people.pk, "changed": True,
    }  # fmt: skip
    assert again.results[0]["changed"] is False


def test_a_text_is_consent_where_the_country_knows_it(line):
    make_rule(line, "vip", actions=[{"do": "record_consent"}])
    write(line, "VIP")
    state = ConsentState.objects.get(msisdn=PHONE)
    assert (state.advertiser, state.state) == (line.sender.advertiser, ConsentAction.GRANTED)
    assert "consent.granted" in told(line)


def test_double_opt_in_asks_first_and_counts_after_the_answer(line):
    make_template(line, "ask", "May we write to you? Reply YES.", asks=True)
    make_rule(line, "vip", actions=[{"do": "record_consent", "template": "ask"}])
    write(line, "VIP")
    assert sent(line) == ["May we write to you? Reply YES."]
    assert ConsentState.objects.get(msisdn=PHONE).state == ConsentAction.REQUESTED
    write(line, "YES")
    assert ConsentState.objects.get(msisdn=PHONE).state == ConsentAction.GRANTED
    assert hits(line) == ["acted"]


def test_a_rule_may_refuse_for_the_person(line):
    make_rule(line, "no ads", actions=[{"do": "record_refusal"}], kind="exact")
    write(line, "no ads")
    assert Suppression.objects.filter(msisdn=PHONE, lifted_at=None).exists()


# Who comes first.


@pytest.mark.parametrize("text", ["STOP", "TC", "HELP", "START", "please stop sending me this"])
def test_compliance_keywords_always_win(line, text):
    make_rule(line, kind="any", priority=1)
    write(line, text)
    assert (sent(line), hits(line)) == ([], [])


def test_a_bare_yes_that_nothing_asked_for_is_free(line):
    make_rule(line, kind="any")
    write(line, "YES")
    assert hits(line) == ["acted"]


def test_rules_of_another_account_and_sender_are_not_asked(line):
    stranger = make_account()
    make_rule(line, "gift", account=stranger)
    make_rule(line, "gift", sender=make_sender(line.account, address="50999"))
    write(line, "gift")
    assert not KeywordHit.objects.exists()


def test_a_reply_to_a_shared_sender_is_whose_keyword_it_has(line):
    other = make_account()
    shared = make_sender(other, address=line.sender.address)
    make_rule(line, "gift", account=other, sender=shared, actions=[{"do": "forward"}])
    message = write(line, "gift")
    message.refresh_from_db()
    assert (message.account, message.sender) == (other, shared)
    assert KeywordHit.objects.get().account == other
    other_events = Event.objects.filter(account=other).order_by("sequence")
    assert [one.type for one in other_events] == ["keyword.matched", "inbound.received"]


def test_a_changed_rule_holds_for_the_next_reply(line):
    rule = make_rule(line, "gift")
    write(line, "gift")
    rule.words = ["present"]
    rule.save()
    write(line, "gift")
    assert len(sent(line)) == 1
    rule.delete()
    write(line, "present")
    assert len(sent(line)) == 1
    assert KeywordHit.objects.get().rule_name == "Rule 0"


def test_rules_cost_one_look_where_none_fits(line, django_assert_max_num_queries):
    write(line, "hello")
    without = _queries(line)
    make_rule(line, "gift")
    write(line, "hello")
    # The rules' version, the lock of the number, and its question; what processes read again when
    # it has grown old may fall into either.
    assert _queries(line) <= without + 6


def _queries(line) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        write(line, "hello")
    return len(caught)


# What goes wrong.


def test_a_step_that_fails_is_kept_told_and_stops_nothing(line):
    people = make_list(line.account)
    rule = make_rule(
        line,
        "gift",
        actions=[{"do": "reply", "template": "gone"}, {"do": "add_to_list", "list": people.pk}],
    )
    message = write(line, "gift")
    assert InboundMessage.objects.filter(pk=message.pk).exists()
    assert people.memberships.count() == 1
    hit = KeywordHit.objects.get()
    assert (hit.failures, hit.results[0]["why"]) == (1, "template_not_approved")
    assert told(line) == ["keyword.failed", "inbound.received"]
    assert last_event(line, "keyword.failed")["text"] == "gift"
    assert figures_of([rule.pk])[rule.pk].failures == 1


def test_a_list_that_is_gone_is_a_failure_of_its_step(line):
    make_rule(line, "gift", actions=[{"do": "add_to_list", "list": 999_999}, GIFT])
    write(line, "gift Mai")
    assert KeywordHit.objects.get().results[0]["why"] == "unknown_list"
    assert sent(line) == ["Your gift, Mai!"]


def test_a_fault_of_ours_in_a_step_loses_no_reply(line, monkeypatch):
    from messaging.services.keyword_rules import steps

    def fail(deed, step):
        raise ValueError("fault")

    monkeypatch.setitem(steps._DOERS, "forward", fail)
    make_rule(line, "gift", actions=[{"do": "forward"}, GIFT])
    write(line, "gift")
    assert KeywordHit.objects.get().results[0]["why"] == "internal"
    assert len(sent(line)) == 1


@pytest.mark.parametrize("sender", ["1900", "VIETTEL", "own"])
def test_machines_are_never_answered(line, sender):
    if sender == "own":
        sender = make_sender(make_account(), kind="long_code", address="84901112223").address
        snapshots.forget()
    make_rule(line, kind="any", actions=[GIFT, {"do": "forward"}])
    write(line, "gift", sender=sender)
    assert sent(line) == []
    assert [one["result"] for one in KeywordHit.objects.get().results] == ["skipped", "done"]


@override_settings(KEYWORD_ANSWERS_PER_HOUR=3)
def test_two_machines_fall_silent_and_it_is_told_once(line):
    make_rule(line, kind="any")
    for number in range(6):
        write(line, f"robot says {number}")
    assert len(sent(line)) == 3
    assert told(line).count("keyword.loop_stopped") == 1
    assert KeywordHit.objects.latest("id").results[0]["why"] == "loop"
    with clock.freeze(clock.now() + timedelta(minutes=61)):
        write(line, "robot again", at=clock.now())
    assert len(sent(line)) == 4


@override_settings(KEYWORD_ANSWERS_PER_HOUR=1)
def test_a_loop_with_one_number_silences_nobody_else(line):
    make_rule(line, kind="any")
    for phone in (PHONE, PHONE, "84981234599"):
        write(line, "hello", sender=phone)
    assert len(sent(line)) == 2


def test_a_rule_in_shadow_does_nothing_and_says_what_it_would_do(line):
    shadow = make_rule(line, "gift", is_shadow=True, actions=[GIFT, {"do": "escalate"}])
    live = make_rule(line, kind="any", actions=[{"do": "forward"}])
    write(line, "gift")
    assert sent(line) == []
    first, second = KeywordHit.objects.order_by("id")
    assert (first.rule, first.outcome, second.rule) == (shadow, KeywordOutcome.SHADOW, live)
    assert first.results == [
        {"do": "reply", "result": "shadow", "template": "gift"},
        {"do": "escalate", "result": "shadow"},
    ]
    figures = figures_of([shadow.pk])[shadow.pk]
    assert (figures.matches, figures.shadow_matches, figures.answers) == (1, 1, 0)


# Asking and waiting.

QUESTION = {
    "template": "sure",
    "answers": [
        {"name": "yes", "words": ["1", "yes"], "actions": [GIFT]},
        {"name": "no", "words": ["2"], "actions": [{"do": "forward"}]},
    ],
    "timeout_minutes": 30,
    "timeout_actions": [{"do": "reply", "template": "late"}],
    "repeats": 1,
    "unclear_actions": [{"do": "escalate"}],
}
SURE = "Sure? 1 yes, 2 no"


def ask(line, **values) -> KeywordRule:
    return make_rule(line, "gift", actions=values.pop("actions", []), question=QUESTION, **values)


@pytest.mark.parametrize("text", ["1", "YES", "1."])
def test_the_next_reply_answers_the_question(line, text):
    ask(line)
    write(line, "gift Mai")
    write(line, text)
    assert sent(line) == [SURE, "Your gift, Mai!"]
    question = KeywordQuestion.objects.get()
    assert (question.state, question.answer, question.values) == ("answered", "yes", {})
    assert hits(line) == ["acted", "answered"]


def test_an_unclear_answer_is_asked_again_and_then_a_person_is_asked_for(line):
    ask(line)
    for text in ("gift", "hm?", "what?", "1"):
        write(line, text)
    assert sent(line) == [SURE, SURE]
    assert KeywordQuestion.objects.get().state == QuestionState.UNCLEAR
    assert hits(line) == ["acted", "repeated", "unclear"]
    assert "keyword.escalated" in told(line)


def test_another_rules_word_is_no_answer_and_the_question_goes_on_waiting(line):
    ask(line)
    make_rule(line, "hours", actions=[{"do": "forward"}])
    make_rule(line, kind="any", actions=[{"do": "escalate"}], priority=900)
    for text in ("gift Mai", "hours", "1"):
        write(line, text)
    assert hits(line) == ["acted", "acted", "answered"]
    assert sent(line) == [SURE, "Your gift, Mai!"]


def test_a_question_ends_with_its_time_once(line):
    ask(line)
    write(line, "gift")
    assert questions_end() == {"ended": 0, "failed": 0}
    with clock.freeze(clock.now() + timedelta(minutes=31)):
        assert questions_end()["ended"] == 1
        assert questions_end()["ended"] == 0
        write(line, "1", at=clock.now())
    assert sent(line) == [SURE, "Too late."]
    assert KeywordQuestion.objects.get().state == QuestionState.TIMED_OUT
    assert hits(line) == ["acted", "timed_out"]


def test_a_refusal_ends_the_question(line):
    ask(line)
    write(line, "gift")
    write(line, "STOP")
    assert KeywordQuestion.objects.get().state == QuestionState.CANCELED
    write(line, "1")
    assert sent(line) == [SURE]


def test_a_second_question_takes_the_place_of_the_first(line):
    ask(line)
    write(line, "gift Mai")
    write(line, "gift Lan")
    write(line, "1")
    assert sent(line) == [SURE, SURE, "Your gift, Lan!"]
    states = KeywordQuestion.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == [QuestionState.REPLACED, QuestionState.ANSWERED]


def test_what_was_asked_is_answered_as_it_was_asked(line):
    rule = ask(line)
    write(line, "gift Mai")
    rule.delete()
    write(line, "1")
    assert sent(line) == [SURE, "Your gift, Mai!"]


def test_questions_of_two_numbers_do_not_mix(line):
    ask(line)
    write(line, "gift Mai")
    write(line, "1", sender="84981234599")
    assert sent(line) == [SURE]
    assert KeywordQuestion.objects.get().state == QuestionState.WAITING


def test_a_question_that_could_not_be_sent_waits_for_nothing(line):
    ask(line)
    KeywordRule.objects.update(question=QUESTION | {"template": "gone"})
    write(line, "gift")
    assert not KeywordQuestion.objects.exists()
    assert KeywordHit.objects.get().failures == 1
