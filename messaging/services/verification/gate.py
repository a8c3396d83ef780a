"""Whether a verification may start: the country, the shield's mode, holds, and overrides of all of
these. One query; what is decided there is told to the caller and kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from config.common.errors import NotAllowedError
from messaging.constants import HoldCause, ShieldMode, VerificationReason
from messaging.models import Verification
from messaging.sandbox import HELD, verification_refusal_of
from messaging.verification.places import prefixes_of, subscriber_of
from messaging.verification.shield import mode_for

_DAY = timedelta(days=1)
_FACTS = """
SELECT
    (SELECT json_agg(json_build_array(service_id, country, mode)) FROM messaging_shieldrule
     WHERE account_id = %(account)s AND country = ANY(%(countries)s)
       AND (service_id IS NULL OR service_id = %(service)s)),
    (SELECT json_agg(json_build_array(cause, is_monitor, extract(epoch FROM until))
                     ORDER BY until DESC)
     FROM messaging_verificationhold
     WHERE service_id = %(service)s AND country = %(country)s AND prefix = ANY(%(prefixes)s)
       AND ended_at IS NULL AND until > %(now)s),
    EXISTS (SELECT 1 FROM messaging_verificationoverride
     WHERE account_id = %(account)s AND (service_id IS NULL OR service_id = %(service)s)
       AND prefix = ANY(%(prefixes)s) AND ended_at IS NULL AND until > %(now)s),
    CASE WHEN %(ip)s::inet IS NOT NULL THEN
        (SELECT count(DISTINCT country) FROM messaging_verification
         WHERE account_id = %(account)s AND ip <<= %(ip)s::inet AND created_at > %(day)s
           AND NOT is_test AND country <> %(country)s) END
"""


class VerificationRefusedError(NotAllowedError):
    """A start that is not sent; `reason` is kept with it."""

    def __init__(self, code: str, message: str, reason: str, **context: object) -> None:
        super().__init__(code, message, field="to", **context)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Leave:
    """What the gate says of a start it lets pass: whether somebody's word overrides limits, and
    what a shield that only looks on would have held it for."""

    is_overridden: bool = False
    noted: str = ""


Holds = Sequence[tuple[str, bool, float]]


def gate_pass(verification: Verification, now: datetime) -> Leave:
    """Raises VerificationRefusedError. Countries and modes are settings, and hold for test keys
    too; what the shield sees in others' traffic does not, only the number that stands for it."""
    service, country = verification.service, verification.country
    if verification.is_test and verification_refusal_of(verification.msisdn) == HELD:
        raise _held((now + timedelta(minutes=service.hold_minutes)).timestamp(), now)
    rules, holds, is_overridden, other_countries = _facts(verification, now)
    if is_overridden:
        return Leave(is_overridden=True)
    if country not in service.countries:
        raise VerificationRefusedError(
            "verification_country_closed",
            _("The service sends no codes to %(country)s: open the country in its settings.")
            % {"country": country},
            VerificationReason.COUNTRY,
        )
    mode = mode_for(rules, service.pk, country, service.mode)
    if mode == ShieldMode.BLOCK:
        raise VerificationRefusedError(
            "verification_country_blocked",
            _("The shield blocks codes to %(country)s: an officer can change its mode.")
            % {"country": country},
            VerificationReason.MODE,
        )
    if mode == ShieldMode.ALLOW or verification.is_test:
        return Leave()
    is_monitor = mode == ShieldMode.MONITOR
    noted = _holds_asked(holds, now, is_monitor=is_monitor)
    if other_countries is not None and other_countries >= service.countries_per_ip:
        if not is_monitor:
            raise _many_countries(other_countries)
        noted = noted or HoldCause.IP_COUNTRIES.value
    return Leave(noted=noted)


def _holds_asked(holds: Holds, now: datetime, *, is_monitor: bool) -> str:
    """The cause of a hold that only notes, or "". What a person placed holds in any mode."""
    for cause, only_notes, until in holds:
        if cause == HoldCause.BY_HAND or not (only_notes or is_monitor):
            raise _held(until, now)
    return holds[0][0] if holds else ""


def _many_countries(count: int) -> VerificationRefusedError:
    return VerificationRefusedError(
        "verification_ip_countries",
        _(
            "From this address codes were asked for in %(count)d other countries today: an"
            " officer can override it for the number."
        )
        % {"count": count},
        VerificationReason.IP_COUNTRIES,
    )


def _held(until: float, now: datetime) -> VerificationRefusedError:
    seconds = max(1, round(until - now.timestamp()))
    return VerificationRefusedError(
        "verification_held",
        _(
            "Codes into this block of numbers are held, because it looks like SMS pumping: try"
            " again in %(minutes)d min, or ask an officer for an override."
        )
        % {"minutes": -(-seconds // 60)},
        VerificationReason.HELD,
        retry_after=seconds,
    )


def _facts(
    verification: Verification, now: datetime
) -> tuple[list[tuple[int | None, str, str]], Holds, bool, int | None]:
    parameters: dict[str, Any] = {
        "account": verification.account_id,
        "service": verification.service_id,
        "country": verification.country,
        "countries": ["", verification.country],
        "prefixes": prefixes_of(verification.msisdn),
        "ip": subscriber_of(verification.ip) if verification.ip else None,
        "now": now,
        "day": now - _DAY,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, parameters)
        rules, holds, is_overridden, countries = cursor.fetchone()
    return (
        [(who, where, mode) for who, where, mode in rules or ()],
        [(cause, only_notes, float(until)) for cause, only_notes, until in holds or ()],
        bool(is_overridden),
        countries,
    )
