"""Proof packs: what they hold, for whom, and that they notice what was tampered with."""

import json
import re
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from compliance.models import Account, AuditEntry
from compliance.services.consent import consent_record
from compliance.services.documents import document_add
from compliance.services.rules import rule_packs_load_shipped
from compliance.services.suppressions import suppression_add, suppression_lift
from config.common import clock
from config.common.errors import NotFoundError
from messaging.constants import MessageStatus
from messaging.models import Message
from messaging.services.proofs import Pack, Wanted, packs, proof_of_message, proof_of_number
from tests.factories import make_inbound, make_message, make_template_version
from tests.messaging.test_admin_trace import make_segment
from tests.world import World

pytestmark = pytest.mark.django_db
NUMBER = "84912345678"


def sent(account: Account, **overrides: Any) -> Message:
    now = clock.now()
    values = {
        "msisdn": NUMBER,
        "country": "VN",
        "message_class": "marketing",
        "status": MessageStatus.DELIVERED,
        "text": "[QC] Sao Mai: Giảm 20%. Từ chối: soạn TC gửi 1322",
        "sent_at": now,
        "done_at": now,
        "decision": {"rules": "VN 2025-1", "findings": [], "why": ["by_prefix"], "route": None},
    }
    return make_message(account, **(values | overrides))


def packs_loaded() -> str:
    """The shipped packs; the name of Vietnam's."""
    versions = rule_packs_load_shipped(actor=None)
    version = next(one for one in versions if one.country == "VN")
    return f"VN {version.version}"


def made(message: Message, world: World, form: str = "json") -> Pack:
    wanted = Wanted(world.account, world.bob, form)
    return proof_of_message(wanted=wanted, message_id=message.pk)


def agreed(world: World, **overrides: Any) -> Any:
    values: dict[str, Any] = {
        "account": world.account,
        "advertiser": world.advertiser,
        "actor": world.bob,
        "msisdn": NUMBER,
        "purpose": "marketing",
        "action": "granted",
        "method": "form",
        "source": "shop",
        "evidence": {"form": 7},
        "given_at": clock.now() - timedelta(days=2),
    }
    return consent_record(**(values | overrides))


_BYTES = re.compile(rb"\\([nrtbf()\\])")
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """The words on a PDF's pages, by the fonts' ToUnicode maps (ISO 32000-1, 9.10.3)."""
    maps = [
        {
            bytes.fromhex(code.decode()): bytes.fromhex(target.decode()).decode("utf-16-be")
            for code, target in re.findall(rb"<(\w{4})> <(\w{4,8})>", block)
        }
        for block in re.findall(rb"begincmap(.*?)endcmap", pdf, re.DOTALL)
    ]
    found: list[str] = []
    for start in re.finditer(rb"/FlateDecode.*?stream\n", pdf, re.DOTALL):
        page = zlib.decompressobj().decompress(pdf[start.end() :])
        font = 1
        for name, raw in re.findall(rb"/F(\d) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\) Tj", page, re.DOTALL):
            if name:
                font = int(name)
                continue
            codes = _BYTES.sub(lambda one: _ESCAPED.get(one[1], one[1]), raw)
            letters = maps[font - 1]
            found.append("".join(letters[codes[i : i + 2]] for i in range(0, len(codes), 2)))
    return " ".join(found)


def test_a_message_with_its_consent_template_and_rules(world: World) -> None:
    version = make_template_version(world.account, name="Khuyến mãi", reviewer=world.bob)
    record = agreed(world)
    message = sent(
        world.account,
        advertiser=world.advertiser,
        template_version=version,
        decision={"rules": packs_loaded(), "findings": [], "why": []},
    )
    proof = json.loads(made(message, world).content)
    assert proof["schema"] == "signalbox.proof/1"
    assert proof["message"]["consent"]["state"] == "granted"
    assert proof["message"]["consent"]["record"] == record.pk
    assert proof["message"]["template"]["reviewer"] == (world.bob.get_full_name() or "bob")
    results = {one["rule"]: one["result"] for one in proof["message"]["rules"]["results"]}
    assert "passed" in results.values()
    assert "failed" not in results.values()


def test_a_refused_message_says_which_rule_was_not_met_and_what_to_do(world: World) -> None:
    rules = packs_loaded()
    rule = next(one for one in _rules(rules) if one["kind"] == "consent")
    decision = {
        "rules": rules,
        "findings": [rule["id"]],
        "found": [
            {
                "rule": rule["id"],
                "severity": "block",
                "code": "consent_missing",
                "fix": "obtain_consent",
                "values": {},
            }
        ],
    }
    message = sent(
        world.account,
        advertiser=world.advertiser,
        status=MessageStatus.BLOCKED,
        failure_reason="no_consent",
        sent_at=None,
        decision=decision,
    )
    proof = made(message, world).proof
    assert proof.message is not None
    assert proof.message.rules is not None
    (failed,) = [one for one in proof.message.rules.results if one.result == "failed"]
    assert failed.rule == rule["id"]
    assert failed.found == "There is no consent to this purpose from the number."
    assert failed.fix.startswith("Obtain consent")
    assert any(failed.citation in sentence for sentence in proof.story)
    assert any("was not sent" in sentence for sentence in proof.story)


def _rules(named: str) -> list[dict[str, Any]]:
    from compliance.models import RulePackVersion

    country, _space, version = named.partition(" ")
    data = RulePackVersion.objects.get(country=country, version=version).data
    return list(data["rules"])


