"""The suite's servers, and its world: two accounts and the people around them.

PostgreSQL and Valkey start once per run, and only when a test needs the database and
DATABASE_URL names none. Pure tests start nothing.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections, transaction
from django.test import Client

from compliance.constants import Role
from compliance.models import User
from config import embedded
from config.settings.base import database_from_url
from tests.factories import make_account, make_advertiser, make_member
from tests.world import World

HOT_TABLES = (
    "messaging_message",
    "messaging_segment",
    "messaging_event",
    "messaging_dispatch",
    "messaging_waiting",
)
# What migrations put there, and no test may miss because an earlier one has committed.
SEEDED = ("compliance_platform", "compliance_register", "compliance_suppressionpolicy")
FACTS = ("compliance_consentrecord", "compliance_auditentry", "compliance_chainlink")


@pytest.fixture(scope="session")
def servers() -> Iterator[embedded.Addresses]:
    """The servers of this run: those of DATABASE_URL, or embedded ones that end with it."""
    if settings.DATABASE_URL:
        yield embedded.Addresses(settings.DATABASE_URL, settings.BROKER_URL, settings.CACHE_URL)
        return
    with embedded.running(settings.VAR_DIR, durable=False, discard=True) as addresses:
        yield addresses


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: embedded.Addresses) -> None:
    """Points Django at the servers before it makes the test database."""
    connections["default"].settings_dict.update(database_from_url(servers.database_url))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests that commit are cleaned up although facts refuse to be deleted."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in SEEDED:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS seed_{table} AS TABLE {table}")
    flush = partial(_flush, connection.ops.execute_sql_flush)
    connection.ops.execute_sql_flush = flush  # type: ignore[method-assign]


def _flush(flush: Any, statements: list[str]) -> None:
    facts = [table for table in FACTS if any(table in one for one in statements)]
    with transaction.atomic(), connection.cursor() as cursor:
        for table in facts:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {', '.join(HOT_TABLES)}")
        flush(statements)
        for table in facts:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for table in SEEDED:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM seed_{table}")


@pytest.fixture(autouse=True)
def published(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Tasks that would have gone to the broker, as (name, args); acceptance tests really send."""
    sent: list[Any] = []
    if request.node.get_closest_marker("acceptance") is None:
        monkeypatch.setattr(
            current_app,
            "send_task",
            lambda name, args=(), **_: sent.append((name, tuple(args))),
            raising=False,
        )
    return sent


@pytest.fixture
def world(db: None) -> World:
    """Alice is marketer, Bob officer and Ines integrator of account A; Charlie, the stranger,
    is marketer of account B; Olga is operator, Ada administrator."""
    # A late request of a browser may have remembered those of a test that is cleaned up.
    ContentType.objects.clear_cache()
    account = make_account(name="Sao Mai Retail", slug="sao-mai")
    other = make_account(name="Other Company", slug="other")
    return World(
        account=account,
        advertiser=make_advertiser(account, name="Sao Mai"),
        other_account=other,
        other_advertiser=make_advertiser(other, name="Other Brand"),
        alice=make_member(Role.MARKETER, account, "alice"),
        bob=make_member(Role.OFFICER, account, "bob"),
        ines=make_member(Role.INTEGRATOR, account, "ines"),
        charlie=make_member(Role.MARKETER, other, "charlie"),
        olga=make_member(Role.OPERATOR, None, "olga"),
        ada=make_member(Role.ADMINISTRATOR, None, "ada"),
    )


@pytest.fixture
def browse() -> Any:
    """`browse(user)` is a client signed in as that person."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
