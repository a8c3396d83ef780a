import pytest

from carriers import ports
from carriers.smpp import pdu
from tests.carriers.smpp.support import make_config


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bind_type": "both"}, "bind_type"),
        ({"window": 0}, "window"),
        ({"throughput": 0.0}, "throughput"),
        ({"password": "x" * 17}, "password"),
        ({"system_id": "x" * 16}, "system_id"),
        ({"system_type": "x" * 13}, "system_type"),
        ({"address_range": "x" * 41}, "address_range"),
        ({"addr_ton": 300}, "addr_ton"),
    ],
)
def test_configuration_that_could_never_bind_is_refused_by_name(change, message):
    with pytest.raises(ValueError, match=message):
        make_config(**change)


def test_password_is_not_in_the_representation():
    assert "hush" not in repr(make_config(password="hush"))


def test_bind_request_carries_the_configuration():
    config = make_config(bind_type="receiver", system_type="VMA", addr_ton=1, address_range="84")
    request = config.bind_request()
    assert (request.command_id, request.system_type) == (pdu.BIND_RECEIVER, "VMA")
    assert (request.addr_ton, request.address_range) == (1, "84")


def test_without_a_factory_the_worker_is_told(monkeypatch):
    monkeypatch.setattr(ports, "_factories", [])
    with pytest.raises(RuntimeError, match="no pump factory"):
        ports.registered()


def test_last_registered_factory_opens_the_pumps(monkeypatch):
    monkeypatch.setattr(ports, "_factories", [])
    first, second = object(), object()
    ports.register(first)
    ports.register(second)
    assert ports.registered() is second
