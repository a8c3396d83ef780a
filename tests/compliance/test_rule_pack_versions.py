"""Rule packs are stored as versions; one per country is in force."""

import json
from pathlib import Path
from typing import Any

import pytest

from compliance.models import RulePackVersion
from compliance.rule_packs.packs import PACKS
from compliance.selectors.rules import rule_packs_active, rulebook
from compliance.services.rules import (
    rule_pack_activate,
    rule_pack_load,
    rule_packs_load_shipped,
)
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Writes a changed copy of the Vietnamese pack."""

    def changed(**changes: Any) -> Path:
        document = json.loads((PACKS / "vn.json").read_text())
        path = tmp_path / "pack.json"
        path.write_text(json.dumps(document | changes))
        return path

    return changed


def test_shipped_packs_are_loaded_and_in_force(db: None) -> None:
    loaded = rule_packs_load_shipped(actor=None)
    assert {row.status for row in loaded} == {"active"}
    assert {one.pack.country for one in rule_packs_active()} == {row.country for row in loaded}
    assert rulebook().rules_for("VN", clock.now()).country == "VN"


def test_loading_again_changes_nothing(db: None) -> None:
    assert rule_packs_load_shipped(actor=None) == rule_packs_load_shipped(actor=None)


def test_new_version_replaces_the_old_one_on_activation(world: World, write: Any) -> None:
    rule_packs_load_shipped(actor=None)
    new = rule_pack_load(path=write(pack_version="2099.1"), actor=None)
    assert new.status == "submitted"
    rule_pack_activate(version=new, actor=world.ada, reason="Newer law")
    active = RulePackVersion.objects.get(country="VN", status="active")
    assert active.version == "2099.1"
    assert RulePackVersion.objects.filter(country="VN", status="retired").count() == 1


def test_one_version_has_one_text(db: None, write: Any) -> None:
    rule_pack_load(path=write(), actor=None)
    with pytest.raises(ConflictError):
        rule_pack_load(path=write(note="Changed"), actor=None)


def test_version_of_the_future_waits(world: World, write: Any) -> None:
    later = rule_pack_load(path=write(effective_from="2999-01-01"), actor=None)
    with pytest.raises(InvalidError) as refused:
        rule_pack_activate(version=later, actor=world.ada, reason="Too early")
    assert refused.value.field == "active_from"


@pytest.mark.parametrize("text", ["{", '{"country": "VN"}'])
def test_broken_file_is_refused(db: None, tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text)
    with pytest.raises(InvalidError):
        rule_pack_load(path=path, actor=None)


def test_other_countries_have_rules_before_anything_is_loaded(db: None) -> None:
    assert rulebook().rules_for("VN", clock.now()).country == "ZZ"
