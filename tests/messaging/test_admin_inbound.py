"""Replies: who reads them, and the button that simulates one."""

from typing import Any

import pytest
from django.urls import reverse

from carriers.simulator.client import InjectedReply
from carriers.smpp import pdu
from compliance.models import AuditEntry, ConsentState
from config.common.errors import InvalidError, UnavailableError
from messaging.models import InboundPart
from messaging.selectors.snapshot import snapshots
from tests.factories import (
    make_bind,
    make_inbound,
    make_network,
    make_number_plan,
    make_rate,
    make_sender,
    make_template_version,
)
from tests.world import World

pytestmark = pytest.mark.django_db
LIST = "admin:messaging_inboundmessage_changelist"
SIMULATE = "admin:messaging_inboundmessage_simulate"


def rows(client: Any, **query: Any) -> list[Any]:
    return list(client.get(reverse(LIST), query).context["cl"].result_list)


def test_account_reads_its_replies_and_no_others(world: World, browse: Any) -> None:
    own = make_inbound(world.account, text="TC")
    make_inbound(world.other_account)
    assert [one.pk for one in rows(browse(world.alice))] == [own.pk]


def test_stranger_cannot_open_a_reply(world: World, browse: Any) -> None:
    address = reverse(
        "admin:messaging_inboundmessage_change", args=[make_inbound(world.account).pk]
    )
    assert browse(world.charlie).get(address).status_code == 302
    assert browse(world.ada).get(address).status_code in {302, 403}


def make_unrouted(**overrides: Any) -> Any:
    reply = make_inbound(text="To nobody", destination="50999", **overrides)
    type(reply).objects.filter(pk=reply.pk).update(account=None)
    return reply


def test_operator_finds_unrouted_replies_and_reads_only_those(world: World, browse: Any) -> None:
    unrouted, owned = make_unrouted(), make_inbound(world.account, text="Secret words")
    client = browse(world.olga)
    assert [one.pk for one in rows(client, owner="none")] == [unrouted.pk]
    page = client.get(reverse(LIST)).content.decode()
    assert "To nobody" in page
    assert "Secret words" not in page
    detail = reverse("admin:messaging_inboundmessage_change", args=[owned.pk])
    assert "Secret words" not in client.get(detail).content.decode()


def test_account_does_not_see_unrouted_replies(world: World, browse: Any) -> None:
    make_unrouted()
    assert rows(browse(world.alice)) == []
    assert browse(world.alice).get(reverse(LIST), {"owner": "none"}).status_code == 302


@pytest.mark.parametrize("written", ["0981234567", "+84981234567"])
def test_reply_is_found_by_number(world: World, browse: Any, written: str) -> None:
    reply = make_inbound(world.account, msisdn="84981234567")
    make_inbound(world.account)
    assert [one.pk for one in rows(browse(world.alice), q=written)] == [reply.pk]
    assert rows(browse(world.alice), q="nothing") == []


def test_filter_by_what_was_understood(world: World, browse: Any) -> None:
    stop = make_inbound(world.account, action="opt_out")
    make_inbound(world.account, action="help")
    assert [one.pk for one in rows(browse(world.alice), understood="opt_out")] == [stop.pk]


def test_long_text_keeps_its_newlines_on_its_page(world: World, browse: Any) -> None:
    reply = make_inbound(world.account, text="One\nTwo <script>")
    page = reverse("admin:messaging_inboundmessage_change", args=[reply.pk])
    assert "One\nTwo &lt;script&gt;" in browse(world.alice).get(page).content.decode()


def test_replies_are_facts(world: World, browse: Any) -> None:
    client = browse(world.alice)
    assert client.get(reverse("admin:messaging_inboundmessage_add")).status_code == 403


def test_list_asks_as_much_for_many_as_for_few(
    world: World, browse: Any, django_assert_max_num_queries: Any
) -> None:
    client = browse(world.alice)
    make_inbound(world.account)
    with django_assert_max_num_queries(30) as few:
        rows(client)
    for _ in range(10):
        make_inbound(world.account)
    with django_assert_max_num_queries(len(few)):
        assert len(rows(client)) == 11


