"""Writing a new version of a country's rules: a draft that its author changes until it is
submitted. Every save is checked as a whole."""

import json
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import RulePackVersion, User
from compliance.rule_packs.upgrading import upgraded
from compliance.services.rule_documents import (
    Document,
    checked,
    checksum_of,
    failing_examples,
    reason_given,
    require,
)
from config.common import audit, clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError

_LONGEST_VERSION = 20
_DAY, _DAY_LENGTH = "%Y.%m.%d", 10
LARGEST_BYTES = 1024 * 1024


@transaction.atomic
def rule_pack_draft(
    *, based_on: RulePackVersion, actor: User | None, reason: str
) -> RulePackVersion:
    """A draft that begins with the rules of another version. Raises NotAllowedError,
    InvalidError without a reason (what is to change, and why)."""
    require(actor, "add")
    document = upgraded(based_on.data)
    document["pack_version"] = _free_version(based_on.country, based_on.version)
    return _create(document, actor, reason_given(reason), based_on)


@transaction.atomic
def rule_pack_upload(*, content: bytes, actor: User | None, reason: str) -> RulePackVersion:
    """A draft from a JSON file. Raises NotAllowedError, InvalidError naming the place of a
    mistake, ConflictError where its version is taken."""
    require(actor, "add")
    document = document_read(content)
    pack = checked(document, pack_name(document))
    if RulePackVersion.objects.filter(country=pack.country, version=pack.version).exists():
        raise InvalidError(
            "rule_pack_version_taken",
            _(
                "%(pack)s is there already: give the file another pack_version, for example %(free)s."
            )
            % {"pack": pack_name(document), "free": _free_version(pack.country)},
            field="file",
        )
    return _create(document, actor, reason_given(reason), None)


@transaction.atomic
def rule_pack_change(
    *, version: RulePackVersion, document: Document, actor: User | None, checksum: str, what: str
) -> RulePackVersion:
    """Other rules for a draft. `checksum` is that of the rules the change was made from: what
    somebody saved in between is not lost. `what` was changed, for the audit log.

    Raises NotAllowedError for anybody but its author, ConflictError where it is no draft any
    more or has changed, InvalidError naming the place of a mistake.
    """
    require(actor, "change")
    locked = RulePackVersion.objects.select_for_update().get(pk=version.pk)
    if locked.status != RulePackVersion.Status.DRAFT:
        raise ConflictError(
            "rule_pack_submitted", _("It was submitted and stays: make a new version from it.")
        )
    if actor is not None and locked.author_id != actor.pk:
        raise NotAllowedError(
            "rule_pack_of_others",
            _("Only its author changes a draft: make a new version from it."),
        )
    if locked.checksum != checksum:
        raise ConflictError(
            "rule_pack_changed", _("The draft was changed meanwhile: load the page again.")
        )
    document = {**document, "country": locked.country}
    pack = checked(document, str(locked))
    failing_examples(document)
    if pack.version != locked.version:
        raise InvalidError(
            "rule_pack_version_fixed",
            _("This draft is version %(version)s: leave pack_version as it is.")
            % {"version": locked.version},
        )
    locked.data, locked.effective_from = document, pack.effective_from
    locked.checksum = checksum_of(document)
    row: Any = locked
    row._change_reason, row._history_user = what, actor  # noqa: SLF001 how history takes them
    locked.save()
    _record("rule_pack.changed", locked, actor, what=what)
    return locked


def document_read(content: bytes) -> Document:
    """A JSON object of at most 1 MiB. Raises InvalidError saying in which line it ends being
    JSON."""
    if len(content) > LARGEST_BYTES:
        raise InvalidError("rule_pack_too_large", _("The file has more than 1 MiB."), field="file")
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InvalidError(
            "rule_pack_unreadable",
            _("This is no JSON file: %(problem)s.") % {"problem": error},
            field="file",
        ) from error
    if not isinstance(document, dict):
        raise InvalidError(
            "rule_pack_unreadable", _("The file must hold one object, {…}."), field="file"
        )
    return document


def pack_name(document: Document) -> str:
    """What a pack in a file calls itself."""
    return f"{document.get('country', '')} {document.get('pack_version', '')}".strip()


def _create(
    document: Document, actor: User | None, reason: str, based_on: RulePackVersion | None
) -> RulePackVersion:
    pack = checked(document, pack_name(document))
    failing_examples(document)
    if len(pack.version) > _LONGEST_VERSION:
        raise InvalidError(
            "rule_pack_version_length",
            _("pack_version has at most %(most)d characters.") % {"most": _LONGEST_VERSION},
            field="file",
        )
    made = RulePackVersion.objects.create(
        country=pack.country,
        version=pack.version,
        effective_from=pack.effective_from,
        data=document,
        checksum=checksum_of(document),
        author=actor,
        purpose=reason,
        based_on=based_on,
    )
    _record("rule_pack.drafted", made, actor, reason=reason, based_on=str(based_on or ""))
    return made


def _free_version(country: str, base: str = "") -> str:
    """A version nobody has: the day, or that of the base where it is later, and a number behind
    it where it is taken."""
    day = max(clock.now().strftime(_DAY), base[:_DAY_LENGTH])
    taken = set(
        RulePackVersion.objects.filter(country=country, version__startswith=day).values_list(
            "version", flat=True
        )
    )
    number, free = 1, day
    while free in taken:
        number += 1
        free = f"{day}.{number}"
    return free


def _record(action: str, version: RulePackVersion, actor: User | None, **detail: Any) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject=f"rulepack:{version.pk}",
        detail={"country": version.country, "version": version.version, **detail},
    )
