"""The steps that every change of a version's state is made of: lock, move, write down, tell."""

from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from compliance.models import User
from config.common import clock
from config.common.errors import ConflictError
from config.common.states import transition
from messaging.constants import VERSION_TRANSITIONS, EventType, VersionStatus
from messaging.models import Template, TemplateVersion
from messaging.services.events import event_append
from messaging.services.templates.records import version_record


def version_lock(version: TemplateVersion) -> None:
    """One change of a template's versions at a time, on the state as it is now."""
    Template.objects.select_for_update(no_key=True).get(pk=version.template_id)
    version.refresh_from_db()


def version_move(version: TemplateVersion, to: VersionStatus, **fields: Any) -> None:
    """Raises ConflictError where the present state does not lead to `to`."""
    try:
        with transaction.atomic():
            moved = transition(
                TemplateVersion, [version.pk], to=to, transitions=VERSION_TRANSITIONS, **fields
            )
    except IntegrityError as error:
        raise moved_on(version) from error
    if not moved:
        raise moved_on(version)
    version.refresh_from_db()


def version_enforce(version: TemplateVersion, actor: User | None, **fields: Any) -> None:
    """Makes a version the one that is sent; the former one is retired with it."""
    former = TemplateVersion.objects.filter(
        template_id=version.template_id, status=VersionStatus.APPROVED
    ).first()
    if former is not None and former.pk != version.pk:
        version_move(former, VersionStatus.RETIRED)
        version_record(
            former,
            actor,
            "template_version.retired",
            comment=_("replaced by version %(number)d") % {"number": version.number},
        )
    version_move(version, VersionStatus.APPROVED, **fields)


def version_tell(version: TemplateVersion, event_type: EventType, comment: str = "") -> None:
    """The event of what happened, for pollers and webhooks; the last step of a transaction."""
    at = version.activates_at
    with connection.cursor() as cursor:
        event_append(
            cursor,
            account_id=version.template.account_id,
            event_type=event_type,
            at=clock.now(),
            data={
                "template": version.template.slug,
                "version": version.number,
                "class": version.template.message_class,
                "status": version.status,
                "comment": comment.strip(),
                "activates_at": at.isoformat() if at else None,
            },
        )


def moved_on(version: TemplateVersion) -> ConflictError:
    """The refusal of a step to which the version's state does not lead."""
    return ConflictError(
        "version_state",
        _("That is not possible: this version is now “%(status)s”. Reload the page.")
        % {"status": version.get_status_display()},
    )
