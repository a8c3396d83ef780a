"""Binds as the form and the API make, change and delete them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from carriers import waiting
from carriers.checks.certificates import days_left
from carriers.http.options import HttpOptions
from carriers.models import Bind, BindLease, Carrier
from carriers.selectors.configs import bind_config
from carriers.services.binds import (
    bind_check,
    bind_copy,
    bind_delete,
    bind_save,
    bind_switch,
    carrier_delete,
    carrier_save,
)
from carriers.services.refusals import config_mark, still_refused
from compliance.models import AuditEntry
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from config.dashboards.certificates import certificates_panel
from tests.factories import make_bind, make_carrier, make_route, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def key_and_certificate(days: int = 90) -> tuple[str, str]:
    """A key and a certificate of its own, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signalbox.test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(clock.now() - timedelta(days=1000))
        .not_valid_after(clock.now() + timedelta(days=days, hours=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode(), made.public_bytes(Encoding.PEM).decode()


def fields(problems) -> set[str]:
    return {one.field for one in problems}


def test_all_problems_are_named_with_rule_and_fix():
    problems = bind_check({"carrier": make_carrier(), "name": "a", "port": 0, "window": 0})
    assert fields(problems) == {"host", "system_id", "port", "window"}
    assert all(one.rule.endswith(".") and one.fix.endswith(".") for one in problems)


def test_bind_is_made_and_noted_without_values():
    values = {"name": "a", "host": "a.test", "system_id": "me", "password": "geheim12"}
    bind = bind_save(None, values | {"carrier": make_carrier()}, make_user())
    assert Bind.objects.get(pk=bind.pk).password == "geheim12"
    entry = AuditEntry.objects.get(action="bind.created", subject=f"bind:{bind.pk}")
    assert "geheim12" not in str(entry.detail)


def test_change_keeps_what_is_not_named_and_says_what_was_changed():
    bind = make_bind(window=10, throughput=5.0)
    bind_save(bind, {"window": 20, "password": ""}, None)
    stored = Bind.objects.get(pk=bind.pk)
    assert (stored.window, stored.throughput, stored.password) == (20, 5.0, "secret")
    entry = AuditEntry.objects.get(action="bind.changed")
    assert entry.detail["changes"] == ["window"]


def test_wrong_change_changes_nothing():
    bind = make_bind()
    with pytest.raises(InvalidError) as refused:
        bind_save(bind, {"window": 0, "host": ""}, None)
    assert refused.value.field in {"window", "host"}
    assert len(refused.value.context["problems"]) == 2
    assert Bind.objects.get(pk=bind.pk).window == bind.window


def test_unknown_option_is_refused():
    with pytest.raises(InvalidError) as refused:
        bind_save(make_bind(), {"windows": 3}, None)
    assert refused.value.field == "windows"


def test_copy_has_everything_and_is_switched_off():
    bind = make_bind(window=7)
    second = bind_copy(bind, "second", None, bind_type="receiver")
    assert (second.window, second.password, second.bind_type) == (7, "secret", "receiver")
    assert not second.is_enabled
    with pytest.raises(InvalidError) as refused:
        bind_copy(bind, "second", None)
    assert refused.value.field == "name"


def test_mark_of_a_configuration_tells_every_value_and_hides_the_password():
    config = bind_config(make_bind(password="geheim12"))
    marks = {
        config_mark(one)
        for one in (
            config,
            replace(config, password="geheim13"),
            replace(config, port=2776),
            replace(config, http=HttpOptions("https://a.example", secret="one")),
            replace(config, http=HttpOptions("https://a.example", secret="two")),
        )
    }
    assert (len(marks), config_mark(config)) == (5, config_mark(replace(config)))


def test_bind_that_is_switched_on_is_tried_whatever_was_refused_before():
    bind = make_bind(is_enabled=False)
    BindLease.objects.create(bind=bind, refused_mark="of these values")
    bind_switch(bind, is_enabled=True, actor=None)
    assert not still_refused([bind.pk])


def test_bind_is_deleted_only_when_it_is_off_and_nothing_waits(monkeypatch):
    bind = make_bind()
    with pytest.raises(ConflictError, match="connected"):
        bind_delete(bind, None)
    bind_switch(bind, is_enabled=False, actor=None)
    monkeypatch.setattr(waiting, "_counts", [lambda carrier_id, bind_id: 3])
    with pytest.raises(ConflictError, match="3 messages"):
        bind_delete(bind, None)
    monkeypatch.setattr(waiting, "_counts", [lambda carrier_id, bind_id: 0])
    bind_delete(bind, None)
    assert not Bind.objects.filter(pk=bind.pk).exists()


def test_last_sending_bind_keeps_what_waits_for_its_carrier(monkeypatch):
    asked = []
    monkeypatch.setattr(waiting, "_counts", [lambda *of: asked.append(of[1]) or 0])
    bind = make_bind(is_enabled=False)
    other = make_bind(bind.carrier, is_enabled=False)
    bind_delete(other, None)
    bind_delete(bind, None)
    assert asked == [other.pk, None]


def test_carrier_is_saved_and_deleted_by_its_rules():
    carrier = carrier_save(None, {"name": "New", "code": "new"}, None)
    with pytest.raises(InvalidError) as refused:
        carrier_save(carrier, {"throughput": -1.0}, None)
    assert refused.value.field == "throughput"
    route = make_route(carrier)
    with pytest.raises(ConflictError, match="routes"):
        carrier_delete(carrier, None)
    route.delete()
    carrier_delete(carrier, None)
    assert not Carrier.objects.filter(pk=carrier.pk).exists()


def test_client_certificate_and_key_are_used_when_they_fit():
    key, certificate = key_and_certificate()
    values = {"use_tls": True, "tls_certificate": certificate, "tls_key": key}
    bind = bind_save(make_bind(), values, None)
    assert bind_config(bind).tls_context is not None
    assert Bind.objects.get(pk=bind.pk).tls_key == key
    assert "PRIVATE" not in str(bind.history.values().first())


@pytest.mark.parametrize("days", [90, -1])
def test_wrong_certificates_are_refused(days):
    key, certificate = key_and_certificate(days)
    other, _certificate = key_and_certificate()
    bind = make_bind()
    expected = {"tls_key"} if days > 0 else {"tls_certificate", "tls_key"}
    found = bind_check({"tls_certificate": certificate, "tls_key": other}, bind)
    assert fields(found) == expected
    assert fields(bind_check({"tls_key": key}, bind)) == {"tls_certificate"}
    assert fields(bind_check({"tls_certificate": certificate}, bind)) == expected
    assert fields(bind_check({"tls_ca_bundle": "x"}, bind)) == {"tls_ca_bundle"}


def test_days_of_a_certificate():
    _key, certificate = key_and_certificate(12)
    assert days_left(certificate, clock.now()) == 12
    assert days_left("", clock.now()) is None


def test_options_of_a_session_bind_anew_and_others_do_not():
    bind = make_bind()
    before = bind_config(bind)
    for option, value, keeps in [
        ("window", 3, True),
        ("label_after", "TC", True),
        ("vendor_tlvs", [{"tag": "0x1500", "value": "a"}], True),
        ("password", "other", False),
        ("response_id_form", "hex_to_dec", False),
        ("interface_version", 0x33, False),
        ("local_address", "127.0.0.1", False),
        ("use_tls", True, False),
    ]:
        changed = Bind.objects.select_related("carrier").get(pk=bind.pk)
        setattr(changed, option, value)
        now = bind_config(changed)
        assert now != before, option
        assert now.keeps_session(before) is keeps, option


@pytest.mark.parametrize(("days", "is_shown"), [(90, False), (20, True), (2, True), (-3, True)])
def test_operators_are_told_of_certificates_that_end(days, is_shown):
    _key, certificate = key_and_certificate(days)
    make_bind(use_tls=True, tls_certificate=certificate)
    assert bool(certificates_panel()) is is_shown
