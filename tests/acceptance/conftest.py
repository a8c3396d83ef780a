"""A platform of real processes over a database of its own.

The demo world is made once, in a template; every platform gets a copy of it.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from celery import Celery, current_app
from django.conf import settings
from django.db import connection, connections
from psycopg import sql
from pytest_django import DjangoDbBlocker

from campaigns.models import ContactImport
from carriers.models import Bind
from carriers.simulator.operators import default_profiles
from config import embedded
from config.management.programs import environment
from config.settings.base import database_from_url
from messaging.selectors.snapshot import snapshots
from tests.acceptance.running import Platform

# Quick, reliable operators: what goes wrong in these tests, the tests do themselves.
PROFILES = {
    name: {
        "latency_seconds": 0.02,
        "latency_jitter_seconds": 0.01,
        "throughput": 0,
        "failure_share": 0.0,
        "receipt_delay_seconds": 0.3,
        "receipt_jitter_seconds": 0.2,
        "receipt_retry_seconds": 0.5,
    }
    for name in ("viettel", "vinaphone", "mobifone", "intl")
}


@pytest.fixture(scope="session")
def template(servers: embedded.Addresses) -> Iterator[str]:
    """The name of a migrated database with the demo world."""
    name = f"sbt_template_{os.getpid()}"
    with _database(servers.database_url, name), tempfile.TemporaryDirectory() as folder:
        # Tasks that making the demo enqueues are nobody's.
        found = embedded.Addresses(_url(servers.database_url, name), "memory://", "")
        env = environment(found, settings.PORT, settings.SIMULATOR_PORT)
        env["SIGNALBOX_VAR"] = folder
        for command in (["migrate", "--noinput"], ["demo_data"]):
            subprocess.run(
                [sys.executable, "manage.py", *command, "--verbosity=0"],
                cwd=settings.BASE_DIR,
                env=env,
                check=True,
            )
        yield name


@pytest.fixture(scope="module")
def platform(
    servers: embedded.Addresses, template: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[Platform]:
    """Processes of the module; this process works on their database and their broker."""
    name = f"{template}_{os.urandom(3).hex()}"
    folder = Path(tempfile.mkdtemp(prefix="sbx-"))
    profiles = folder / "profiles.json"
    profiles.write_text(json.dumps(PROFILES))
    url = _url(servers.database_url, name)
    with _database(servers.database_url, name, template):
        running = Platform(url, folder, profiles)
        try:
            with django_db_blocker.unblock(), _database_in_use(url), _publishing(running):
                _point_binds(running.first_port)
                ContactImport.objects.all().delete()  # the demo's, which a worker would run
                running.start("valkey")
                yield running
        finally:
            running.close()
            shutil.rmtree(folder, ignore_errors=True)


def _point_binds(first_port: int) -> None:
    """The demo's binds lead to this platform's operators."""
    ports = {name: profile.port for name, profile in default_profiles(first_port).items()}
    for code, port in ports.items():
        Bind.objects.filter(carrier__code=code).update(port=port)


@contextmanager
def _database_in_use(url: str) -> Iterator[None]:
    """Django's connections of this process lead there for a while."""
    kept = connections["default"].settings_dict.copy()
    connection.close()
    connections["default"].settings_dict.update(database_from_url(url))
    snapshots.forget()
    try:
        yield
    finally:
        connection.close()
        connections["default"].settings_dict.update(kept)
        snapshots.forget()


@contextmanager
def _publishing(running: Platform) -> Iterator[None]:
    """Tasks that services enqueue go to the platform's broker."""
    app = Celery("acceptance", broker=running.addresses.broker_url, set_as_current=False)
    app.conf.broker_transport_options = {"socket_connect_timeout": 1}
    patch = pytest.MonkeyPatch()
    patch.setattr(current_app, "send_task", app.send_task, raising=False)
    try:
        yield
    finally:
        patch.undo()
        app.close()


@contextmanager
def _database(server_url: str, name: str, template: str = "template1") -> Iterator[None]:
    """A database for the length of a `with`."""
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server_url, autocommit=True) as administration:
        administration.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield
        finally:
            # An autovacuum worker there is the superuser's; the whole server goes soon anyway.
            with suppress(psycopg.errors.InsufficientPrivilege):
                administration.execute(drop)


def _url(server_url: str, name: str) -> str:
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()
