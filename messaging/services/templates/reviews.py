"""The review of a version: every change of its state, by compare-and-swap."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from compliance.models import User
from config.common import clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from config.common.states import transition
from messaging.constants import VERSION_TRANSITIONS, VersionStatus
from messaging.models import Template, TemplateVersion
from messaging.selectors.templates import findings_of, is_blocked_everywhere, unsent_count
from messaging.services.templates.records import permission_required, version_record
from messaging.services.templates.versions import wording_complete


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A version that may not be sent any more; `stopped` messages of it had not left."""

    version: TemplateVersion
    stopped: int


@transaction.atomic
def version_submit(*, version: TemplateVersion, actor: User) -> TemplateVersion:
    """Hands a draft to the reviewers; from now on its text stays as it is.

    Raises NotAllowedError, InvalidError where it is not complete, ConflictError where it is no
    draft or another version of the template waits for review.
    """
    permission_required(actor, "messaging.submit_templateversion", version)
    _lock(version)
    wording_complete(version)
    waiting = TemplateVersion.objects.filter(
        template_id=version.template_id, status=VersionStatus.SUBMITTED
    ).exclude(pk=version.pk)
    if waiting.exists():
        raise ConflictError(
            "review_open",
            _("Another version of this template waits for approval: withdraw it first."),
        )
    _move(version, VersionStatus.SUBMITTED, submitted_at=clock.now())
    version_record(version, actor, "template_version.submitted")
    return version


@transaction.atomic
def version_approve(
    *, version: TemplateVersion, reviewer: User, comment: str = ""
) -> TemplateVersion:
    """Makes a submitted version the one that is sent; the former one is retired with it.

    Raises NotAllowedError for the author (whatever their roles) and where a rule forbids the text
    in every country, ConflictError where it does not wait for approval.
    """
    _reviewer_checked(version, reviewer)
    _lock(version)
    _content_checked(version)
    former = TemplateVersion.objects.filter(
        template_id=version.template_id, status=VersionStatus.APPROVED
    ).first()
    if former is not None and former.pk != version.pk:
        _move(former, VersionStatus.RETIRED)
        version_record(
            former,
            reviewer,
            "template_version.retired",
            comment=_("replaced by version %(number)d") % {"number": version.number},
        )
    _move(version, VersionStatus.APPROVED, **_reviewed(reviewer, comment, clock.now()))
    version_record(version, reviewer, "template_version.approved", comment=comment)
    return version


@transaction.atomic
def version_reject(*, version: TemplateVersion, reviewer: User, comment: str) -> TemplateVersion:
    """Sends a submitted version back for good; the author writes a new one. Errors as above, and
    InvalidError without a comment."""
    _reviewer_checked(version, reviewer)
    if not comment.strip():
        raise InvalidError(
            "comment_required",
            _("Say in the comment what the author has to change."),
            field="comment",
        )
    _lock(version)
    _move(version, VersionStatus.REJECTED, **_reviewed(reviewer, comment, clock.now()))
    version_record(version, reviewer, "template_version.rejected", comment=comment)
    return version


@transaction.atomic
def version_withdraw(*, version: TemplateVersion, actor: User, comment: str = "") -> Withdrawal:
    """Takes a submitted or approved version back, by an officer or its author.

    Of an approved one nothing leaves any more: the change raises the configuration version, so
    that waiting and queued messages are decided again and blocked. Raises NotAllowedError,
    ConflictError, and InvalidError where an approved one is withdrawn without a reason.
    """
    is_author = version.author_id == actor.pk
    if not (is_author and actor.has_perm("messaging.submit_templateversion", version)):
        permission_required(actor, "messaging.withdraw_templateversion", version)
    _lock(version)
    was_approved = version.status == VersionStatus.APPROVED
    if was_approved and not comment.strip():
        raise InvalidError(
            "comment_required",
            _("Give the reason: what waits to be sent is stopped with it."),
            field="comment",
        )
    stopped = unsent_count(version) if was_approved else 0
    _move(version, VersionStatus.WITHDRAWN, comment=comment.strip() or version.comment)
    version_record(version, actor, "template_version.withdrawn", comment=comment)
    return Withdrawal(version, stopped)


def _lock(version: TemplateVersion) -> None:
    """One change of a template's versions at a time, on the state as it is now."""
    Template.objects.select_for_update(no_key=True).get(pk=version.template_id)
    version.refresh_from_db()


def _reviewer_checked(version: TemplateVersion, reviewer: User) -> None:
    if version.author_id == reviewer.pk:
        raise NotAllowedError(
            "own_version",
            _("You wrote this version: another compliance officer has to review it."),
        )
    permission_required(reviewer, "messaging.review_templateversion", version)


def _content_checked(version: TemplateVersion) -> None:
    findings = findings_of(version)
    if not is_blocked_everywhere(findings):
        return
    worst = next(one for one in findings[0].findings if one.is_blocking)
    raise NotAllowedError(
        "content_rule",
        _("A rule forbids this text: %(message)s %(fix)s (%(citation)s)")
        % {"message": worst.message, "fix": worst.fix, "citation": worst.citation},
    )


def _reviewed(reviewer: User, comment: str, at: datetime) -> dict[str, Any]:
    return {"reviewer": reviewer, "reviewed_at": at, "comment": comment.strip()}


def _move(version: TemplateVersion, to: VersionStatus, **fields: Any) -> None:
    """Raises ConflictError where the present state does not lead to `to`."""
    try:
        with transaction.atomic():
            moved = transition(
                TemplateVersion, [version.pk], to=to, transitions=VERSION_TRANSITIONS, **fields
            )
    except IntegrityError as error:
        raise _moved_on(version) from error
    if not moved:
        raise _moved_on(version)
    version.refresh_from_db()


def _moved_on(version: TemplateVersion) -> ConflictError:
    return ConflictError(
        "version_state",
        _("That is not possible: this version is now “%(status)s”. Reload the page.")
        % {"status": version.get_status_display()},
    )
