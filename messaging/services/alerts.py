"""Telling operators outside the console: alerts by e-mail, every platform event by signed POST."""

import json
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from config.common import clock, logs
from messaging.webhooks.client import post
from messaging.webhooks.signing import headers
from routing.heat_words import event_words
from routing.models import PlatformEvent

log = logs.get_logger(__name__)

# Older ones would only confuse: whoever looks now sees the page.
_FRESH = timedelta(hours=1)
_MOST_MAILED, _MOST_POSTED = 50, 100
_MOST_ATTEMPTS = 20


def alerts_mail() -> int:
    """One e-mail with the alerts that nobody was mailed yet; returns how many. A task calls it
    every 20 seconds, so that what happens together is told together."""
    if not settings.ALERT_RECIPIENTS:
        return 0
    now = clock.now()
    with transaction.atomic():
        rows = list(
            PlatformEvent.objects.select_for_update(skip_locked=True)
            .filter(is_alert=True, mailed_at=None, at__gte=now - _FRESH)
            .order_by("sequence")[:_MOST_MAILED]
        )
        if not rows:
            return 0
        message = EmailMessage(
            subject=_subject(rows),
            body="\n".join(map(_line, rows)),
            to=settings.ALERT_RECIPIENTS,
        )
        try:
            message.send()
        except OSError:  # smtplib's errors are among them: the next turn tries again
            log.exception("alerts were not sent")
            return 0
        PlatformEvent.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_at=now)
    return len(rows)


def _subject(rows: list[PlatformEvent]) -> str:
    first = _("%(event)s: %(carrier)s") % {
        "event": rows[0].get_type_display(),
        "carrier": rows[0].carrier or "–",
    }
    rest = len(rows) - 1
    return _("%(first)s and %(count)d more") % {"first": first, "count": rest} if rest else first


def _line(row: PlatformEvent) -> str:
    at = date_format(row.at, "SHORT_DATETIME_FORMAT")
    what = event_words(row.type, row.data)
    return f"{at}  {row.get_type_display()}  {row.carrier or ''}  {what}".rstrip()


def platform_events_post() -> int:
    """Sends the stream in its order, one at a time, and stops at the first that is not taken:
    the receiver sees no gap. Returns how many were taken."""
    if not (settings.ALERT_WEBHOOK_URL and settings.ALERT_WEBHOOK_SECRET):
        return 0
    taken = 0
    while taken < _MOST_POSTED:
        with transaction.atomic():
            row = (
                PlatformEvent.objects.select_for_update(skip_locked=True)
                .filter(
                    posted_at=None, post_attempts__lt=_MOST_ATTEMPTS, at__gte=clock.now() - _FRESH
                )
                .order_by("sequence")
                .first()
            )
            if row is None or not _posted(row):
                return taken
        taken += 1
    return taken


def _posted(row: PlatformEvent) -> bool:
    now = clock.now()
    body = json.dumps(
        {
            "sequence": row.sequence,
            "type": row.type,
            "timestamp": row.at.isoformat(),
            "data": {"carrier": row.carrier.code if row.carrier else None} | row.data,
        },
        ensure_ascii=False,
    )
    signed = headers(
        message_id=f"platform_{row.sequence}",
        at=now,
        body=body,
        signing_secrets=[settings.ALERT_WEBHOOK_SECRET],
    )
    answer = post(settings.ALERT_WEBHOOK_URL, body, signed, now=now)
    row.post_attempts += 1
    row.posted_at = now if answer.is_success else None
    row.save(update_fields=["post_attempts", "posted_at"])
    return answer.is_success
