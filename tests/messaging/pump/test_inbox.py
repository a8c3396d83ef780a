"""Invariant 3: receipts and replies are acknowledged after their commit, and never before."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from carriers.models import UnknownWord
from carriers.ports import InboundPdu
from carriers.services import words
from carriers.smpp import pdu
from carriers.smpp.statuses import ESME_ROK, ESME_RX_T_APPN
from config.common import clock
from messaging.models import InboundMessage, ParkedReceipt
from messaging.pump import inbox as inboxes
from messaging.pump.connections import connect
from messaging.pump.inbox import Inbox
from messaging.services.inbound import receiving
from tests.messaging.hot import Line, make_line, make_segment, state

pytestmark = pytest.mark.django_db(transaction=True)

RECEIPT = (
    "id:{id} sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:{stat} err:000"
)


class FakeLink:
    """Notes what is acknowledged, and what was committed by then."""

    def __init__(self, look) -> None:
        self.answers: list[tuple[int, int]] = []
        self.seen: list[str] = []
        self._look = look

    def acknowledge(self, session_id: int, answers) -> None:
        assert session_id == 1
        self.seen.append(self._look())
        self.answers += answers


@pytest.fixture
def line() -> Line:
    return make_line()


@pytest.fixture
def database() -> Iterator[psycopg.Connection]:
    with connect("test", pinned_plans=True) as opened:
        yield opened


@pytest.fixture
def inbox(line) -> Inbox:
    return Inbox(line.bind)


def arrived(sequence: int, text: str, *, esm_class: int = pdu.ESM_DELIVERY_RECEIPT, **values):
    fields = {"source_addr": "84981234567", "tlvs": ()} | values
    deliver = pdu.DeliverSm(esm_class=esm_class, short_message=text.encode(), **fields)
    return InboundPdu(1, sequence, deliver, b"raw", clock.now().timestamp())


def receipt(sequence: int, smsc_id: str, stat: str = "DELIVRD", **values) -> InboundPdu:
    return arrived(sequence, RECEIPT.format(id=smsc_id, stat=stat), **values)


def test_receipt_is_committed_and_then_acknowledged(line, inbox, database):
    message = line.message(status="sent")
    make_segment(message, line, smsc_message_id="77")
    link = FakeLink(lambda: state(message))
    inbox.put([receipt(5, "77")])
    inbox.commit_next(database, link)
    assert (link.answers, link.seen) == ([(5, ESME_ROK)], ["delivered"])


def test_receipt_that_could_not_be_committed_is_kept_and_not_acknowledged(
    line, inbox, database, monkeypatch
):
    message = line.message(status="sent")
    make_segment(message, line, smsc_message_id="77")
    link = FakeLink(lambda: state(message))
    inbox.put([receipt(5, "77"), receipt(6, "78")])

    def broken(*_args, **_values):
        raise psycopg.OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(inboxes, "receipts_apply", broken)
        with pytest.raises(psycopg.OperationalError):
            inbox.commit_next(database, link)
    assert link.answers == []
    inbox.wake()
    inbox.commit_next(database, link)
    assert link.answers == [(5, ESME_ROK), (6, ESME_ROK)]
    assert state(message) == "delivered"


def test_receipt_that_overtook_the_commit_of_its_answer_is_held(line, inbox, database):
    message = line.message(status="queued")
    link = FakeLink(lambda: state(message))
    inbox.expect("77")
    inbox.put([receipt(5, "77")])
    inbox.commit_next(database, link)
    assert (link.answers, ParkedReceipt.objects.count()) == ([], 0)
    make_segment(message, line, smsc_message_id="77")
    message.status = "sent"
    message.save()
    inbox.learned(["77"])
    inbox.commit_next(database, link)
    assert (link.answers, state(message)) == ([(5, ESME_ROK)], "delivered")


def test_held_receipt_survives_a_failed_commit(line, inbox, database, monkeypatch):
    message = line.message(status="sent")
    make_segment(message, line, smsc_message_id="77")
    link = FakeLink(lambda: state(message))
    inbox.expect("77")
    inbox.put([receipt(5, "77")])
    inbox.commit_next(database, link)
    inbox.learned(["77"])

    def broken(*_args, **_values):
        raise psycopg.OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(inboxes, "receipts_apply", broken)
        with pytest.raises(psycopg.OperationalError):
            inbox.commit_next(database, link)
    inbox.wake()
    inbox.commit_next(database, link)
    assert (link.answers, state(message)) == ([(5, ESME_ROK)], "delivered")


def test_receipt_of_an_unknown_id_is_kept_and_acknowledged(inbox, database):
    link = FakeLink(lambda: str(ParkedReceipt.objects.count()))
    inbox.put([receipt(5, "never seen")])
    inbox.commit_next(database, link)
    assert (link.answers, link.seen) == ([(5, ESME_ROK)], ["1"])


def test_parked_receipt_settles_once_its_answer_is_there(line, inbox, database, monkeypatch):
    monkeypatch.setattr(inboxes, "_UNPARK_SECONDS", 0.01)
    message = line.message(status="sent")
    link = FakeLink(lambda: state(message))
    inbox.put([receipt(5, "77")])
    inbox.commit_next(database, link)
    make_segment(message, line, smsc_message_id="77")
    inbox.commit_next(database, link)
    inbox.commit_next(database, link)
    assert state(message) == "delivered"


@pytest.mark.parametrize("stat", ["ENROUTE", "ACCEPTD", "UNKNOWN", "WHATEVER"])
def test_intermediate_receipt_is_acknowledged_and_settles_nothing(line, inbox, database, stat):
    message = line.message(status="sent")
    make_segment(message, line, smsc_message_id="77")
    link = FakeLink(lambda: state(message))
    inbox.put([receipt(5, "77", stat)])
    inbox.commit_next(database, link)
    assert (link.answers, state(message)) == ([(5, ESME_ROK)], "sent")
    assert not ParkedReceipt.objects.exists()


def test_ids_of_answers_and_receipts_meet_in_the_binds_forms(line, database):
    line.bind.response_id_form, line.bind.receipt_id_form = "hex_to_dec", "strip_zeros_upper"
    message = line.message(status="sent")
    make_segment(message, line, smsc_message_id="255")
    inbox = Inbox(line.bind)
    inbox.put([receipt(5, "0000000255")])
    inbox.commit_next(database, FakeLink(lambda: state(message)))
    assert state(message) == "delivered"


def test_new_word_of_the_bind_holds_without_a_new_session(line, database):
    message = line.message(status="sent")
    make_segment(message, line, smsc_message_id="77")
    inbox = Inbox(line.bind)
    link = FakeLink(lambda: state(message))
    inbox.put([receipt(5, "77", "BLOCKED")])
    inbox.commit_next(database, link)
    assert state(message) == "sent"
    words.words_write()
    (word,) = UnknownWord.objects.all()
    assert (word.bind, word.kind, word.word, word.count) == (line.bind, "state", "BLOCKED", 1)
    inbox.reconfigure(words.word_take_as(word=word, meaning="rejected", actor=None))
    inbox.put([receipt(6, "77", "BLOCKED")])
    inbox.commit_next(database, link)
    assert (state(message), link.answers) == (
        "undelivered receipt_rejected", [(5, ESME_ROK), (6, ESME_ROK)],
    )  # fmt: skip


def test_bind_says_what_its_receipts_prove(line, database):
    line.bind.receipt_trust = "handset"
    message = line.message(status="sent")
    make_segment(message, line, smsc_message_id="77")
    inbox = Inbox(line.bind)
    inbox.put([receipt(5, "77")])
    inbox.commit_next(database, FakeLink(lambda: state(message)))
    assert state(message) == "delivered handset"


def test_bind_says_what_its_states_come_to(line, database):
    line.bind.receipt_finals = {"accepted": "delivered", "nonsense": "delivered"}
    line.bind.receipt_states = {"0x06": "accepted", "GONE": "nonsense"}
    message = line.message(status="sent")
    make_segment(message, line, smsc_message_id="77")
    inbox = Inbox(line.bind)
    inbox.put([receipt(5, "77", "ACCEPTD")])
    inbox.commit_next(database, FakeLink(lambda: state(message)))
    assert state(message) == "delivered"


def test_odd_receipt_does_not_hold_up_the_others(line, inbox, database):
    message = line.message(status="sent")
    make_segment(message, line, smsc_message_id="77")
    link = FakeLink(lambda: state(message))
    odd_reference = ((0x0204, b"\xff" * 8),)
    inbox.put(
        [
            receipt(4, "a\0b" + "9" * 100, tlvs=odd_reference),
            receipt(5, "77"),
            arrived(6, "id:x stat:DELIVRD err:\0\0\0 done date:1"),
        ]
    )
    inbox.commit_next(database, link)
    assert sorted(link.answers) == [(4, ESME_ROK), (5, ESME_ROK), (6, ESME_ROK)]
    assert state(message) == "delivered"


def test_reply_is_stored_and_then_acknowledged(line, inbox, database):
    link = FakeLink(lambda: str(InboundMessage.objects.count()))
    inbox.put([arrived(5, "YES", esm_class=0, destination_addr=line.sender.address)])
    inbox.commit_next(database, link)
    assert (link.answers, link.seen) == ([(5, ESME_ROK)], ["1"])


def test_reply_that_cannot_be_stored_is_left_with_the_smsc(line, inbox, database, monkeypatch):
    link = FakeLink(lambda: "")
    original = inboxes.inbound_receive

    def sometimes(received):
        if any(one.deliver.short_message == b"odd" for one in received):
            raise ValueError("odd")
        return original(received)

    monkeypatch.setattr(inboxes, "inbound_receive", sometimes)
    inbox.put([arrived(n, text, esm_class=0) for n, text in enumerate(("odd", "YES", "NO"), 5)])
    inbox.commit_next(database, link)
    assert link.answers == [(5, ESME_RX_T_APPN), (6, ESME_ROK), (7, ESME_ROK)]
    assert InboundMessage.objects.count() == 2


def test_replies_that_come_together_are_one_transaction(line, inbox, database, monkeypatch):
    sizes = []
    original = inboxes.inbound_receive
    monkeypatch.setattr(
        inboxes, "inbound_receive", lambda batch: [sizes.append(len(batch)), original(batch)]
    )
    link = FakeLink(lambda: str(InboundMessage.objects.count()))
    inbox.put([arrived(n, f"No. {n}", esm_class=0) for n in range(150)])
    inbox.commit_next(database, link)
    assert (sizes, InboundMessage.objects.count()) == ([100, 50], 150)
    assert link.answers == [(n, ESME_ROK) for n in range(150)]


def test_reply_whose_connection_is_killed_before_commit_is_kept_once_it_comes_again(
    line, inbox, database, monkeypatch
):
    link = FakeLink(lambda: str(InboundMessage.objects.count()))

    def killed(_arrivals):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
            database.execute("SELECT pg_terminate_backend(%s)", [pid])
            database.commit()
            cursor.execute("SELECT 1")

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "arrivals_act", killed)
        inbox.put([arrived(5, "YES", esm_class=0)])
        inbox.commit_next(database, link)
    assert (link.answers, link.seen) == ([(5, ESME_RX_T_APPN)], ["0"])
    inbox.put([arrived(9, "YES", esm_class=0)])
    inbox.commit_next(database, link)
    assert (link.answers[1:], link.seen[1:]) == ([(9, ESME_ROK)], ["1"])


def test_pdu_that_cannot_be_parsed_is_stored_and_acknowledged(inbox, database):
    link = FakeLink(lambda: "")
    inbox.put([InboundPdu(1, 5, None, b"\x00odd", clock.now().timestamp())])
    inbox.commit_next(database, link)
    assert link.answers == [(5, ESME_ROK)]
    assert bytes(InboundMessage.objects.get().parts.get().raw) == b"\x00odd"
    connection.close()
