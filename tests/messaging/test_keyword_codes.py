"""A keyword rule that verifies a number: the code goes out, the next reply with one is held against
it, and what follows is done."""

from datetime import timedelta

import pytest

from compliance.constants import MessageClass
from config.common import clock
from messaging.constants import QuestionState, VerificationStatus
from messaging.models import (
    KeywordHit,
    KeywordQuestion,
    ShieldRule,
    Verification,
    VerificationCheck,
    VerificationStat,
)
from messaging.selectors.keyword_rules import troubles_of
from messaging.selectors.snapshot import snapshots
from messaging.services.keyword_rules import keyword_rules_try, questions_end
from messaging.services.verification.changes import verification_resend
from messaging.services.verification.checking import verification_check
from tests.factories import make_account
from tests.messaging.hot import make_line
from tests.messaging.test_inbound import PHONE
from tests.messaging.test_keyword_rules import (
    hits,
    last_event,
    line,
    make_rule,
    make_template,
    sent,
    told,
    write,
)
from tests.messaging.verification_scene import code_of_newest, make_scene

__all__ = ["line"]

RIGHT = [{"do": "reply", "template": "welcome"}, {"do": "forward", "fields": {"was": "{answer}"}}]
WRONG = [{"do": "escalate", "note": "No code: {answer}"}]
QUESTION = {"verification": "sign-in", "approved_actions": RIGHT, "failed_actions": WRONG}


@pytest.fixture
def verifying(line):
    """A line with a service, and a rule that verifies who writes LOGIN."""
    make_scene(
        line.account,
        line.sender.advertiser,
        sender=line.sender,
        max_checks=2,
        resend_delays=[5],
    )
    make_template(line, "welcome", "Welcome back.")
    make_rule(line, "login", actions=(), question=QUESTION)
    return line


def started() -> Verification:
    return Verification.objects.get(status=VerificationStatus.PENDING)


def test_the_right_code_ends_it_and_what_follows_is_done(verifying):
    write(verifying, "LOGIN")
    verification = started()
    assert (verification.msisdn, verification.sends) == (PHONE, 1)
    assert verification.sender_address == verifying.sender.address
    assert verification.metadata["keyword_rule"] == "Rule 0"
    assert told(verifying) == ["verification.started", "inbound.received"]
    write(verifying, f"Ma: {code_of_newest(verification)}")
    verification.refresh_from_db()
    assert verification.status == VerificationStatus.APPROVED
    assert [one.result for one in VerificationCheck.objects.all()] == ["right"]
    assert sent(verifying) == ["Welcome back."]
    assert last_event(verifying, "keyword.matched")["fields"] == {"was": "approved"}
    assert told(verifying)[2:] == [
        "verification.approved",
        "keyword.matched",
        "inbound.received",
    ]
    assert hits(verifying) == ["acted", "answered"]
    question = KeywordQuestion.objects.get()
    assert (question.state, question.answer, question.values) == ("answered", "approved", {})
    # The code is spent: once more it is a reply like any other.
    write(verifying, "123456")
    assert VerificationCheck.objects.count() == 1


def test_wrong_codes_count_and_the_last_one_ends_it(verifying):
    write(verifying, "login")
    right = code_of_newest(started())
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    write(verifying, wrong)
    assert KeywordQuestion.objects.get().state == QuestionState.WAITING
    write(verifying, wrong)
    assert Verification.objects.get().status == VerificationStatus.FAILED
    assert last_event(verifying, "keyword.escalated")["note"] == "No code: failed"
    assert hits(verifying) == ["acted", "wrong_code", "answered"]
    assert sent(verifying) == []


def test_other_words_work_while_a_code_is_waited_for(verifying):
    make_rule(verifying, "gift")
    write(verifying, "login")
    write(verifying, "gift Mai")
    write(verifying, "where is it? 24 or 36 hours")
    assert sent(verifying) == ["Your gift, Mai!"]
    assert not VerificationCheck.objects.exists()
    write(verifying, code_of_newest(started()))
    assert Verification.objects.get().status == VerificationStatus.APPROVED


