"""Sign-ins in the audit log: who came, who left, who was refused."""

import hashlib
import hmac

from django.conf import settings

from compliance.models import User
from config.common import audit

_DIGITS = 16


def signin_note(*, user: User) -> None:
    """The person signed in."""
    _note("user.signed_in", user)


def signout_note(*, user: User) -> None:
    """The person signed out."""
    _note("user.signed_out", user)


def password_change_note(*, user: User) -> None:
    """The person set a password of their own."""
    _note("user.password_changed", user)


def signin_refuse_note(*, username: str) -> None:
    """Somebody tried. A name that is known is noted; what else was typed may be a password, so
    only its keyed digest is: the same text again is recognised, and cannot be read."""
    user = User.objects.filter(username=username).first()
    if user is not None:
        audit.record(
            action="user.sign_in_refused",
            actor=None,
            subject=f"user:{user.pk}",
            detail={"username": user.username, "is_active": user.is_active},
        )
        return
    typed = hmac.new(settings.SECRET_KEY.encode(), username.encode(), hashlib.sha256)
    audit.record(
        action="user.sign_in_refused",
        actor=None,
        detail={"typed": f"hmac-sha256:{typed.hexdigest()[:_DIGITS]}"},
    )


def _note(action: str, user: User) -> None:
    audit.record(
        action=action,
        actor=user,
        subject=f"user:{user.pk}",
        detail={"username": user.username},
    )
