"""Every block of docs/getting-started.md runs against a live server, as its reader would run it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from compliance.constants import Role
from compliance.services.access import role_grant
from config.common import clock
from messaging.constants import OPEN
from messaging.models import Message, Verification
from messaging.selectors.snapshot import snapshots
from messaging.services.inbound import inbound_receive
from messaging.services.outcomes import Outcome, outcomes_apply
from messaging.services.reports import traffic_count
from messaging.services.webhook_planning import deliveries_schedule
from messaging.services.webhook_sending import deliveries_send
from routing.models import Sender
from tests.factories import make_bind, make_carrier, make_template, make_template_version
from tests.messaging.api.conftest import Caller
from tests.messaging.test_inbound import received
from tests.messaging.verification_scene import code_of_newest, make_scene

PAGE = (Path(settings.BASE_DIR) / "docs" / "getting-started.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(sh|python|javascript)([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ENDINGS = {"sh": "sh", "python": "py", "javascript": "mjs"}
SECONDS = 60
pause = Event().wait


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the page, in the section it stands in."""

    section: str
    language: str
    note: str
    text: str


def blocks() -> list[Block]:
    found = []
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE):
        title = section.partition("\n")[0]
        found += [
            Block(title, language, note.strip(), text)
            for language, note, text in BLOCK.findall(section)
        ]
    return found


def runners() -> Mapping[str, list[str]]:
    """How a language is run here; one that is not there is left out."""
    node = shutil.which("node")
    curl = shutil.which("curl") and shutil.which("bash")
    found = {"python": [sys.executable]}
    if curl:
        found["sh"] = [str(shutil.which("bash")), "-eu"]
    if node:
        found["javascript"] = [node]
    return found


@dataclass(slots=True)
class Reader:
    """Somebody who copies the page's blocks into a folder and runs them."""

    folder: Path
    env: dict[str, str]
    port: int

    def command(self, block: Block) -> list[str]:
        text = block.text.replace("127.0.0.1:9000", f"127.0.0.1:{self.port}")
        path = self.folder / f"block.{ENDINGS[block.language]}"
        path.write_text(text, encoding="utf-8")
        return [*runners()[block.language], path.name]

    @contextmanager
    def running(self, block: Block) -> Iterator["subprocess.Popen[str]"]:
        process = subprocess.Popen(
            self.command(block),
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def run(self, block: Block, answer: Callable[[], str] | None = None) -> str:
        """What it prints; `answer` is what the person types once the block has asked."""
        with self.running(block) as process:
            typed = answer() if answer else None
            out, err = process.communicate(typed, timeout=SECONDS)
            assert (process.returncode, err) == (0, ""), (block, out, err)
            assert '"type":"urn:' not in out, (block, out)
            return out


@pytest.fixture
def reader(tmp_path, live_server, world, market) -> Reader:
    world.account.free_text_classes = ["otp", "care"]
    world.account.save()
    Sender.objects.filter(pk=market.sender.pk).update(address="53849", receives_replies=True)
    market.sender.refresh_from_db()
    template = make_template(world.account, slug="order-status", advertiser=world.advertiser)
    make_template_version(
        template=template,
        body="Order {order} is on its way.",
        slots=[{"name": "order", "max_length": 20, "example": "A-1"}],
    )
    make_scene(world.account, world.advertiser, sender=market.sender)
    snapshots.forget()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    role_grant(user=world.ines, role=Role.MARKETER, account=world.account, actor=None)
    caller = Caller(world.account, actor=world.ines)
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "BASE": f"{live_server.url}/api/v1",
        "KEY": caller.text,
        "PORT": str(port),
    }
    for block in blocks():
        if block.note.startswith("file="):
            name = block.note.removeprefix("file=")
            (tmp_path / name).write_text(block.text, encoding="utf-8")
    return Reader(tmp_path, env, port)


def carry_out() -> None:
    """What carriers and workers do meanwhile: everything is sent and delivered, and counted."""
    for status in ("sent", "delivered"):
        ids = Message.objects.filter(status__in=[*OPEN, "sent"]).values_list("pk", flat=True)
        with connection.cursor() as cursor:
            outcomes_apply(cursor, [Outcome(one, status, clock.now()) for one in ids])
    traffic_count()


