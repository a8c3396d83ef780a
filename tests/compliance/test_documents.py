from typing import Any

import pytest

from compliance.models import AuditEntry, Document
from compliance.services import documents
from compliance.services.documents import document_add
from config.common.errors import InvalidError
from tests.world import World

pytestmark = pytest.mark.django_db


def add(world: World, content: bytes, name: str = "form.pdf", **overrides: Any) -> Document:
    values: dict[str, Any] = {"account": world.account, "actor": world.bob} | overrides
    return document_add(name=name, content=content, **values)


def test_what_a_file_is_follows_from_its_beginning(world: World) -> None:
    assert add(world, b"%PDF-1.7 ...", "photo.png").media_type == "application/pdf"
    assert add(world, "Tôi đồng ý".encode()).media_type == "text/plain; charset=utf-8"


def test_the_same_content_is_kept_once_per_account(world: World) -> None:
    first, again = add(world, b"%PDF-1"), add(world, b"%PDF-1", "copy.pdf")
    assert first == again
    assert add(world, b"%PDF-1", account=world.other_account, actor=world.charlie) != first
    assert AuditEntry.objects.filter(action="document.added").count() == 2


def test_a_name_is_only_a_name(world: World) -> None:
    assert add(world, b"%PDF-2", "../../etc\\passwd.pdf").name == "passwd.pdf"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "document_empty"),
        (b"MZ\x90\x00", "document_type"),
        (b"<html>\x00", "document_type"),
    ],
)
def test_what_is_no_evidence_is_refused(world: World, content: bytes, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        add(world, content)
    assert caught.value.code == code
    assert not Document.objects.exists()


def test_a_file_has_a_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST_BYTES", 1024**2)
    with pytest.raises(InvalidError, match="1 MiB"):
        add(world, b"%PDF-" + b"0" * 1024**2)
