"""Approved versions that wait for their time: put in force by beat, or earlier by a person."""

from datetime import datetime
from typing import Final

from django.db import Error, transaction

from compliance.models import User
from config.common import clock, logs
from config.common.errors import DomainError, NotAllowedError
from messaging.constants import EventType, VersionStatus
from messaging.models import Template, TemplateVersion
from messaging.selectors.findings import findings_of
from messaging.services.templates.records import version_record
from messaging.services.templates.reviews import content_check, reviewer_check
from messaging.services.templates.steps import moved_on, version_enforce, version_lock, version_tell
from messaging.services.templates.withdrawals import version_stop

log = logs.get_logger(__name__)

PLANNED: Final = "planned"  # the reason in history; pages say it in the reader's language
_AT_ONCE: Final = 200


@transaction.atomic
def version_activate(
    *, version: TemplateVersion, reviewer: User, comment: str = ""
) -> TemplateVersion:
    """Puts a staged version in force before its time.

    Raises NotAllowedError as approving does, and ConflictError where it is not staged (any more).
    """
    reviewer_check(version, reviewer)
    version_lock(version)
    if version.status != VersionStatus.STAGED:
        raise moved_on(version)
    content_check(findings_of(version))
    _enforce(version, reviewer, comment, activates_at=clock.now())
    return version


def versions_activate_due() -> dict[str, int]:
    """Puts in force what is due, each in its own transaction; says how many came into force,
    and how many a rule had meanwhile forbidden. Safe with several at a time, and repeated."""
    due = TemplateVersion.objects.filter(status=VersionStatus.STAGED, activates_at__lte=clock.now())
    counts = {"activated": 0, "withdrawn": 0}
    for version_id in due.order_by("activates_at").values_list("pk", flat=True)[:_AT_ONCE]:
        try:
            done = _activate_due(version_id)
        except (DomainError, Error):  # one bad row never stops the loop
            log.exception("staged version not activated", extra={"version_id": version_id})
            continue
        if done:
            counts[done] += 1
    return counts


@transaction.atomic
def _activate_due(version_id: int) -> str | None:
    """Withdrawn where a rule came meanwhile that forbids the text: the former version stays."""
    template = (
        Template.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(versions__pk=version_id)
        .first()
    )
    if template is None:  # somebody is at it: next time
        return None
    version = TemplateVersion.objects.select_related("template__account", "reviewer").get(
        pk=version_id
    )
    is_due = version.activates_at is not None and version.activates_at <= clock.now()
    if version.status != VersionStatus.STAGED or not is_due:
        return None
    try:
        content_check(findings_of(version))
    except NotAllowedError as error:
        version_stop(version, None, str(error))
        return "withdrawn"
    _enforce(version, version.reviewer, PLANNED)
    return "activated"


def _enforce(
    version: TemplateVersion, actor: User | None, comment: str, **fields: datetime
) -> None:
    version_enforce(version, actor, **fields)
    version_record(version, actor, "template_version.activated", comment=comment)
    version_tell(version, EventType.TEMPLATE_APPROVED, version.comment)
