"""What every template service does beside its work: ask the role, keep history and audit."""

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from compliance.models import User
from config.common import audit, clock
from config.common.errors import NotAllowedError
from messaging.models import TemplateVersion

_REASON_CHARACTERS = 100  # simple-history's column


def permission_required(actor: User, permission: str, obj: Model) -> None:
    """Raises NotAllowedError where no role of the actor in the object's account allows it."""
    if not actor.has_perm(permission, obj):
        raise NotAllowedError(
            "role_missing",
            _("Your role in this account does not allow that: ask an administrator for the role."),
        )


def history_write(obj: Model, actor: User | None, reason: str, *, is_new: bool) -> None:
    """One row of history that names the actor also where no web request does; None is the
    system. Reasons are cut at 100 characters; the audit log and the version have all of it."""
    obj.history.bulk_history_create(  # type: ignore[attr-defined]
        [obj],
        update=not is_new,
        default_user=actor,
        default_change_reason=reason[:_REASON_CHARACTERS],
        default_date=clock.now(),
    )


def version_record(
    version: TemplateVersion,
    actor: User | None,
    action: str,
    *,
    comment: str = "",
    is_new: bool = False,
) -> None:
    """History and audit entry of what happened to a version."""
    word = action.partition(".")[2]
    history_write(version, actor, f"{word}: {comment}" if comment else word, is_new=is_new)
    audit.record(
        action=action,
        actor=actor,
        account_id=version.template.account_id,
        subject=f"template_version:{version.pk}",
        detail={
            "template": version.template.slug,
            "version": version.number,
            "comment": comment,
        },
    )
