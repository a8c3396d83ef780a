"""What replies do: refuse as far as they reach, hold what is unclear, consent, and get an answer."""

from datetime import timedelta

import pytest
from django.db import connection

from compliance.constants import ConsentAction, SuppressionCause
from compliance.models import Advertiser, ConsentState, Program, Suppression
from compliance.services.consent import consent_record, opt_out
from compliance.services.rules import rule_packs_load_shipped
from compliance.services.suppressions import suppression_add
from config.common import clock
from messaging.constants import ReplyDeed
from messaging.models import Dispatch, Message, RefusalReview, ReplyOutcome
from messaging.selectors.snapshot import snapshots
from messaging.services.inbound import inbound_receive
from tests.factories import (
    make_account,
    make_advertiser,
    make_rate,
    make_sender,
    make_template_version,
)
from tests.messaging.hot import Line, events, make_line
from tests.messaging.test_inbound import PHONE, received

IN_FORCE = {"msisdn": PHONE, "lifted_at": None}


@pytest.fixture
def line(db) -> Line:
    rule_packs_load_shipped(actor=None)
    line = make_line()
    Advertiser.objects.filter(pk=line.sender.advertiser_id).update(contact="1800 1234")
    snapshots.forget()
    return line


def reply(line: Line, text: str, **values):
    octets = text.encode("utf-16-be")
    (message,) = inbound_receive([received(line, octets, data_coding=8, **values)])
    return message


def answers(line: Line) -> list[str]:
    rows = Message.objects.filter(account=line.account, origin="system").order_by("id")
    return list(rows.values_list("text", flat=True))


def refusal(**more) -> Suppression:
    return Suppression.objects.get(**IN_FORCE, **more)


def program(line: Line, code: str = "SALE", **values) -> Program:
    owner = {"account": line.account, "advertiser": line.sender.advertiser} | values
    return Program.objects.create(name=f"Program {code}", code=code, **owner)


def wrote(line: Line, text: str = "Sale!", **template) -> Message:
    """The last message to the person, from a template."""
    version = make_template_version(line.account, body=text, **template)
    snapshots.forget()
    return line.message(msisdn=PHONE, template_version=version, text=text)


# How far.


def test_refusal_reaches_the_brand_and_no_other(line):
    reply(line, "TC")
    found = refusal()
    assert (found.advertiser, found.program, found.sender) == (line.sender.advertiser, None, "")
    assert (found.cause, found.purpose) == (SuppressionCause.REFUSAL, "marketing")


@pytest.mark.parametrize(
    "text", ["HUY SALE", "Hủy sale nhé", "TC Sale", "STOP SALE", "stop sale pls"]
)
def test_program_that_is_named_is_the_one_that_is_refused(line, text):
    sale = program(line)
    message = reply(line, text)
    assert message.action == "opt_out"
    assert refusal().program == sale


def test_unknown_word_behind_the_keyword_refuses_everything(line):
    program(line)
    reply(line, "HUY VIP")
    assert refusal().program is None


@pytest.mark.parametrize("written", ["ACME", "acme coffee", "AcmeCoffee"])
def test_brand_that_is_named_is_the_one_that_is_refused(line, written):
    acme = make_advertiser(line.account, name="Acme Coffee", legal_name="ACME")
    reply(line, f"TC {written} gửi 1313")
    assert refusal().advertiser == acme


def test_brandname_names_its_brand(line):
    acme = make_advertiser(line.account, name="Công ty Đại Phát")
    make_sender(line.account, advertiser=acme, kind="alphanumeric", address="DAIPHAT")
    reply(line, "TC DAIPHAT")
    assert refusal().advertiser == acme


def test_named_brand_decides_between_accounts_that_share_a_sender(line):
    other = make_account()
    acme = make_advertiser(other, name="Acme")
    make_sender(other, advertiser=acme, address=line.sender.address)
    reply(line, "TC ACME")
    assert refusal().account == other


def test_stop_all_reaches_every_brand_of_the_account(line):
    make_advertiser(line.account)
    reply(line, "STOP ALL")
    assert refusal().advertiser is None


@pytest.mark.parametrize(
    ("reach", "expected"), [("account", "account"), ("program", "brand"), ("", "brand")]
)
def test_account_may_widen_what_the_law_says_and_never_narrow_it(line, reach, expected):
    line.account.refusal_reach = reach
    line.account.save()
    reply(line, "STOP")
    assert ReplyOutcome.objects.get(deed=ReplyDeed.REFUSED).reach == expected


