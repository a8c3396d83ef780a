"""The review of a version: handed in, approved or rejected, by compare-and-swap."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from compliance.models import User
from config.common import clock
from config.common.errors import ConflictError, InvalidError, NotAllowedError
from messaging.constants import EventType, VersionStatus
from messaging.models import TemplateVersion
from messaging.selectors.findings import CountryFindings, findings_of, is_blocked_everywhere
from messaging.selectors.reviews import review_fingerprint
from messaging.services.templates.records import permission_required, version_record
from messaging.services.templates.steps import (
    version_enforce,
    version_lock,
    version_move,
    version_tell,
)
from messaging.services.templates.versions import wording_complete

LONGEST_WAIT: Final = timedelta(days=366)  # farther away is a slip of the year


@transaction.atomic
def version_submit(*, version: TemplateVersion, actor: User) -> TemplateVersion:
    """Hands a draft to the reviewers; from now on its text stays as it is.

    Raises NotAllowedError, InvalidError where it is not complete, ConflictError where it is no
    draft or another version of the template waits for review.
    """
    permission_required(actor, "messaging.submit_templateversion", version)
    version_lock(version)
    wording_complete(version)
    waiting = TemplateVersion.objects.filter(
        template_id=version.template_id, status=VersionStatus.SUBMITTED
    ).exclude(pk=version.pk)
    if waiting.exists():
        raise ConflictError(
            "review_open",
            _("Another version of this template waits for approval: withdraw it first."),
        )
    version_move(version, VersionStatus.SUBMITTED, submitted_at=clock.now())
    version_record(version, actor, "template_version.submitted")
    version_tell(version, EventType.TEMPLATE_SUBMITTED)
    return version


@transaction.atomic
def version_approve(
    *,
    version: TemplateVersion,
    reviewer: User,
    comment: str = "",
    activates_at: datetime | None = None,
    seen: str | None = None,
) -> TemplateVersion:
    """Makes a submitted version the one that is sent; the former one is retired with it.

    With `activates_at` (aware, in the future) it is staged: the former version stays in force
    until then. `seen` is the `review_fingerprint` of what the reviewer looked at.

    Raises NotAllowedError for the author (whatever their roles) and where a rule forbids the text
    in every country; ConflictError where it does not wait for approval, where another version
    is staged, and where what was seen is no longer so; InvalidError for a time that is over.
    """
    version_pass(version, reviewer, comment, activates_at=activates_at, seen=seen)
    version_tell(version, EventType.TEMPLATE_APPROVED, comment)
    return version


def version_pass(
    version: TemplateVersion,
    reviewer: User,
    comment: str,
    *,
    activates_at: datetime | None = None,
    seen: str | None = None,
) -> None:
    """`version_approve` within the caller's transaction, and without its event."""
    reviewer_check(version, reviewer)
    version_lock(version)
    _nothing_staged(version)
    findings = findings_of(version)
    if seen is not None and seen != review_fingerprint(version, findings):
        raise ConflictError(
            "review_changed",
            _(
                "What you saw has changed since you opened the page, such as what the rules say:"
                " look at it again, then decide."
            ),
        )
    content_check(findings)
    reviewed = _reviewed(reviewer, comment, clock.now())
    if activates_at is None:
        version_enforce(version, reviewer, **reviewed)
        version_record(version, reviewer, "template_version.approved", comment=comment)
        return
    _time_check(activates_at)
    version_move(version, VersionStatus.STAGED, activates_at=activates_at, **reviewed)
    version_record(version, reviewer, "template_version.staged", comment=comment)


@transaction.atomic
def version_reject(*, version: TemplateVersion, reviewer: User, comment: str) -> TemplateVersion:
    """Sends a submitted version back for good; the author writes a new one. Errors as above, and
    InvalidError without a comment."""
    reviewer_check(version, reviewer)
    if not comment.strip():
        raise InvalidError(
            "comment_required",
            _("Say in the comment what the author has to change."),
            field="comment",
        )
    version_lock(version)
    version_move(version, VersionStatus.REJECTED, **_reviewed(reviewer, comment, clock.now()))
    version_record(version, reviewer, "template_version.rejected", comment=comment)
    version_tell(version, EventType.TEMPLATE_REJECTED, comment)
    return version


def reviewer_check(version: TemplateVersion, reviewer: User) -> None:
    """Raises NotAllowedError for the author, superuser or not, and without the role."""
    if version.author_id == reviewer.pk:
        raise NotAllowedError(
            "own_version",
            _("You wrote this version: another compliance officer has to review it."),
        )
    permission_required(reviewer, "messaging.review_templateversion", version)


def content_check(findings: Sequence[CountryFindings]) -> None:
    """Raises NotAllowedError, with the rule, where a text could be sent nowhere."""
    if not is_blocked_everywhere(findings):
        return
    worst = next(one for one in findings[0].findings if one.is_blocking)
    raise NotAllowedError(
        "content_rule",
        _("A rule forbids this text: %(message)s %(fix)s (%(citation)s)")
        % {"message": worst.message, "fix": worst.fix, "citation": worst.citation},
    )


def _nothing_staged(version: TemplateVersion) -> None:
    """A decision that is made already is not overturned in passing."""
    staged = (
        TemplateVersion.objects.filter(template_id=version.template_id, status=VersionStatus.STAGED)
        .exclude(pk=version.pk)
        .first()
    )
    if staged is None or staged.activates_at is None:
        return
    raise ConflictError(
        "another_staged",
        _(
            "Version %(number)d is approved for %(time)s: withdraw it or put it in force now, then"
            " approve this one."
        )
        % {
            "number": staged.number,
            "time": date_format(localtime(staged.activates_at), "DATETIME_FORMAT"),
        },
    )


def _time_check(activates_at: datetime) -> None:
    now = clock.now()
    if activates_at <= now:
        raise InvalidError(
            "time_is_over",
            _("This time is over: choose a later one, or none to put it in force at once."),
            field="activates_at",
        )
    if activates_at > now + LONGEST_WAIT:
        raise InvalidError(
            "time_too_far",
            _("This time is more than a year away: choose an earlier one."),
            field="activates_at",
        )


def _reviewed(reviewer: User, comment: str, at: datetime) -> dict[str, Any]:
    return {"reviewer": reviewer, "reviewed_at": at, "comment": comment.strip()}