def test_it_ends_with_the_codes_time_and_a_resend_puts_that_off(verifying, monkeypatch):
    write(verifying, "login")
    verification = started()
    later = verification.next_send_at + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    verification_resend(account=verifying.account, verification_id=verification.pk)
    first_end = KeywordQuestion.objects.get().due_at
    monkeypatch.setattr(clock, "now", lambda: first_end + timedelta(seconds=1))
    questions_end()
    question = KeywordQuestion.objects.get()
    assert (question.state, question.due_at > first_end) == (QuestionState.WAITING, True)
    monkeypatch.setattr(clock, "now", lambda: question.due_at + timedelta(seconds=1))
    questions_end()
    assert KeywordQuestion.objects.get().state == QuestionState.TIMED_OUT
    assert "keyword.escalated" in told(verifying)


def test_a_code_that_was_entered_elsewhere_has_not_failed(verifying, monkeypatch):
    write(verifying, "login")
    verification = started()
    verification_check(
        account=verifying.account, code=code_of_newest(verification), pk=verification.pk
    )
    end = KeywordQuestion.objects.get().due_at + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: end)
    questions_end()
    assert KeywordQuestion.objects.get().state == QuestionState.ELSEWHERE
    assert "keyword.escalated" not in told(verifying)


def test_a_code_of_another_number_is_nothing_here(verifying):
    write(verifying, "login")
    code = code_of_newest(started())
    write(verifying, code, sender="84981111111")
    assert started().checks == 0


def test_what_the_shield_blocks_is_kept_and_told(verifying):
    ShieldRule.objects.create(
        account=verifying.account, country="VN", mode="block", reason="Pumped."
    )
    write(verifying, "login")
    assert Verification.objects.get().status == VerificationStatus.BLOCKED
    assert not KeywordQuestion.objects.exists()
    (step,) = KeywordHit.objects.get().results
    assert (step["do"], step["result"], step["why"]) == (
        "verify",
        "failed",
        "verification_country_blocked",
    )
    assert told(verifying) == ["verification.blocked", "keyword.failed", "inbound.received"]
    assert VerificationStat.objects.get().blocked == 1


def test_a_rule_in_shadow_sends_no_code(verifying):
    verifying.account.keyword_rules.update(is_shadow=True)
    write(verifying, "login")
    assert not Verification.objects.exists()
    assert KeywordHit.objects.get().results == [
        {"do": "verify", "result": "shadow", "service": "sign-in"}
    ]


def test_a_trial_says_what_would_be_sent_and_sends_nothing(verifying):
    tried = keyword_rules_try(
        account=verifying.account, sender=verifying.sender, msisdn=PHONE, text="login"
    )
    assert [(one.do, one.service) for one in tried.steps] == [("verify", "sign-in")]
    assert not Verification.objects.exists()


@pytest.mark.parametrize("change", ["service", "class"])
def test_a_rule_that_could_not_verify_is_in_trouble(verifying, change):
    rule = verifying.account.keyword_rules.get()
    rule.sender = verifying.sender
    if change == "service":
        verifying.account.verification_services.update(is_active=False)
    else:
        verifying.sender.allowed_classes = [MessageClass.MARKETING]
        verifying.sender.save()
        snapshots.forget()
    expected = {"service": "unknown_service", "class": "sender_without_codes"}
    assert expected[change] in [one.code for one in troubles_of(rule, snapshots.latest())]


def test_services_of_another_account_start_nothing(verifying):
    other = make_line(make_account())
    make_rule(other, "login", account=other.account, actions=(), question=QUESTION)
    write(other, "login", to=other.sender.address)
    assert not Verification.objects.exists()
    assert told(other)[0] == "keyword.failed"
