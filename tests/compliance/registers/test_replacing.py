"""Whoever reads while a list is replaced sees one list or the other, whole."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction

from compliance.models import Register, RegisterEntry
from compliance.selectors.registers import listed
from compliance.services.registers import (
    SnapshotValues,
    loading,
    register_load,
    snapshot_start,
    snapshot_upload,
)
from config.common import clock

pytestmark = pytest.mark.django_db(transaction=True)
OLD = [f"8491000{number:04d}" for number in range(50)]
NEW = [f"8491111{number:04d}" for number in range(50)]


def start(name: str, numbers: list[str]) -> int:
    register, _made = Register.objects.get_or_create(
        country="VN", key="dnc", defaults={"name": "Do-Not-Call"}
    )
    snapshot = snapshot_upload(
        register=register,
        file=ContentFile("".join(f"{one},S\n" for one in numbers).encode(), name="x.csv"),
        file_name="x.csv",
        values=SnapshotValues(name, clock.now(), may_shrink=True),
        actor=None,
    )
    snapshot_start(snapshot=snapshot, actor=None)
    return snapshot.pk


def seen_elsewhere() -> frozenset[str]:
    """What another connection reads now."""

    def read() -> frozenset[str]:
        try:
            return listed("VN", OLD + NEW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(read).result()


def test_a_list_comes_into_force_at_one_instant(
    settings: Any, tmp_path: Any, monkeypatch: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    register_load(start("S1", OLD))
    merge, seen = loading.merge, []

    def watched(*arguments: Any) -> Any:
        merged = merge(*arguments)
        seen.append(seen_elsewhere())  # written, and not committed
        return merged

    monkeypatch.setattr(loading, "merge", watched)
    assert register_load(start("S2", NEW)) == "in_force"
    assert seen == [frozenset(OLD)]
    assert seen_elsewhere() == frozenset(NEW)


def test_a_run_that_dies_leaves_the_list_before(
    settings: Any, tmp_path: Any, monkeypatch: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    register_load(start("S1", OLD))
    with monkeypatch.context() as patch:
        patch.setattr(loading, "_check_loss", lambda *_arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            register_load(start("S2", NEW))
    assert seen_elsewhere() == frozenset(OLD)
    with transaction.atomic():
        assert RegisterEntry.objects.filter(until=None).count() == len(OLD)
