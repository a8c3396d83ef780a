"""Loads and activates rule packs: versions are never changed, only replaced."""

import hashlib
import json
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import RulePackVersion, User
from compliance.rule_packs.packs import PACKS, SCHEMA
from compliance.rule_packs.parsing import parse_pack
from compliance.rule_packs.reading import PackError
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError


@transaction.atomic
def rule_pack_load(*, path: Path, actor: User | None) -> RulePackVersion:
    """Stores a pack file as a draft; the same file again gives the version stored before.

    Raises InvalidError naming the place of a mistake, ConflictError when another text was
    loaded under this version.
    """
    document = _read(path)
    try:
        pack = parse_pack(document)
    except PackError as error:
        raise InvalidError(
            "rule_pack_invalid",
            _("The rule pack %(file)s is not right at %(where)s: %(problem)s.")
            % {"file": path.name, "where": error.where, "problem": error.problem},
        ) from error
    checksum = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    found, is_new = RulePackVersion.objects.get_or_create(
        country=pack.country,
        version=pack.version,
        defaults={
            "effective_from": pack.effective_from,
            "data": document,
            "checksum": checksum,
        },
    )
    if found.checksum != checksum:
        raise ConflictError(
            "rule_pack_version_taken",
            _("%(pack)s is loaded already with another text: give the pack a new version.")
            % {"pack": found},
        )
    if is_new:
        _record("rule_pack.loaded", found, actor)
    return found


@transaction.atomic
def rule_pack_activate(*, version: RulePackVersion, actor: User | None) -> RulePackVersion:
    """Puts a version in force in place of its country's present one; repeating is harmless.

    Raises ConflictError when the version's own first day has not come.
    """
    if version.effective_from > clock.now().date():
        raise ConflictError(
            "rule_pack_not_yet",
            _("This version is in force from %(day)s: activate it then.")
            % {"day": version.effective_from},
        )
    rows = RulePackVersion.objects.select_for_update().filter(country=version.country)
    for row in rows.filter(status=RulePackVersion.Status.ACTIVE).exclude(pk=version.pk):
        row.status = RulePackVersion.Status.RETIRED
        row.save()
    locked = rows.get(pk=version.pk)
    if locked.status != RulePackVersion.Status.ACTIVE:
        locked.status = RulePackVersion.Status.ACTIVE
        locked.save()
        _record("rule_pack.activated", locked, actor)
    return locked


def rule_packs_load_shipped(*, actor: User | None) -> list[RulePackVersion]:
    """Loads the product's packs, and activates those of countries that have none in force."""
    versions = []
    for path in sorted(PACKS.glob("*.json")):
        if path == SCHEMA:
            continue
        version = rule_pack_load(path=path, actor=actor)
        others = RulePackVersion.objects.filter(
            country=version.country, status=RulePackVersion.Status.ACTIVE
        )
        if not others.exists():
            version = rule_pack_activate(version=version, actor=actor)
        versions.append(version)
    return versions


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidError(
            "rule_pack_unreadable",
            _("%(file)s cannot be read as JSON: %(problem)s.")
            % {"file": path.name, "problem": error},
        ) from error


def _record(action: str, version: RulePackVersion, actor: User | None) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject=f"rulepack:{version.pk}",
        detail={"country": version.country, "version": version.version},
    )