def newest_code(before: int) -> str:
    """The code of the verification that a block has just started."""
    end = time.monotonic() + SECONDS
    while Verification.objects.count() <= before and time.monotonic() < end:
        pause(0.05)
    return code_of_newest(Verification.objects.latest("created_at")) + "\n"


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def check_receiver(reader: Reader, block: Block) -> None:
    """It takes what is signed, once, and refuses what is not."""
    with reader.running(block) as process:
        end = time.monotonic() + SECONDS
        while not listens(reader.port) and time.monotonic() < end:
            pause(0.05)
        forged = urllib.request.Request(
            f"http://127.0.0.1:{reader.port}/signalbox",
            b"{}",
            {
                "webhook-id": "x",
                "webhook-timestamp": str(int(time.time())),
                "webhook-signature": "v1,AAAA",
            },
        )
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(forged, timeout=SECONDS)
        message = Message.objects.filter(client_reference__startswith="order-A").latest("id")
        Message.objects.filter(pk=message.pk).update(status="sent", done_at=None)
        carry_out()
        deliveries_schedule()
        deliveries_send()
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "message.delivered" in line, (block.language, line)


@pytest.mark.django_db(transaction=True)
def test_every_block_does_what_the_page_says(reader, world, market, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    seen: dict[tuple[str, str], str] = {}
    for block in blocks():
        if block.note.startswith("file=") or block.language not in runners():
            continue
        if block.note == "server":
            check_receiver(reader, block)
            continue
        if block.section.startswith("Receipts and replies by polling") and block.language == "sh":
            carry_out()
            bind = make_bind(make_carrier())
            line = SimpleNamespace(sender=market.sender, bind=bind, carrier=bind.carrier)
            inbound_receive([received(line, b"YES")])
        if block.section == "Count":
            carry_out()
        asks = "The code from the message" in block.text
        count = Verification.objects.count()
        out = reader.run(block, (lambda known=count: newest_code(known)) if asks else None)
        seen[block.section, block.language] = out
        if block.note == "name=webhook":
            found = re.search(r'"secret": ?"(whsec_[^"]+)"', out)
            assert found is not None, out
            reader.env["WEBHOOK_SECRET"] = found[1]
    assert {language for _section, language in seen} == set(runners())
    for (section, language), out in seen.items():
        expected = EXPECTED[section]
        wanted = expected[language] if isinstance(expected, dict) else expected
        assert re.search(wanted, out), (section, language, out)


EXPECTED: Mapping[str, Any] = {
    "Send a message": "accepted",
    "Send many at once": {
        "sh": '"accepted_count":2',
        "python": r"1 \[\(1, '\w+'\)\]\n1 \[\(1, '\w+'\)\]",
        "javascript": r"2 \[\]",
    },
    "Receipts and replies by polling": {
        "sh": "message.delivered",
        "python": r"(?s)order-A1030 delivered.*reply from \+84\d+ YES",
        "javascript": r"(?s)order-A1031 delivered.*reply from \+84\d+ YES",
    },
    "Receipts and replies by webhook": "whsec_",
    "Verify a user": {"sh": '"result":"wrong"', "python": "True right", "javascript": "true right"},
    "A shop's events become messages": {
        "sh": '"would_send":true',
        "python": "'result': 'sent'",
        "javascript": "result: 'sent'",
    },
    "Replay yesterday's events": r"(replayed|waiting)\W+[1-9]",
    "Why a message went as it did": ".",
    "Count": {
        "sh": "day,sender,accepted",
        "python": "order-status",
        "javascript": "order-status",
    },
}


def test_every_task_is_there_in_every_language():
    """The webhook's receiver is no command of curl's, and counts once."""
    languages = {block.section: set() for block in blocks() if block.section in EXPECTED}
    for block in blocks():
        if block.section in languages:
            languages[block.section].add(block.language)
    assert languages.keys() == EXPECTED.keys()
    assert all(found == {"sh", "python", "javascript"} for found in languages.values())
