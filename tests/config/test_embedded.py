"""Real servers from the wheels, in throw-away directories."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from config import embedded
from config.embedded import postgres
from config.embedded.binaries import Binaries, runnable
from config.embedded.children import User
from config.embedded.leftovers import identity, wait_until
from config.embedded.places import SOCKET_PATH_BYTES, locate, permissions

ROOT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands data to another user")


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("var")
    yield folder
    locate(folder).remove()


@pytest.fixture
def places(tmp_path):
    """Whatever the test places outside its folder goes with it."""
    made = []

    def make(folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        made.append(locate(folder))
        return made[-1]

    yield make
    for one in made:
        one.remove()


def pids(var_dir: Path) -> dict[str, int]:
    return {name: pid for name, pid, *_ in json.loads((var_dir / "children.json").read_text())}


def as_server_user(var_dir: Path) -> dict[str, int]:
    user = locate(var_dir).user
    return {"user": user.uid, "group": user.gid} if user else {}


@contextmanager
def sleeper(**user: int) -> Iterator[int]:
    with subprocess.Popen(["/bin/sleep", "300"], **user) as process:
        try:
            yield process.pid
        finally:
            process.kill()


def query(url: str, text: str) -> tuple[object, ...] | None:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(text)
        return cursor.fetchone() if cursor.description else ()


def test_committed_rows_survive_a_killed_server(var_dir):
    with embedded.running(var_dir, durable=False) as found:
        assert embedded.addresses(var_dir) == found
        query(found.database_url, "CREATE TABLE kept (name text)")
        query(found.database_url, "INSERT INTO kept VALUES ('ĐƯỜNG') RETURNING 1")
        os.kill(pids(var_dir)["postgres"], signal.SIGKILL)
    assert embedded.addresses(var_dir) is None
    with embedded.running(var_dir, durable=False) as found:
        kept = query(found.database_url, "SELECT lower(name), name ILIKE 'đường' FROM kept")
        assert kept == ("đường", True)


def test_lock_file_with_the_pid_of_a_stranger_does_not_keep_the_server_down(var_dir):
    with embedded.running(var_dir, durable=False):
        lock = locate(var_dir).data / "postmaster.pid"
        lines = lock.read_text().splitlines(keepends=True)
    with sleeper(**as_server_user(var_dir)) as stranger:
        lock.write_text("".join([f"{stranger}\n", *lines[1:]]))
        with embedded.running(var_dir, durable=False) as found:
            assert query(found.database_url, "SELECT 1") == (1,)


def test_servers_of_a_killed_keeper_give_way_to_the_next(var_dir):
    code = f"""
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from config import embedded
with embedded.running(Path({str(var_dir)!r}), durable=False):
    print("up", flush=True)
    sys.stdin.read()
"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, **pipes) as keeper:
        assert keeper.stdout.readline() == b"up\n"
        left = pids(var_dir)
        keeper.kill()
    with embedded.running(var_dir, durable=False) as found:
        assert query(found.database_url, "SELECT 1") == (1,)
        assert wait_until(lambda: not any(identity(pid) for pid in left.values()), 60)


def test_server_answers_over_its_socket_with_the_product_role_only(var_dir):
    with embedded.running(var_dir, durable=False) as found:
        assert query(found.database_url, "SHOW listen_addresses") == ("",)
        assert query(found.database_url, "SHOW is_superuser") == ("off",)
        guess = found.database_url.replace(locate(var_dir).password, "guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            query(guess, "SELECT 1")
        assert embedded.check_version(found.database_url) >= 180_000


def test_too_old_server_is_refused_with_the_way_out(var_dir, monkeypatch):
    monkeypatch.setattr(postgres, "OLDEST_VERSION", 990_000)
    with (
        embedded.running(var_dir, durable=False) as found,
        pytest.raises(embedded.ServicesError, match="unset DATABASE_URL"),
    ):
        embedded.check_version(found.database_url)


def test_settings_are_durable_unless_a_test_asks_otherwise(places, tmp_path):
    here = places(tmp_path / "var")
    assert {"fsync": "on", "synchronous_commit": "on"}.items() <= postgres.settings(
        here, durable=True
    ).items()
    assert postgres.settings(here, durable=False)["fsync"] == "off"


def test_sockets_have_a_short_path_in_a_deep_folder(places, tmp_path):
    here = places(tmp_path.joinpath(*["deeper-and-deeper"] * 8))
    socket = here.sockets / "postgres" / ".s.PGSQL.5432"
    assert len(os.fsencode(socket)) <= SOCKET_PATH_BYTES
    assert here.sockets.stat().st_uid == os.geteuid()
    assert not here.sockets.stat().st_mode & stat.S_IWOTH


def test_two_checkouts_share_neither_data_nor_sockets_nor_passwords(places, tmp_path):
    deep = tmp_path.joinpath(*["deeper-and-deeper"] * 8)
    one, two = places(deep / "one"), places(deep / "two")
    for name in ("data", "sockets", "password", "superuser_password"):
        assert getattr(one, name) != getattr(two, name)


def test_copied_checkout_does_not_use_the_servers_of_the_first(places, tmp_path):
    first = places(tmp_path / "first")
    embedded.publish(first.var_dir, embedded.embedded_addresses(first))
    shutil.copytree(first.var_dir, tmp_path / "second")
    second = places(tmp_path / "second")
    assert embedded.addresses(second.var_dir) is None
    assert second.data != first.data


def test_same_var_finds_its_places_again(places, tmp_path):
    assert places(tmp_path / "var") == places(tmp_path / "var")


def test_secrets_are_readable_by_the_owner_alone(places, tmp_path):
    here = places(tmp_path / "var")
    embedded.publish(here.var_dir, embedded.embedded_addresses(here))
    for name in ("postgres.json", "services.json"):
        assert stat.S_IMODE((here.var_dir / name).stat().st_mode) == 0o600


@as_root
def test_root_puts_data_elsewhere_when_the_checkout_is_closed(tmp_path):
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    with embedded.running(closed / "an über var", durable=False, discard=True) as found:
        here = locate(closed / "an über var")
        assert query(found.database_url, "SELECT 1") == (1,)
        assert not here.data.is_relative_to(closed)
        assert here.data.stat().st_uid == here.user.uid != 0
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert not here.base.exists()
    assert list(closed.iterdir()) == []


@as_root
def test_programs_that_the_user_cannot_reach_are_copied_once(tmp_path, places):
    folder = tmp_path / "site" / "server" / "bin"
    folder.mkdir(parents=True)
    (tmp_path / "site").chmod(0o700)
    (folder / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 18.6'\n")
    (folder / "postgres").chmod(0o700)
    user, base = User(65534, 65534), places(tmp_path / "var").base
    copy = runnable(Binaries(folder, tmp_path / "site", ("server",)), user, base)
    assert copy.folder.is_relative_to(base)
    assert permissions(copy.folder / "postgres", user) == 5
    assert runnable(Binaries(folder, tmp_path / "site", ("server",)), user, base) == copy
    assert copy.major() == 18
