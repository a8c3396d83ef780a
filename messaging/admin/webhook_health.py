"""How webhooks do, in columns and facts: asked once for all rows of a page."""

from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from config.common import clock
from config.common.console.labels import label
from messaging.admin.labels import ago, moment
from messaging.models import WebhookEndpoint
from messaging.selectors.webhooks import Attempts, Health, webhooks_health

# Below these shares of success a label turns yellow, and red.
_GOOD, _FAIR = 0.99, 0.9
_WARNED_BEFORE: Final = timedelta(days=30)


class HealthMixin:
    """Columns of `WebhookEndpoint`. Put it before the page's class."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Every row knows how it does."""
        changes = super().get_changelist_instance(request)  # type: ignore[misc]
        found = webhooks_health([row.pk for row in changes.result_list])
        for row in changes.result_list:
            row.known_health = found[row.pk]
        return changes

    @display(description=_("state"))
    def state(self, obj: WebhookEndpoint) -> SafeString:
        if not obj.is_enabled:
            return label(_("Disabled"), "danger")
        if obj.account.residency and obj.country not in obj.account.residency:
            return label(_("Outside of where the data stays"), "danger")
        if obj.failing_since is not None:
            return label(_("Failing"), "warning")
        ends_at = obj.client_certificate_ends_at
        if ends_at is not None and ends_at <= clock.now() + _WARNED_BEFORE:
            return label(_("Client certificate ends"), "warning")
        return label(_("Enabled"), "success")

    @display(description=_("failing for"))
    def failing(self, obj: WebhookEndpoint) -> str:
        return ago(obj.failing_since)

    @display(description=_("success, last hour"))
    def success(self, obj: WebhookEndpoint) -> SafeString | str:
        return _rate(_health(obj).hour)

    @display(description=_("success, last day"))
    def success_of_day(self, obj: WebhookEndpoint) -> SafeString | str:
        return _rate(_health(obj).day)

    @display(description=_("median answer"))
    def median(self, obj: WebhookEndpoint) -> str:
        found = _health(obj).median_milliseconds
        return "–" if found is None else gettext("%(count)d ms") % {"count": found}

    @display(description=_("waiting"))
    def waiting(self, obj: WebhookEndpoint) -> str:
        return number_format(_health(obj).waiting, force_grouping=True)

    @display(description=_("given up"))
    def given_up(self, obj: WebhookEndpoint) -> str:
        return number_format(_health(obj).given_up, force_grouping=True)

    @display(description=_("signatures"))
    def signatures(self, obj: WebhookEndpoint) -> str:
        """Two while a new secret spreads."""
        until = obj.previous_secret_until
        if until is None or until <= clock.now():
            return gettext("one, of the present secret")
        return gettext("two: the former secret signs too until %(time)s") % {"time": moment(until)}

    @display(description=_("client certificate ends"))
    def certificate(self, obj: WebhookEndpoint) -> SafeString | str:
        ends_at = obj.client_certificate_ends_at
        if ends_at is None:
            return "–"
        left = ends_at - clock.now()
        if left > _WARNED_BEFORE:
            return moment(ends_at)
        return label(moment(ends_at), "warning" if left > timedelta() else "danger")


def _health(obj: WebhookEndpoint) -> Health:
    known = getattr(obj, "known_health", None)
    if known is None:
        known = obj.known_health = webhooks_health([obj.pk])[obj.pk]  # type: ignore[attr-defined]
    assert isinstance(known, Health)
    return known


def _rate(found: Attempts) -> SafeString | str:
    rate = found.rate
    if rate is None:
        return "–"
    colour = "success" if rate >= _GOOD else "warning" if rate >= _FAIR else "danger"
    shown = number_format(rate * 100, 1)
    text = gettext("%(share)s%% of %(count)s") % {
        "share": shown,
        "count": number_format(found.succeeded + found.failed, force_grouping=True),
    }
    return label(text, colour)