def test_stop_takes_the_place_of_a_weaker_suppression(line):
    """Otherwise lifting a bounce would lift the refusal with it."""
    suppression_add(
        account=line.account, advertiser=line.sender.advertiser, msisdn=PHONE, actor=None,
        purpose="marketing", source="receipt", cause=SuppressionCause.BOUNCE,
    )  # fmt: skip
    reply(line, "STOP")
    assert refusal().cause == SuppressionCause.REFUSAL


# The answer.


def test_refusal_is_confirmed_once_in_the_packs_words(line):
    message = reply(line, "TC")
    (text,) = answers(line)
    assert text.startswith(f"{line.sender.advertiser.name} da nhan yeu cau tu choi luc ")
    stored = Message.objects.get(origin="system")
    assert (stored.sender, stored.msisdn, stored.encoding) == (line.sender, PHONE, "gsm7")
    assert stored.message_class == "transactional"
    assert Dispatch.objects.filter(id=stored.pk, carrier_id=0).exists()
    assert message.outcomes.get().answer_id == stored.pk


def test_second_stop_is_not_confirmed_again(line):
    reply(line, "TC")
    again = reply(line, "STOP")
    assert len(answers(line)) == 1
    outcome = again.outcomes.get()
    assert (outcome.deed, outcome.answer_id) == (ReplyDeed.REFUSED_AGAIN, None)


def test_stop_after_start_is_a_refusal_of_its_own_and_confirmed(line):
    for text in ("TC", "START", "TC"):
        reply(line, text)
    assert len(answers(line)) == 2


def test_two_machines_that_answer_each_other_come_to_an_end(line):
    for _ in range(8):
        reply(line, "HELP")
    assert len(answers(line)) == 5
    assert ReplyOutcome.objects.filter(unanswered="too_many").count() == 3


@pytest.mark.parametrize(
    ("text", "last", "begins"),
    [
        ("STOP", "", "da nhan"),  # nothing is known: the pack's first
        ("STOP", "vi", "da nhan"),
        ("STOP", "en", "received"),
        ("TC", "en", "da nhan"),  # the keyword is nearer to the person than the message
    ],
)
def test_confirmation_is_in_the_persons_language(line, text, last, begins):
    if last:
        wrote(line, language=last)
    reply(line, text)
    assert begins in answers(line)[0]


def test_accented_brand_does_not_double_the_price(line):
    Advertiser.objects.filter(pk=line.sender.advertiser_id).update(name="Điện Máy Xanh")
    reply(line, "TC")
    stored = Message.objects.get(origin="system")
    assert stored.text.startswith("Dien May Xanh da nhan")
    assert stored.encoding == "gsm7"


def test_refusal_stands_where_its_confirmation_cannot_leave(line):
    line.account.status = "suspended"
    line.account.save()
    snapshots.forget()
    message = reply(line, "STOP")
    assert refusal().cause == SuppressionCause.REFUSAL
    assert (answers(line), message.outcomes.get().unanswered) == ([], "account_suspended")


def test_reply_from_a_country_without_price_is_obeyed(line):
    message = reply(line, "STOP", sender="6598123456")
    assert Suppression.objects.filter(msisdn="6598123456").exists()
    assert message.outcomes.get().unanswered == "no_price"


def test_american_confirmation_is_worth_five_minutes(line):
    make_rate(country="US")
    sender = make_sender(line.account, country="US")
    snapshots.forget()
    reply(line, "STOP", to=sender.address, sender="12025550123")
    stored = Message.objects.get(origin="system")
    assert stored.text.startswith(f"{sender.advertiser.name}: you are unsubscribed")
    assert stored.not_after - stored.created_at <= timedelta(minutes=5)
    late = clock.now() - timedelta(minutes=6)
    message = reply(line, "STOP", to=sender.address, sender="12025550124", at=late)
    assert message.outcomes.get().unanswered == "too_late"


# Held.


def test_what_reads_like_a_refusal_is_held_and_put_before_an_officer(line):
    message = reply(line, "đừng gửi tin nhắn cho tôi nữa")
    assert (message.action, message.grade) == ("review", "suspected")
    hold = refusal()
    assert (hold.cause, hold.purpose) == (SuppressionCause.HOLD, "marketing")
    review = RefusalReview.objects.get()
    assert (review.account, review.hold, review.state) == (line.account, hold, "waiting")
    assert review.due_at == message.received_at + timedelta(hours=24)
    assert answers(line) == []


