"""The link against an independent SMPP stack (smpp34, Rust) and over TLS."""

import asyncio
import datetime
import ipaddress
import socket
import ssl
import threading

import pytest
import smpp34
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from carriers.smpp import pdu
from carriers.smpp.receipts import parse_receipt
from tests.carriers.smpp.fake_smsc import FakeSmsc
from tests.carriers.smpp.support import make_submission


class Smpp34Server:
    """smpp34's server in a thread: takes each submit_sm and sends a receipt for it."""

    def __init__(self, port):
        self.texts, self.answers = [], []
        self._port = port
        self._loop = asyncio.new_event_loop()
        self.listening, self.all_answered = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        self._task = self._loop.create_task(self._serve())
        self._loop.run_until_complete(self._task)
        self._loop.close()

    async def _serve(self):
        server = smpp34.Server("127.0.0.1", self._port, system_id="smpp34")
        await server.start()
        self.listening.set()
        try:
            await self._answer(server)
        except asyncio.CancelledError:
            await server.stop()

    async def _answer(self, server):
        esme = None
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                esme = event
            elif isinstance(event, smpp34.SubmitSmEvent):
                self.texts.append(event.short_message)
                message_id = f"id{len(self.texts)}"
                event.accept(message_id)
                answer = await esme.deliver_sm(
                    source_addr=event.destination_addr,
                    destination_addr=event.source_addr,
                    esm_class=4,
                    short_message=f"id:{message_id} stat:DELIVRD err:000".encode(),
                )
                self.answers.append(answer.is_success)
                if len(self.answers) == 20:
                    self.all_answered.set()

    def close(self):
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(60)


def test_messages_and_receipts_pass_an_independent_stack(linked):
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    server = Smpp34Server(port)
    assert server.listening.wait(60)
    try:
        one = linked(*[make_submission() for _ in range(20)], port=port)
        acknowledged = 0
        while acknowledged < 20:
            arrived = one.inbound(acknowledged + 1)[acknowledged:]
            session_id = arrived[0].session_id
            one.link.acknowledge(session_id, [(each.sequence, 0) for each in arrived])
            acknowledged += len(arrived)
        assert one.outcomes(20) == ["accepted"] * 20
        receipts = {parse_receipt(each.deliver).smsc_message_id for each in one.inbound(20)}
        assert receipts == {result.smsc_message_id for result in one.sink.all_results}
        assert server.all_answered.wait(60)
        one.link.stop()
        assert one.ended() == "stopped"
    finally:
        server.close()
    assert server.texts == [b"hello"] * 20
    assert server.answers == [True] * 20


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for 127.0.0.1: (certificate file, key file)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "smsc.test")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("smsc.test")]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def tls_smsc(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    fake = FakeSmsc(context)
    yield fake
    fake.close()


def test_tls_carries_messages_both_ways(linked, tls_smsc, certificate):
    context = ssl.create_default_context(cafile=certificate[0])
    one = linked(
        *[make_submission() for _ in range(3)],
        port=tls_smsc.port,
        tls_context=context,
        shutdown_drain_seconds=0.2,
    )
    peer = tls_smsc.bound()
    for frame in peer.submits(3):
        peer.answer(frame)
    assert one.outcomes(3) == ["accepted"] * 3
    # More than one TLS record at once: what TLS has decrypted already must not lie there.
    texts = pdu.deliver_sm_body(pdu.DeliverSm(short_message=bytes(200)))
    peer.send(*(pdu.with_header(pdu.DELIVER_SM, 0, n, texts) for n in range(1, 301)))
    assert len(one.inbound(300)) == 300
    one.link.stop()
    peer.expect(pdu.UNBIND)


def test_tls_name_other_than_the_host_is_checked(linked, tls_smsc, certificate):
    context = ssl.create_default_context(cafile=certificate[0])
    one = linked(port=tls_smsc.port, tls_context=context, tls_server_name="smsc.test")
    tls_smsc.bound()
    one.state("bound")


def test_certificate_nobody_vouches_for_is_refused(linked, tls_smsc):
    one = linked(port=tls_smsc.port, tls_context=ssl.create_default_context())
    with pytest.raises(ssl.SSLError):
        tls_smsc.accept()
    assert "certificate" in one.state("connection_lost").detail.lower()
    one.link.stop()
    one.ended()
