"""Colours and words that the pages share."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from config.common import clock
from config.common.durations import since
from messaging.constants import MessageStatus, VersionStatus
from messaging.models import WebhookDelivery

MESSAGE_COLOURS = {
    MessageStatus.ACCEPTED: "info",
    MessageStatus.SCHEDULED: "info",
    MessageStatus.QUEUED: "info",
    MessageStatus.SENT: "primary",
    MessageStatus.DELIVERED: "success",
    MessageStatus.UNDELIVERED: "danger",
    MessageStatus.FAILED: "danger",
    MessageStatus.EXPIRED: "warning",
    MessageStatus.BLOCKED: "warning",
    MessageStatus.CANCELED: "",
    MessageStatus.UNKNOWN: "warning",
}
VERSION_COLOURS = {
    VersionStatus.DRAFT: "",
    VersionStatus.SUBMITTED: "info",
    VersionStatus.STAGED: "primary",
    VersionStatus.APPROVED: "success",
    VersionStatus.REJECTED: "danger",
    VersionStatus.WITHDRAWN: "warning",
    VersionStatus.RETIRED: "",
}
DELIVERY_COLOURS = {
    WebhookDelivery.Status.PENDING: "info",
    WebhookDelivery.Status.DELIVERED: "success",
    WebhookDelivery.Status.FAILED: "danger",
}
SEVERITY_COLOURS = {"block": "danger", "delay": "info", "warn": "warning"}
ENCODINGS = {"gsm7": "GSM-7", "ucs2": "UCS-2", "latin1": "Latin-1"}
_MICROS = Decimal(1_000_000)


def link(text: object, url: str) -> SafeString:
    """A link inside a table or a fact."""
    return format_html(
        '<a class="font-medium text-primary-600 dark:text-primary-500" href="{}">{}</a>', url, text
    )


def lines(words: str) -> SafeString:
    """A text with its newlines as they are."""
    return format_html('<span style="white-space: pre-wrap">{}</span>', words)


def change_page(label_lower: str, pk: Any) -> str:
    """The address of an object's page: `change_page("messaging.message", id)`."""
    app, model = label_lower.split(".")
    return reverse(f"admin:{app}_{model}_change", args=[pk])


def money(micros: int, currency: str) -> str:
    """An amount with its currency, as many decimals as it has."""
    return f"{amount(micros)} {currency}"


def amount(micros: int) -> str:
    """An amount where the currency is said elsewhere."""
    exact = (Decimal(micros) / _MICROS).normalize()
    exponent = exact.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return str(number_format(exact, decimal_pos=decimals, use_l10n=True, force_grouping=True))


def moment(at: datetime | None) -> str:
    """A time in the reader's zone; a dash for none."""
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT") if at else "–"


def ago(at: datetime | None) -> str:
    """How long ago, in the largest unit; a dash for never."""
    if at is None:
        return "–"
    if clock.now() - at < timedelta(minutes=1):
        return _("just now")
    return _("%(time)s ago") % {"time": since(at, clock.now())}