def test_what_spoke_about_a_message_that_left_only_warned(world: World) -> None:
    message = sent(world.account, decision={"rules": packs_loaded(), "findings": ["content:4711"]})
    rules = made(message, world).proof.message
    assert rules is not None
    assert rules.rules is not None
    (spoke,) = [one for one in rules.rules.results if one.rule == "content:4711"]
    assert spoke.result == "warned"


def test_consent_counts_as_it_was_recorded_when_the_decision_fell(world: World) -> None:
    with clock.freeze(clock.now() - timedelta(days=3)):
        agreed(world, given_at=clock.now() - timedelta(days=1))
    message = sent(world.account, advertiser=world.advertiser, sent_at=clock.now())
    with clock.freeze(clock.now() + timedelta(hours=1)):
        agreed(world, action="revoked", method="mo", given_at=clock.now())
        proof = made(message, world).proof
    assert proof.message is not None
    assert proof.message.consent.state == "granted"
    assert [one.action for one in proof.person.consent] == ["granted", "revoked"]


def test_refusals_stay_in_the_pack_when_they_were_lifted(world: World) -> None:
    row = suppression_add(
        account=world.account,
        advertiser=world.advertiser,
        msisdn=NUMBER,
        purpose="marketing",
        source="console",
        reason="phoned",
        actor=world.bob,
    )
    suppression_lift(suppression=row, reason="phoned again", actor=world.bob)
    proof = made(sent(world.account), world).proof
    (refusal,) = proof.person.refusals
    assert (refusal.reason, refusal.lifted_reason) == ("phoned", "phoned again")
    assert not refusal.was_in_force


def test_documents_are_named_by_their_checksum(world: World) -> None:
    document = document_add(
        account=world.account, name="form.txt", content=b"I agree", actor=world.bob
    )
    agreed(world, document=document)
    (event,) = made(sent(world.account), world).proof.person.consent
    assert event.document is not None
    assert event.document.sha256 == document.checksum


def test_accounts_do_not_see_carriers_and_operators_do(world: World) -> None:
    message = sent(world.account)
    make_segment(message, total=1)
    for for_operator, expected in ((False, ""), (True, "ABC1")):
        wanted = Wanted(world.account, None, for_operator=for_operator)
        proof = proof_of_message(wanted=wanted, message_id=message.pk).proof
        assert proof.message is not None
        (segment,) = proof.message.segments
        assert segment.smsc_message_id == expected
        assert bool(segment.carrier) is for_operator


def test_the_pack_is_in_the_audit_log_with_the_checksum_of_its_json(world: World) -> None:
    pack = made(sent(world.account), world)
    entry = AuditEntry.objects.get(action="proof.created")
    assert entry.detail["sha256"] == pack.sha256
    assert entry.actor == world.bob
    assert pack.sha256 == packs.checksum(pack.content.decode())


def test_another_accounts_message_is_not_found(world: World) -> None:
    message = sent(world.other_account)
    with pytest.raises(NotFoundError):
        made(message, world)
    assert not AuditEntry.objects.filter(action="proof.created").exists()


def test_a_number_has_its_newest_messages_and_says_that_there_are_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "LARGEST_NUMBER", 2)
    rows = [sent(world.account) for _ in range(3)]
    sent(world.other_account)
    make_inbound(world.account, msisdn=NUMBER, text="TC")
    proof = proof_of_number(wanted=Wanted(world.account, world.bob), msisdn=NUMBER).proof
    assert [one.id for one in proof.messages] == [str(rows[2].pk), str(rows[1].pk)]
    assert proof.bounds is not None
    assert proof.bounds.is_cut
    assert [one.text for one in proof.person.replies] == ["TC"]


def test_a_period_leads_to_older_messages(world: World) -> None:
    sent(world.account)
    wanted = Wanted(world.account, world.bob, last=clock.now() - timedelta(days=30))
    assert proof_of_number(wanted=wanted, msisdn=NUMBER).proof.messages == ()


def test_the_number_of_queries_does_not_grow_with_messages(
    world: World, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        sent(world.account, advertiser=world.advertiser)
    with django_assert_max_num_queries(30):
        proof_of_number(wanted=Wanted(world.account, None), msisdn=NUMBER)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_pdf_carries_the_json_and_its_checksum(world: World, language: str) -> None:
    agreed(world)
    message = sent(world.account, advertiser=world.advertiser)
    make_segment(message, total=1)
    with translation.override(language):
        pack = made(message, world, "pdf")
    words = text_of(pack.content)
    assert "Giảm 20%. Từ chối" in words
    assert words.count(pack.sha256) >= 3, "on every page"
    attached = pack.content[pack.content.index(b"/Type /EmbeddedFile\n") :]
    text = attached.partition(b"stream\n")[2].partition(b"\nendstream")[0]
    assert packs.checksum(text.decode()) == pack.sha256
    assert json.loads(text)["subject"] == f"message:{message.pk}"


@pytest.mark.django_db(transaction=True)
def test_a_changed_record_does_not_prove_itself(world: World) -> None:
    record = agreed(world)
    message = sent(world.account, advertiser=world.advertiser)
    whole = made(message, world).proof
    assert whole.links
    assert all(link.is_whole for link in whole.links)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE compliance_consentrecord DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE compliance_consentrecord SET source = 'street' WHERE id = %s", [record.pk]
        )
        cursor.execute("ALTER TABLE compliance_consentrecord ENABLE TRIGGER USER")
    broken = [link for link in made(message, world).proof.links if not link.is_whole]
    assert [link.book for link in broken] == ["consent"]
