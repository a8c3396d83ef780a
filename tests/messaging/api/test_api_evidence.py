"""Proof packs, traces and the audit log by API."""

import base64
import hashlib
import json

import pytest

from compliance.models import AuditEntry
from config.common import audit
from messaging.constants import MessageStatus
from tests.factories import make_message
from tests.messaging.api.conftest import Caller

pytestmark = pytest.mark.django_db
NUMBER = "84912345678"


def test_the_pack_of_a_message_carries_the_digest_of_its_bytes(api, world):
    message = make_message(world.account, status=MessageStatus.DELIVERED)
    answer = api.get(f"/messages/{message.pk}/proof")
    assert answer.status_code == 200
    assert json.loads(answer.content)["subject"] == f"message:{message.pk}"
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer["Repr-Digest"] == f"sha-256=:{digest}:"


def test_the_audit_log_names_the_key_that_took_a_pack(api, world):
    message = make_message(world.account)
    api.get(f"/messages/{message.pk}/proof?format=pdf")
    entry = AuditEntry.objects.get(action="proof.created")
    assert entry.detail["caller"]["api_key"] == api.key.prefix
    assert entry.detail["format"] == "pdf"


def test_a_pdf_is_a_pdf(api, world):
    message = make_message(world.account)
    answer = api.get(f"/messages/{message.pk}/proof?format=pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_a_number_is_read_as_people_write_it(api, world):
    make_message(world.account, msisdn=NUMBER)
    for written in (f"+{NUMBER}", "0912345678"):
        proof = json.loads(api.get(f"/numbers/{written}/proof").content)
        assert len(proof["messages"]) == 1, written
    answer = api.get("/numbers/nobody/proof")
    assert answer.status_code == 422


def test_strangers_find_nothing(stranger, world):
    message = make_message(world.account, msisdn=NUMBER)
    assert stranger.get(f"/messages/{message.pk}/proof").status_code == 404
    assert stranger.get(f"/messages/{message.pk}/trace").status_code == 404
    proof = json.loads(stranger.get(f"/numbers/+{NUMBER}/proof").content)
    assert proof["messages"] == []


def test_evidence_has_a_scope_of_its_own(world):
    caller = Caller(world.account, scopes=("messages:read",))
    message = make_message(world.account)
    for path in (f"/messages/{message.pk}/proof", f"/numbers/+{NUMBER}/proof", "/audit"):
        assert caller.get(path).json()["code"] == "scope_missing", path
    assert caller.get(f"/messages/{message.pk}/trace").status_code == 200


def test_a_trace_tells_why_in_sentences(api, world):
    message = make_message(world.account, status=MessageStatus.BLOCKED, failure_reason="no_consent")
    trace = api.get(f"/messages/{message.pk}/trace").json()
    assert any("was not sent" in sentence for sentence in trace["story"])
    assert trace["message"]["id"] == str(message.pk)


def test_the_audit_log_is_paged_and_filtered(api, world):
    for number in range(3):
        audit.record(
            action="campaign.paused",
            actor=world.alice,
            account_id=world.account.pk,
            subject=f"campaign:{number}",
        )
    audit.record(action="list.created", actor=None, account_id=world.account.pk)
    audit.record(action="campaign.paused", actor=None, account_id=world.other_account.pk)
    first = api.get("/audit?action=campaign&limit=2").json()
    second = api.get(f"/audit?action=campaign&limit=2&cursor={first['next_cursor']}").json()
    objects = [entry["object"] for entry in first["data"] + second["data"]]
    assert objects == ["campaign:2", "campaign:1", "campaign:0"]
    assert second["next_cursor"] is None
    one = api.get("/audit?object=campaign:1&actor=alice").json()["data"]
    assert [entry["object"] for entry in one] == ["campaign:1"]
