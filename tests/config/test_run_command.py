import json
import socket
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config import embedded
from config.embedded.lock import keeper
from config.embedded.ports import free_port
from config.management import platform
from config.management.programs import environment, processes
from config.supervisor import Supervisor

ADDRESSES = embedded.Addresses("postgresql://a@/b", "amqp://guest@127.0.0.1//", "redis://127.0.0.1")


@pytest.fixture
def var_dir(tmp_path, settings):
    settings.VAR_DIR = tmp_path / "var"
    settings.PORT = free_port()
    return settings.VAR_DIR


@pytest.fixture
def taken(var_dir, settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.PORT = server.getsockname()[1]
        yield settings.PORT


def test_taken_port_is_named_with_the_way_to_another_one(taken):
    (sentence,) = platform.taken_ports(["web"])
    assert f"Port {taken} (web pages and API) is taken by pid" in sentence
    assert sentence.endswith(f"PORT={taken + 1} make run")


def test_ports_of_processes_that_are_left_out_do_not_matter(taken):
    assert platform.taken_ports(["worker", "beat"]) == []


def test_run_with_a_taken_port_ends_with_2_before_anything_starts(taken, var_dir):
    with pytest.raises(CommandError) as error:
        call_command("run", only="web")
    assert error.value.returncode == 2
    assert [path.name for path in var_dir.iterdir()] == ["keeper.lock"]


def test_process_that_does_not_exist_is_refused_with_the_choices(var_dir):
    with pytest.raises(CommandError, match=r"no process wbe; choose from .*web"):
        call_command("run", only="wbe,worker")


def test_second_run_says_who_runs_already(var_dir):
    with keeper(var_dir), pytest.raises(CommandError, match="already running, pid"):
        call_command("run")


def test_servers_of_ones_own_start_nothing_here(var_dir, monkeypatch):
    for name in embedded.Addresses.__dataclass_fields__:
        monkeypatch.setenv(name.upper(), getattr(ADDRESSES, name))
    monkeypatch.setattr(embedded, "check_version", lambda _url: 180_000)
    told = []
    with Supervisor(var_dir, told.append) as supervisor:
        assert platform.start_servers(supervisor, var_dir) == ADDRESSES
    assert told == []
    assert embedded.addresses(var_dir) == ADDRESSES


def test_processes_are_told_addresses_and_ports_outright():
    env = environment(ADDRESSES, 8001, 2875)
    assert env["BROKER_URL"] == ADDRESSES.broker_url
    assert (env["PORT"], env["SIMULATOR_PORT"]) == ("8001", "2875")


def test_welcome_shows_logins_and_key_at_the_port_of_today(var_dir, settings):
    var_dir.mkdir()
    user = {"role": "marketer", "username": "mai@hfm.example", "password": "kept-secret"}
    demo = {"base_url": "http://127.0.0.1:1", "api_key": "sbk_1", "account": "x", "users": [user]}
    (var_dir / "demo.json").write_text(json.dumps(demo))
    text = platform.welcome(platform.demo_account(var_dir))
    for words in (f"http://127.0.0.1:{settings.PORT}/admin/", "sbk_1", *user.values()):
        assert words in text
    saved = json.loads((var_dir / "demo.json").read_text())
    assert saved["base_url"] == f"http://127.0.0.1:{settings.PORT}"


def test_several_carrier_workers_share_the_binds_under_names_of_their_own(tmp_path: Path) -> None:
    env = {"PORT": "1", "SIMULATOR_PORT": "2", "CARRIER_WORKERS": "3"}
    found = processes(tmp_path, env)
    names = [name for name in found if name.startswith("carriers")]
    assert names == ["carriers", "carriers2", "carriers3"]
    assert len({found[name].command for name in names}) == 3
