"""Taking a version back: what still waits with it is stopped."""

from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.models import User
from config.common.errors import InvalidError
from messaging.constants import EventType, VersionStatus
from messaging.models import TemplateVersion
from messaging.selectors.templates import unsent_count
from messaging.services.templates.records import permission_required, version_record
from messaging.services.templates.steps import version_lock, version_move, version_tell

# What may be on its way: a retired version finishes what was accepted with it.
SENT_WITH: Final = frozenset({VersionStatus.APPROVED, VersionStatus.RETIRED})
NEEDS_REASON: Final = SENT_WITH | {VersionStatus.STAGED}


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A version that may not be sent any more; `stopped` messages of it had not left."""

    version: TemplateVersion
    stopped: int


@transaction.atomic
def version_withdraw(*, version: TemplateVersion, actor: User, comment: str = "") -> Withdrawal:
    """Takes a version back that is or was to be sent, by an officer or its author.

    Of an approved or retired one nothing leaves any more: the change raises the configuration
    version, so that waiting and queued messages are decided again and blocked. Raises
    NotAllowedError, ConflictError, and InvalidError where one that was approved is withdrawn
    without a reason.
    """
    is_author = version.author_id == actor.pk
    if not (is_author and actor.has_perm("messaging.submit_templateversion", version)):
        permission_required(actor, "messaging.withdraw_templateversion", version)
    version_lock(version)
    if version.status in NEEDS_REASON and not comment.strip():
        raise InvalidError(
            "comment_required",
            _("Give the reason: what waits to be sent is stopped with it."),
            field="comment",
        )
    return version_stop(version, actor, comment)


def version_stop(version: TemplateVersion, actor: User | None, comment: str) -> Withdrawal:
    """The withdrawal of a locked version within the caller's transaction; nobody is the system."""
    stopped = unsent_count(version) if version.status in SENT_WITH else 0
    version_move(version, VersionStatus.WITHDRAWN, comment=comment.strip() or version.comment)
    version_record(version, actor, "template_version.withdrawn", comment=comment)
    version_tell(version, EventType.TEMPLATE_WITHDRAWN, comment)
    return Withdrawal(version, stopped)
