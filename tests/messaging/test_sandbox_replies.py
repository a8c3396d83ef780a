"""What the sandbox's handsets write back: told, and acted upon by nobody."""

import json
from dataclasses import replace
from typing import Any

import pytest

from carriers.models import Bind, Carrier
from carriers.services.sandbox import sandbox_ensure
from compliance.models import Suppression
from messaging.models import (
    Conversation,
    Event,
    InboundMessage,
    KeywordHit,
    Message,
    ReplyOutcome,
    UnroutedReply,
)
from messaging.selectors.snapshot import snapshots
from messaging.services.inbound import Received, inbound_receive
from tests.factories import make_account
from tests.messaging.api.conftest import Caller
from tests.messaging.api.test_api_sandbox import Rehearser
from tests.messaging.hot import Line
from tests.messaging.test_inbound import received
from tests.messaging.test_keyword_rules import line, make_rule, sent

__all__ = ["line"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def sandbox(line: Line) -> Carrier:
    found = sandbox_ensure()
    snapshots.forget()
    return found


def write(line: Line, text: bytes, carrier: Carrier, to: str = "") -> InboundMessage:
    """As a carrier's bind takes it in."""
    bind = Bind.objects.filter(carrier=carrier).earliest("pk")
    one: Received = replace(received(line, text, to=to), bind_id=bind.pk, carrier_id=carrier.pk)
    (message,) = inbound_receive([one])
    return message


def told(message: InboundMessage) -> dict[str, Any]:
    event = Event.objects.filter(account=message.account_id, type="inbound.received").latest(
        "sequence"
    )
    data: dict[str, Any] = json.loads(event.body)["data"]
    return data


@pytest.mark.parametrize("is_test", [True, False])
def test_nobody_acts_on_what_the_sandbox_writes(
    line: Line, sandbox: Carrier, is_test: bool
) -> None:
    """A rule's answer, a refusal, a conversation: the same words over a real bind bring them."""
    make_rule(line, "thank", actions=[{"do": "reply", "template": "late"}])
    carrier = sandbox if is_test else line.carrier
    for words in (b"Thank you", b"STOP"):
        message = write(line, words, carrier)
        assert message.is_test is is_test
        assert (told(message)["id"], told(message)["livemode"]) == (str(message.pk), not is_test)
    count = 0 if is_test else 1
    assert len(sent(line)) == KeywordHit.objects.count() == count
    assert Conversation.objects.count() == count
    assert Suppression.objects.exists() is not is_test
    assert ReplyOutcome.objects.exists() is not is_test
    assert Message.objects.exists() is not is_test


@pytest.mark.parametrize("is_test", [True, False])
def test_reply_to_nobodys_address_waits_for_operators_only_if_real(
    line: Line, sandbox: Carrier, is_test: bool
) -> None:
    write(line, b"Hello", sandbox if is_test else line.carrier, to="99999")
    assert UnroutedReply.objects.exists() is not is_test


def test_keys_see_replies_of_their_mode(line: Line, sandbox: Carrier) -> None:
    test, real = write(line, b"Thank you", sandbox), write(line, b"Hello", line.carrier)
    tester, live = Rehearser(line.account), Caller(line.account)
    stranger = Rehearser(make_account())
    for caller, seen, hidden in ((tester, test, real), (live, real, test)):
        (row,) = caller.get("/inbound").json()["data"]
        assert (row["id"], row["livemode"]) == (str(seen.pk), not seen.is_test)
        assert caller.get(f"/inbound/{seen.pk}").status_code == 200
        assert caller.get(f"/inbound/{hidden.pk}").status_code == 404
    assert stranger.get("/inbound").json()["data"] == []
    assert stranger.get(f"/inbound/{test.pk}").status_code == 404
