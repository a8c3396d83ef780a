"""The claim statement and the decision agree on whom a refusal stops (invariant 5)."""

import itertools

import pytest

from compliance.models import Program, Suppression
from config.common import clock
from messaging.selectors.snapshot import snapshots
from messaging.services.decisions import Case, cases_decide
from tests.factories import make_advertiser, make_sender, make_template_version
from tests.messaging.hot import Line, make_line

pytestmark = pytest.mark.django_db
MSISDN = "84981234567"


@pytest.fixture
def line() -> Line:
    return make_line()


def case_for(message) -> Case:
    return Case(
        message.pk,
        2,
        message.account_id,
        message.advertiser_id,
        None,
        message.msisdn,
        message.country,
        message.network_id,
        message.sender_id,
        message.template_version_id,
        message.text,
        1,
        None,
        0,
        None,
        None,
        None,
        message.origin == "system",
    )


REFUSALS = {
    "everything": {},
    "class": {"purpose": "care"},
    "other class": {"purpose": "marketing"},
    "program": {"program": "own"},
    "other program": {"program": "other"},
    "sender": {"sender": "own"},
    "other sender": {"sender": "other"},
    "program and sender": {"program": "own", "sender": "own"},
    "program, other sender": {"program": "own", "sender": "other"},
    "other brand": {"advertiser": "other"},
    "brand": {"advertiser": "own"},
    "lifted": {"lifted_at": "now"},
}
MESSAGES = {
    "of the program": {"program": "own"},
    "of another program": {"program": "other"},
    "of no program": {"program": None},
    "of no template": {"template": None},
    "confirmation": {"template": None, "origin": "system"},
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_claim_stops_what_the_decision_blocks(line, refusal):
    own, other = line.sender.advertiser, make_advertiser(line.account)
    programs = {
        name: Program.objects.create(
            account=line.account, advertiser=own, name=name, code=name.upper()
        )
        for name in ("own", "other")
    }
    senders = {"own": line.sender, "other": make_sender(line.account, advertiser=own)}
    values = dict(REFUSALS[refusal])
    given = {
        "purpose": values.get("purpose", "all"),
        "program": programs.get(values.get("program", "")),
        "sender": senders[values["sender"]].address if "sender" in values else "",
        "advertiser": {"own": own, "other": other}.get(values.get("advertiser", "")),
        "lifted_at": clock.now() if "lifted_at" in values else None,
    }
    Suppression.objects.create(
        account=line.account, msisdn=MSISDN, source="mo", created_at=clock.now(), **given
    )
    made = {}
    for name, wanted in MESSAGES.items():
        version = None
        if "template" not in wanted:
            version = make_template_version(line.account, body="Your order", advertiser=own)
            version.template.program = programs.get(wanted["program"] or "")
            version.template.save()
        made[name] = line.queued(
            msisdn=MSISDN,
            template_version=version,
            text="Your order",
            origin=wanted.get("origin", "api"),
        )
    snapshots.forget()
    claimed = {claim.id: claim.suppressed for claim in line.claim()}
    for name, message in made.items():
        (verdict,) = cases_decide(snapshots.current(), [case_for(message)], clock.now())
        assert claimed[message.pk] == (verdict.reason == "suppressed"), (refusal, name)
    assert claimed[made["confirmation"].pk] is False


def test_only_the_confirmation_leaves_to_a_suppressed_number(line):
    Suppression.objects.create(
        account=line.account, msisdn=MSISDN, purpose="all", source="mo", created_at=clock.now()
    )
    made = [
        line.queued(message_class, msisdn=MSISDN, origin=origin)
        for message_class, origin in itertools.product(
            ("transactional", "care", "marketing"), ("api", "console", "campaign", "system")
        )
    ]
    claimed = {claim.id: claim.suppressed for claim in line.claim()}
    passed = {message.origin for message in made if not claimed[message.pk]}
    assert passed == {"system"}
