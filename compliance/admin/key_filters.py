"""Filters of the list of keys."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from compliance.constants import Scope
from config.common import clock


class KeyStateFilter(SimpleListFilter):
    """Whether a key works."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("active", _("Active")),
            ("expired", _("Expired")),
            ("revoked", _("Revoked")),
            ("unused", _("Never used")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        over = Q(expires_at__lte=clock.now())
        wanted = {
            "active": ~over & Q(revoked_at=None),
            "expired": over & Q(revoked_at=None),
            "revoked": Q(revoked_at__isnull=False),
            "unused": Q(last_used_at=None, former_used_at=None, revoked_at=None),
        }.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(wanted)


class ScopeFilter(SimpleListFilter):
    """What a key may do."""

    title = _("scope")
    parameter_name = "scope"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(one.value, one.value) for one in Scope]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(scopes__contains=[self.value()]) if self.value() else queryset
