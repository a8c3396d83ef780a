"""How the lists of consent are narrowed."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import TextFilter

from config.common import clock

_SOON = timedelta(days=30)


class StandingFilter(admin.SimpleListFilter):
    """What holds now: a grant past its end no longer counts."""

    title = _("consent")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("valid", _("Granted and valid")),
            ("expiring", _("Ends within 30 days")),
            ("pending", _("Asked, not answered")),
            ("revoked", _("Revoked")),
            ("lapsed", _("Lapsed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = clock.now()
        granted = Q(state="granted")
        ended = granted & Q(expires_at__lte=now)
        chosen = {
            "valid": granted & (Q(expires_at=None) | Q(expires_at__gt=now)),
            "expiring": granted & Q(expires_at__gt=now, expires_at__lte=now + _SOON),
            "pending": Q(state="requested"),
            "revoked": Q(state="revoked"),
            "lapsed": Q(state="lapsed") | ended,
        }.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


class SourceFilter(TextFilter):
    """By where consent was given: the beginning is enough."""

    title = _("source")
    parameter_name = "source"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value()
        return queryset.filter(source__istartswith=wanted) if wanted else queryset
