import os
import socket

import pytest

from config.embedded.ports import free_port, holder, is_free


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_port_of_a_listener_is_taken_and_its_holder_named(listener):
    assert not is_free(listener)
    assert holder(listener).startswith(f"pid {os.getpid()} (")


def test_free_port_is_free_and_nobody_holds_it():
    port = free_port()
    assert is_free(port)
    assert holder(port) == ""
