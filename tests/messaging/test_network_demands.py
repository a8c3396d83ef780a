"""What the recipient's network makes of a text: price, refusals, findings; one answer everywhere."""

from dataclasses import replace

import pytest

from compliance.findings import FIXES, MESSAGES
from config.common import clock
from config.common.errors import InvalidError
from messaging.constants import Origin
from messaging.models import Message
from messaging.selectors.snapshot import snapshots
from messaging.services.counting import text_counted_by
from messaging.services.network_demands import (
    characters_refused,
    network_findings,
    registration_finding,
    rule_of,
)
from messaging.services.releases import Recipient, Release, recipients_assess, recipients_release
from messaging.services.routing import waiting_route
from messaging.services.submissions import MessageRequest, messages_submit
from routing.models import NetworkTextRule, Rate
from routing.network_texts import NetworkText
from tests.factories import make_rate, make_template_version
from tests.messaging.hot import make_line

RULE = NetworkText(1, "viettel", "Viettel", "VN", "marketing", confidence="page")
PRICE = 300_000_000


def findings(text, **values):
    rule = replace(RULE, **values)
    return network_findings(rule, text, text_counted_by(rule, text))


def test_refused_characters_are_named_with_every_position():
    found = characters_refused(replace(RULE, refused_characters="%#[]\\^-"), "50% [off] 20%")
    assert found.characters == ("%", "[", "]")
    assert found.positions == (2, 4, 8, 12)


@pytest.mark.parametrize("rule", [None, RULE, replace(RULE, refused_characters="%")])
def test_a_text_without_them_is_not_refused(rule):
    assert characters_refused(rule, "half price") is None


@pytest.mark.parametrize(("certain", "severity"), [(True, "block"), (False, "warn")])
def test_the_rule_decides_whether_characters_block_or_warn(certain, severity):
    (found,) = findings("50%", refused_characters="%", refuses_certainly=certain)
    assert (found.rule_id, found.severity) == ("network.viettel.marketing.characters", severity)
    assert found.citation == "Practice of Viettel (read on a public page)"
    assert dict(found.params) == {"network": "Viettel", "characters": "%", "positions": "3"}


def test_many_positions_are_cut_short():
    (found,) = findings("%" * 12, refused_characters="%")
    assert dict(found.params)["positions"] == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …"


def test_a_text_is_too_long_with_what_is_added():
    (found,) = findings("x" * 130, adds_before="(QC-VTL2) ", adds_after="x" * 28, max_segments=1)
    assert (found.rule_id, found.severity) == ("network.viettel.marketing.length", "block")
    assert dict(found.params) == {"network": "Viettel", "segments": 2, "limit": 1}


def test_every_finding_has_its_sentence_and_fix():
    found = [
        *findings("%" * 161, refused_characters="%", max_segments=1),
        *findings("%", refused_characters="%", refuses_certainly=True),
        registration_finding(RULE),
    ]
    for one in found:
        assert "Viettel" in MESSAGES[one.message_code] % dict(one.params)
        assert FIXES[one.fix_code]
    assert len({one.message_code for one in found}) == 4


# Through the doors of sending


@pytest.fixture
def line(db):
    line = make_line()
    Rate.objects.update(amount_micros=PRICE)
    make_rate(carrier=line.carrier, amount_micros=100_000_000)
    type(line.account).objects.update(free_text_classes=["care"])
    return line


def demand(line, **values):
    rule = NetworkTextRule.objects.create(network=line.network, message_class="care", **values)
    snapshots.forget()
    return rule


def submit(line, text):
    request = MessageRequest(
        to="0981230001", sender=line.sender.address, message_class="care", text=text
    )
    snapshots.forget()
    (result,) = messages_submit(account=line.account, requests=[request], origin=Origin.API)
    return result


def release(line, body):
    """Pre-flight's and release's answer for one person."""
    version = make_template_version(line.account, body=body, advertiser=line.sender.advertiser)
    snapshots.forget()
    asked = Release(line.account.pk, None, version.pk, line.sender.pk)
    arguments = (snapshots.current(), asked, [Recipient(1, "84981230001", "VN")])
    assessed = recipients_assess(*arguments, now=clock.now())
    (one,) = recipients_release(*arguments, now=clock.now())
    assert replace(assessed[0], message_id=None) == replace(one, message_id=None)
    return one


def test_a_single_message_is_priced_with_what_is_added(line):
    demand(line, adds_before="(QC) ", adds_after=" TC")
    accepted = submit(line, "x" * 155)
    assert (accepted.draft.segment_count, accepted.draft.price_micros) == (1, 2 * PRICE)
    assert Message.objects.get(pk=accepted.message_id).billed_segments == 2


def test_our_cost_follows_what_the_network_bills(line):
    demand(line, adds_before="(QC) ", adds_after=" TC")
    accepted = submit(line, "x" * 155)
    message = Message.objects.get(pk=accepted.message_id)
    other = line.waiting(billed_segments=2)
    waiting_route()
    assert Message.objects.get(pk=other.pk).cost_micros == 200_000_000
    assert message.billed_segments == 2


def test_a_campaign_is_priced_with_what_is_added(line):
    demand(line, adds_before="(QC) ", adds_after=" TC")
    one = release(line, "x" * 155)
    assert (one.segment_count, one.billed_segments, one.price_micros) == (1, 2, 2 * PRICE)
    message = Message.objects.get(pk=one.message_id)
    assert (message.billed_segments, message.cost_micros) == (2, 200_000_000)


def test_where_nothing_is_added_the_price_is_that_of_the_text(line):
    demand(line, max_segments=3)
    one = release(line, "x" * 155)
    assert (one.billed_segments, one.price_micros) == (1, PRICE)
    assert Message.objects.get(pk=one.message_id).billed_segments is None


def test_an_unknown_network_and_another_class_add_nothing(line):
    demand(line, adds_before="(QC) ")
    snapshot = snapshots.current()
    for network_id, message_class in ((None, "care"), (line.network.pk, "otp")):
        counted = text_counted_by(rule_of(snapshot, network_id, message_class), "x")
        assert counted.added == ""


def test_longer_than_the_network_carries_is_refused_with_its_name(line):
    demand(line, adds_after="x" * 40, max_segments=1)
    refused = submit(line, "x" * 130)
    assert isinstance(refused.error, InvalidError)
    assert (refused.error.code, refused.error.field) == ("too_long", "text")
    assert "Hot" in str(refused.error)
    one = release(line, "x" * 130)
    assert (one.outcome, one.reason, one.detail) == ("excluded", "too_long_there", "Hot")


def test_characters_it_refuses_for_certain_are_refused_with_their_place(line):
    demand(line, refused_characters="%", refuses_certainly=True)
    refused = submit(line, "Only 50% today")
    assert refused.error.code == "characters_refused"
    assert refused.error.context["position"] == 7
    assert "Hot" in str(refused.error)
    one = release(line, "Only 50% today")
    assert (one.outcome, one.reason, one.detail) == ("excluded", "characters_refused", "Hot")


def test_characters_it_may_refuse_do_not_stop_a_message(line):
    demand(line, refused_characters="%")
    assert submit(line, "Only 50% today").message_id
    assert release(line, "Only 50% today").outcome == "released"


def test_preflight_names_the_network_where_a_text_is_not_registered(line):
    demand(line, demands_template_registration=True)
    one = release(line, "Hello")
    assert (one.reason, one.detail) == ("template_unregistered", "Hot")
