"""Pages of registers, files of suppressions, policies and suppressions, through the browser's way."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compliance.models import (
    Register,
    RegisterSnapshot,
    Suppression,
    SuppressionImport,
    SuppressionPolicy,
)
from compliance.selectors.register_ages import register_ages
from compliance.services.registers import register_load
from compliance.services.rules import rule_packs_load_shipped
from compliance.services.suppression_imports import suppression_import_run
from config.common import clock
from config.common.ids import uuid7
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def address(model: str, kind: str, *args: Any) -> str:
    return reverse(f"admin:compliance_{model}_{kind}", args=args)


def file(content: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", content.encode(), "text/csv")


def shown(client: Any, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200, page
    return str(answer.content.decode())


def test_an_operator_loads_a_list_after_having_looked_at_it(world: World, browse: Any) -> None:
    client = browse(world.olga)
    form = {
        "register": Register.objects.get(country="VN").pk,
        "reference": "S1",
        "as_of_0": clock.now().date().isoformat(),
        "as_of_1": "00:00:00",
        "kind": "full",
        "file": file("0912345678,S\nhello,S\n0912345679,V\n"),
    }
    assert client.post(address("registersnapshot", "add"), form).status_code == 302
    snapshot = RegisterSnapshot.objects.get()
    page = address("registersnapshot", "change", snapshot.pk)
    assert "Of the first 3, 2 are good" in shown(client, page)
    assert client.post(address("registersnapshot", "load", snapshot.pk)).status_code == 302
    assert "0 % read" in shown(client, page)
    register_load(snapshot.pk)
    assert "1 refuse messages, 1 calls" in shown(client, page)
    bad = client.get(address("registersnapshot", "bad_lines", snapshot.pk))
    assert "hello,S" in b"".join(bad.streaming_content).decode()


def test_the_register_says_what_follows_from_its_age(world: World, browse: Any) -> None:
    client = browse(world.bob)
    register = Register.objects.get(country="VN")
    page = address("register", "change", register.pk)
    assert "No rule in force" in shown(client, page)
    rule_packs_load_shipped(actor=None)
    assert "leaves with a warning" in shown(client, page)
    snapshot = RegisterSnapshot.objects.create(
        register=register,
        token=uuid7(),
        reference="S1",
        as_of=clock.now(),
        state="in_force",
        created_at=clock.now(),
    )
    Register.objects.filter(pk=register.pk).update(in_force=snapshot)
    levels = {}
    for days in (0, 4, 6, 8):
        RegisterSnapshot.objects.update(as_of=clock.now() - timedelta(days=days))
        levels[days] = register_ages(clock.now())[0].level
    assert levels == {0: "fresh", 4: "fresh", 6: "soon", 8: "stale"}
    assert "all advertising to VN is blocked" in shown(client, page)


def test_an_officer_sees_registers_and_loads_none(world: World, browse: Any) -> None:
    assert browse(world.bob).get(address("registersnapshot", "add")).status_code == 403


def test_an_officer_imports_a_list_and_takes_it_back(world: World, browse: Any) -> None:
    client = browse(world.bob)
    form = {
        "kind": "list",
        "account": world.account.pk,
        "purpose": "marketing",
        "cause": "manual",
        "reason": "left",
        "file": file("0912345678\nnope\n"),
    }
    assert client.post(address("suppressionimport", "add"), form).status_code == 302
    found = SuppressionImport.objects.get()
    page = address("suppressionimport", "change", found.pk)
    assert "+84912345678" in shown(client, page)
    assert client.post(address("suppressionimport", "start", found.pk)).status_code == 302
    suppression_import_run(found.pk)
    assert "1 newly suppressed" in shown(client, page)
    undo = address("suppressionimport", "undo", found.pk)
    assert client.post(undo, {"reason": "wrong file"}).status_code == 302
    assert not Suppression.objects.filter(lifted_at=None).exists()


def test_nobody_of_an_account_imports_for_every_account(world: World, browse: Any) -> None:
    form = {
        "kind": "operator",
        "account": "",
        "network": "Viettel 1313",
        "purpose": "marketing",
        "cause": "manual",
        "file": file("0912345678\n"),
    }
    assert browse(world.bob).post(address("suppressionimport", "add"), form).status_code == 200
    assert not SuppressionImport.objects.exists()
    form["file"] = file("0912345678\n")
    assert browse(world.olga).post(address("suppressionimport", "add"), form).status_code == 302
    assert SuppressionImport.objects.get().account is None


def test_a_marketer_does_not_take_a_file_back(world: World, browse: Any) -> None:
    found = SuppressionImport.objects.create(
        token="018f3a3e-0000-7000-8000-000000000000",
        account=world.account,
        state="completed",
        file_name="x.csv",
        checksum="0",
        created_at=clock.now(),
    )
    assert (
        browse(world.alice).get(address("suppressionimport", "undo", found.pk)).status_code == 404
    )


def test_an_officer_gives_the_account_a_policy_of_its_own(world: World, browse: Any) -> None:
    client = browse(world.bob)
    form = {
        "account": world.account.pk,
        "cause": "bounce",
        "error_class": "unreachable",
        "threshold": 5,
        "within_days": 30,
        "ends_after_days": 60,
        "purposes": ["marketing"],
        "errors_text": "006, 0x0B",
        "is_active": "on",
        "note": "many travel",
    }
    assert client.post(address("suppressionpolicy", "add"), form).status_code == 302
    made = SuppressionPolicy.objects.get(account=world.account)
    assert (made.threshold, made.errors, made.purposes) == (5, ["006", "0x0B"], ["marketing"])
    platform = SuppressionPolicy.objects.filter(account=None).first()
    assert platform is not None
    answer = client.post(address("suppressionpolicy", "change", platform.pk), form)
    assert answer.status_code == 403


def test_suppressions_are_exported_of_the_account_only(world: World, browse: Any) -> None:
    for account, msisdn in ((world.account, "84912345678"), (world.other_account, "84912345679")):
        Suppression.objects.create(
            account=account,
            msisdn=msisdn,
            purpose="marketing",
            source="console",
            created_at=clock.now(),
        )
    answer = browse(world.bob).get(address("suppression", "export"))
    content = b"".join(answer.streaming_content).decode()
    assert "+84912345678" in content
    assert "84912345679" not in content