@pytest.fixture
def injected(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the simulator was asked."""
    asked: list[Any] = []

    def inject(url: str, *values: Any) -> InjectedReply:
        asked.append(values)
        return InjectedReply(operator="viettel", message_id="1", parts=1, receivers=1)

    monkeypatch.setattr("carriers.services.replies.inject_reply", inject)
    return asked


def simulate(client: Any, **values: Any) -> Any:
    return client.post(reverse(SIMULATE), {"text": "TC", "operator": ""} | values, follow=True)


def test_marketer_simulates_a_reply_to_an_own_sender(
    world: World, browse: Any, injected: list[Any]
) -> None:
    sender = make_sender(world.account, address="53849", receives_replies=True)
    answer = simulate(browse(world.alice), from_="0981234567", sender=sender.pk)
    assert injected == [(None, "84981234567", "53849", "TC")]
    assert "viettel took the reply" in answer.content.decode()
    entry = AuditEntry.objects.get(action="reply.simulated")
    assert (entry.actor, entry.account) == (world.alice, world.account)
    assert "TC" not in entry.detail.values()


def test_marketer_cannot_answer_a_foreign_sender(
    world: World, browse: Any, injected: list[Any]
) -> None:
    foreign = make_sender(world.other_account, receives_replies=True)
    simulate(browse(world.alice), from_="0981234567", sender=foreign.pk)
    simulate(browse(world.alice), from_="0981234567", address=foreign.address)
    assert injected == []


def test_operator_simulates_a_reply_to_any_address(
    world: World, browse: Any, injected: list[Any]
) -> None:
    simulate(browse(world.olga), from_="0981234567", address="50999", operator="viettel")
    assert injected == [("viettel", "84981234567", "50999", "TC")]


def test_operator_names_one_addressee(world: World, browse: Any, injected: list[Any]) -> None:
    sender = make_sender(world.account, receives_replies=True)
    simulate(browse(world.olga), from_="0981234567")
    simulate(browse(world.olga), from_="0981234567", address="50999", sender=sender.pk)
    assert injected == []


@pytest.mark.parametrize(
    ("values", "field"),
    [({"from_": "hello"}, "from_"), ({"text": ""}, "text"), ({"operator": "nobody"}, "operator")],
)
def test_bad_input_is_shown_at_its_field(
    world: World, browse: Any, injected: list[Any], values: dict[str, str], field: str
) -> None:
    sender = make_sender(world.account, receives_replies=True)
    good = {"from_": "0981234567", "sender": sender.pk}
    answer = simulate(browse(world.alice), **(good | values))
    assert field in answer.context["form"].errors
    assert injected == []


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (UnavailableError("simulator_not_running", "Start it with make run"), "__all__"),
        (InvalidError("simulator_refused", "from must be digits", field="from"), "from_"),
    ],
)
def test_simulator_that_refuses_or_is_gone_says_so(
    world: World, browse: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, field: str
) -> None:
    def refuse(*_values: Any) -> None:
        raise error

    monkeypatch.setattr("carriers.services.replies.inject_reply", refuse)
    sender = make_sender(world.account, receives_replies=True)
    answer = simulate(browse(world.alice), from_="0981234567", sender=sender.pk)
    assert str(error) in answer.context["form"].errors[field][0]
    assert not AuditEntry.objects.filter(action="reply.simulated").exists()


def test_nobody_receiving_is_said(
    world: World, browse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "carriers.services.replies.inject_reply",
        lambda *_values: InjectedReply(operator="viettel", message_id="1", parts=1, receivers=0),
    )
    sender = make_sender(world.account, receives_replies=True)
    answer = simulate(browse(world.alice), from_="0981234567", sender=sender.pk)
    assert "waits at the simulator" in answer.content.decode()


@pytest.mark.parametrize(("who", "may"), [("alice", 1), ("ines", 1), ("olga", 1), ("bob", 0)])
def test_button_is_for_whom_it_works(world: World, browse: Any, who: str, may: int) -> None:
    client = browse(getattr(world, who))
    buttons = client.get(reverse(LIST)).context["actions_list"]
    assert sum(one["icon"] == "reply" for one in buttons) == may
    assert client.get(reverse(SIMULATE)).status_code == (200 if may else 403)


@pytest.mark.parametrize("who", ["ada"])
def test_others_get_no_form(world: World, browse: Any, who: str) -> None:
    assert browse(getattr(world, who)).get(reverse(SIMULATE)).status_code == 403


ASK = "admin:messaging_inboundmessage_ask"


def test_person_is_asked_from_the_console(world: World, browse: Any) -> None:
    make_number_plan({"8498": make_network("viettel")})
    make_rate()
    sender = make_sender(world.account, advertiser=world.advertiser, receives_replies=True)
    version = make_template_version(
        world.account,
        body="Reply YES to get offers.",
        message_class="marketing",
        asks_consent=True,
        advertiser=world.advertiser,
    )
    snapshots.forget()
    form = {
        "number": "0981 234 567",
        "template": version.template_id,
        "sender": sender.pk,
        "source": "Shop 7",
        "frequency": "4/month",
    }
    page = browse(world.alice).post(reverse(ASK), form, follow=True).content.decode()
    assert "is asked. The answer comes here." in page
    assert ConsentState.objects.get().state == "requested"


def test_only_those_who_send_may_ask(world: World, browse: Any) -> None:
    assert browse(world.alice).get(reverse(ASK)).status_code == 200
    for person in (world.bob, world.ines):
        assert browse(person).get(reverse(ASK)).status_code == 403


def make_part(reply: Any, number: int = 1, total: int = 1, text: str = "Secret words") -> Any:
    """With a PDU that can be read."""
    deliver = pdu.DeliverSm(
        source_addr=reply.msisdn, destination_addr=reply.destination, short_message=text.encode()
    )
    raw = pdu.with_header(pdu.DELIVER_SM, 0, 1, pdu.deliver_sm_body(deliver))
    bind = make_bind()
    return InboundPart.objects.create(
        message=reply,
        bind=bind,
        carrier_id=bind.carrier_id,
        msisdn=reply.msisdn,
        destination=reply.destination,
        reference=7 if total > 1 else None,
        total=total,
        number=number,
        text=text,
        raw=raw,
        received_at=reply.received_at,
    )


def detail(client: Any, reply: Any) -> str:
    page = reverse("admin:messaging_inboundmessage_change", args=[reply.pk])
    return str(client.get(page).content.decode())


def test_parts_are_inspected_by_each_as_they_may(world: World, browse: Any) -> None:
    reply = make_inbound(
        world.account, text="[…1/2…]Secret words", part_count=2, state="incomplete",
        missing_parts=[1],
    )  # fmt: skip
    part = make_part(reply, 2, 2)
    words = b"Secret words".hex(" ")
    own, operators = detail(browse(world.alice), reply), detail(browse(world.olga), reply)
    assert "Has not come" in own
    assert "2/2" in own
    assert own.count("Secret words") == 2
    assert words not in own
    assert part.bind.name not in own
    assert "Secret words" not in operators
    assert words not in operators
    assert "PDU, number and text masked" in operators
    assert part.bind.name in operators


def test_operator_sees_the_pdu_of_what_is_nobodys(world: World, browse: Any) -> None:
    reply = make_unrouted()
    make_part(reply, text="To nobody")
    page = detail(browse(world.olga), reply)
    assert b"To nobody".hex(" ") in page
    assert "PDU as it came" in page


def test_incomplete_ones_are_found(world: World, browse: Any) -> None:
    gap = make_inbound(world.account, state="incomplete", missing_parts=[2], part_count=2)
    make_inbound(world.account)
    client = browse(world.alice)
    assert [one.pk for one in rows(client, state__exact="incomplete")] == [gap.pk]
    assert "Missing: 2" in client.get(reverse(LIST)).content.decode()
