"""The commands of docs/api.md do what the page says."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config.common import clock
from messaging.api.operations.urls import urlpatterns
from messaging.models import Conversation, InboundMessage, UnroutedReply
from messaging.selectors.snapshot import snapshots
from routing.models import Network, Sender
from tests.factories import make_inbound, make_template, make_template_version
from tests.messaging.api.conftest import Caller

pytestmark = pytest.mark.django_db

PAGE = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text(encoding="utf-8")
# A command goes on while its lines are indented and not empty.
COMMANDS = re.findall(r"^ +curl (?:.+\n?)+", PAGE, re.MULTILINE)
ADDRESS = re.compile(r"http://127\.0\.0\.1:8000/api/v1([^\s\"]*)")
BODY = re.compile(r"-d '(.*)'", re.DOTALL)
METHOD = re.compile(r"-X ([A-Z]+)")


def run(callers: dict[str, Caller], command: str) -> Any:
    found = BODY.search(command)
    body = None if found is None else json.loads(found[1])
    method = METHOD.search(command)
    (path,) = ADDRESS.findall(command)
    name = next((one for one in ("OFFICER_KEY", "OPERATOR_KEY") if f"${one}" in command), "KEY")
    return callers[name].call(
        method[1] if method else ("GET" if body is None else "POST"), path, body
    )


def test_commands_of_the_page_work_one_after_the_other(world, market):
    world.account.free_text_classes = ["otp"]
    world.account.save()
    Sender.objects.filter(pk=market.sender.pk).update(address="53849")
    make_template_version(
        template=make_template(
            world.account, slug="order-shipped", advertiser=world.advertiser, language="en"
        ),
        body="Order {order} is on its way!",
        slots=[{"name": "order", "example": "A-1029"}],
    )
    now = clock.now()
    Conversation.objects.create(
        id="019b0b20-1c2d-7a10-9a61-5c0f4b7d2e33",
        account=world.account,
        advertiser=world.advertiser,
        sender=market.sender,
        msisdn="84981234568",
        last_at=now,
        opened_at=now,
    )
    reply = make_inbound(world.account, id="019b0b20-1c2d-7a10-9a61-5c0f4b7d2e44")
    InboundMessage.objects.update(account=None)
    UnroutedReply.objects.create(message=reply, reason="unknown_address")
    Network.objects.get_or_create(code="viettel", defaults={"name": "Viettel", "country": "VN"})
    snapshots.forget()
    callers = {
        "KEY": Caller(world.account, actor=world.alice),
        "OFFICER_KEY": Caller(world.account, actor=world.bob),
        "OPERATOR_KEY": Caller(None, ("operations",), world.ada),
    }
    with clock.freeze(datetime(2027, 1, 15, 5, tzinfo=UTC)):
        for command in COMMANDS:
            response = run(callers, command)
            assert response.status_code in {200, 201}, (command, response.content)
            if "/approve" in command:
                assert response.json()["status"] == "staged"


def test_every_resource_has_a_command():
    paths = {path for command in COMMANDS for path in ADDRESS.findall(command)}
    assert {"/api-key/rotate", "/senders", "/messages", "/messages/preview", "/templates"} <= paths
    assert {"/consents", "/consents/opt-outs", "/suppressions/check"} <= paths
    assert "/numbers/+84981234567/proof" in paths
    assert {"/carriers", "/binds", "/routes", "/routing/explain", "/price-lists"} <= paths
    assert {"/orders", "/overrides/+84981234567", "/lookups/+84981234567"} <= paths
    assert {"/sender-pools", "/fallback-rules", "/lookup-providers"} <= paths
    assert {"/sla", "/operations/events"} <= {path.partition("?")[0] for path in paths}
    assert "/templates/parcel-ready/versions/1/approve" in paths


def test_the_page_names_every_address_of_operators():
    """With their filters, which a reader looks for first."""
    table = PAGE[PAGE.index("| Address | What |") : PAGE.index("Every operation has an example")]
    named = set(re.findall(r"`/([^`]*)`", table))
    acts = re.compile(r"/(activate|undo|diff|discard)$|^price-lists/.*/confirm$|/\{id\}$")
    for one in urlpatterns:
        address = re.sub(r"<int:number>", "{number}", str(one.pattern))
        address = re.sub(r"<(?:int|uuid):\w+>", "{id}", address)
        address = re.sub(r"<\w+:(\w+)>", r"{\1}", address)
        assert address in named or acts.search(address), address