def test_hold_stops_what_is_queued(line):
    queued = line.queued("marketing", msisdn=PHONE)
    reply(line, "wrong number")
    assert {claim.id: claim.suppressed for claim in line.claim()} == {queued.pk: True}


def test_second_unclear_reply_waits_under_the_same_hold(line):
    reply(line, "wrong number")
    reply(line, "leave me alone")
    assert Suppression.objects.filter(**IN_FORCE).count() == 1
    assert RefusalReview.objects.filter(state="waiting").count() == 2


def test_stop_settles_what_waits_to_be_read(line):
    reply(line, "wrong number")
    reply(line, "STOP")
    assert refusal().cause == SuppressionCause.REFUSAL
    assert RefusalReview.objects.get().state == "confirmed"


def test_nothing_is_held_for_somebody_who_refused(line):
    reply(line, "STOP")
    message = reply(line, "leave me alone")
    assert not RefusalReview.objects.exists()
    assert message.outcomes.get().deed == ReplyDeed.REFUSED_AGAIN


# Consent.


def consent(line: Line) -> str:
    return ConsentState.objects.get(msisdn=PHONE, advertiser=line.sender.advertiser).state


@pytest.mark.parametrize("text", ["START", "DK", "Đăng ký nhé", "unstop"])
def test_start_takes_the_persons_refusal_back(line, text):
    reply(line, "TC")
    message = reply(line, text)
    assert not Suppression.objects.filter(**IN_FORCE).exists()
    assert consent(line) == ConsentAction.GRANTED
    assert message.outcomes.get().deed == ReplyDeed.TAKEN_BACK
    assert events(line.account)[-2:] == ["consent.granted", "inbound.received"]


@pytest.mark.parametrize("cause", ["complaint", "bounce", "manual", "hold"])
def test_start_lifts_nothing_that_others_entered(line, cause):
    suppression_add(
        account=line.account, advertiser=line.sender.advertiser, msisdn=PHONE, actor=None,
        purpose="marketing", source="console", cause=cause,
    )  # fmt: skip
    reply(line, "START")
    assert refusal().cause == cause


def test_start_lifts_no_refusal_that_came_by_an_officer(line):
    opt_out(
        account=line.account, advertiser=line.sender.advertiser, msisdn=PHONE,
        purpose="marketing", source="console", evidence={},
    )  # fmt: skip
    reply(line, "START")
    assert refusal().source == "console"


def test_start_to_one_brand_leaves_the_others_refused(line):
    other = make_advertiser(line.account)
    reply(line, "STOP ALL")
    reply(line, "START")
    assert refusal().advertiser == other


def test_word_for_one_program_leaves_a_wider_refusal(line):
    program(line)
    reply(line, "HUY SALE")
    reply(line, "TC")
    reply(line, "DK SALE")
    assert refusal().program is None


def test_yes_means_nothing_that_nobody_asked(line):
    message = reply(line, "OK")
    assert not ConsentState.objects.exists()
    assert message.outcomes.get().deed == ReplyDeed.NOTHING


@pytest.mark.parametrize("text", ["YES", "y", "Đồng ý", "ok shop", "DK"])
def test_yes_to_what_was_asked_is_consent(line, text):
    consent_record(
        account=line.account, advertiser=line.sender.advertiser, msisdn=PHONE, actor=None,
        purpose="marketing", action="requested", method="registration_reply",
    )  # fmt: skip
    reply(line, text)
    state = ConsentState.objects.get(msisdn=PHONE)
    assert (state.state, state.record.method) == ("granted", "registration_reply")
    assert state.record.evidence["text"] == text


def test_american_consent_is_confirmed_with_everything_it_needs(line):
    make_rate(country="US")
    sender = make_sender(line.account, country="US")
    snapshots.forget()
    reply(line, "START", to=sender.address, sender="12025550123")
    (text,) = answers(line)
    for part in (sender.advertiser.name, "frequency", "HELP", "STOP", "rates"):
        assert part in text


# Help.


@pytest.mark.parametrize("text", ["HELP", "Trợ giúp", "tg"])
def test_help_is_answered_with_the_brands_contact(line, text):
    reply(line, text)
    assert "1800 1234" in answers(line)[0]


def test_help_works_for_who_refused(line):
    reply(line, "STOP")
    reply(line, "HELP")
    assert len(answers(line)) == 2


def test_reply_is_acted_upon_after_the_other_of_the_same_person(line):
    reply(line, "STOP")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert cursor.fetchone()[0] >= 1
