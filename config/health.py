"""Whether this process lives (`/healthz`), and whether it can take work (`/readyz`)."""

import ipaddress
from typing import Any

from celery import current_app
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from kombu.exceptions import OperationalError

from carriers.models import Bind
from carriers.selectors.sessions import LIVE, session_of
from compliance.constants import Role
from compliance.selectors.access import has_role
from config.common import clock

_BROKER_SECONDS = 1


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """503 without the database. Without the broker 200 and "degraded": the database is the
    queue of record and pumps sweep it, so taking the node away would only make it worse.

    Names of binds are told to operators and on the machine itself; others get counts.
    """
    if not _database_answers():
        return _answer({"status": "unavailable", "database": "down"}, 503)
    broker = "ok" if _broker_answers() else "down"
    binds = _binds(with_names=_may_see_names(request))
    is_well = broker == "ok" and binds["bound"] == binds["enabled"]
    status = "ready" if is_well else "degraded"
    return _answer({"status": status, "database": "ok", "broker": broker, "binds": binds}, 200)


def _answer(body: dict[str, Any], status: int) -> JsonResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker_answers() -> bool:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=_BROKER_SECONDS)
    except (OperationalError, OSError):
        return False
    return True


def _binds(*, with_names: bool) -> dict[str, Any]:
    now = clock.now()
    states = {
        bind.name: session_of(bind, now).state
        for bind in Bind.objects.filter(is_enabled=True, carrier__is_active=True)
        .select_related("lease")
        .order_by("name")
    }
    counts: dict[str, Any] = {
        "enabled": len(states),
        "bound": sum(state in LIVE for state in states.values()),
    }
    return counts | ({"sessions": states} if with_names else {})


def _may_see_names(request: HttpRequest) -> bool:
    if has_role(request.user, Role.OPERATOR):
        return True
    if "X-Forwarded-For" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
