"""Rows that all tests of a file need are made once, and each test's own changes undone alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def kept(blocker: DjangoDbBlocker) -> Iterator[None]:
    """What is written inside stays for as long as the block, and is undone as a whole. For a
    fixture of a file's scope: its tests' transactions are savepoints of this one."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
