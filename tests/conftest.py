"""The suite's servers, and its world: two accounts and the people around them.

PostgreSQL and Valkey start once per run, and only when a test needs the database and
DATABASE_URL names none. Pure tests start nothing.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.db import connections
from django.test import Client, TransactionTestCase
from django.utils import translation
from hypothesis import settings as properties
from pytest_django import DjangoDbBlocker

from compliance.constants import Role
from compliance.models import User
from config import embedded
from config.common.collection import collection_relaxed
from config.settings.base import database_from_url
from tests import cleaning
from tests.factories import make_account, make_advertiser, make_member
from tests.order import (  # noqa: F401  hooks
    pytest_collection_modifyitems,
    pytest_xdist_make_scheduler,
)
from tests.recording import Recording, record
from tests.world import World


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Ten thousand tests and all code are there to stay."""
    collection_relaxed()


# `make test` says of a tree what it said before; a bare `pytest` looks for new examples. Neither
# asks how long one took: that says how busy the machine is.
properties.register_profile("steady", deadline=None, derandomize=True)
properties.register_profile("searching", deadline=None)
properties.load_profile("searching")


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
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tests that commit are cleaned up quickly, and although facts refuse to be deleted."""
    with django_db_blocker.unblock():
        cleaning.keep_seeds()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: cleaning.clean())
        yield


@pytest.fixture(autouse=True)
def _english() -> None:
    """What a request of an earlier test has chosen stays with the thread."""
    translation.activate(settings.LANGUAGE_CODE)


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


@pytest.fixture(scope="session")
def _world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Recording[World]:
    with django_db_blocker.unblock():
        return record(_make_world)


@pytest.fixture
def world(db: None, _world: Recording[World]) -> World:
    """Alice is marketer, Bob officer and Ines integrator of account A; Charlie, the stranger,
    is marketer of account B; Olga is operator, Ada administrator."""
    return _world.play()


def _make_world() -> World:
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
