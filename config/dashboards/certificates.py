"""Certificates we show to carriers, when they end soon."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carriers.checks.certificates import ALARM_DAYS, days_left
from carriers.models import Bind
from config.common import clock
from config.common.console.labels import label
from config.dashboards.panels import Panel, link, page


def certificates_panel() -> list[Panel]:
    """Nothing while all of them hold for a month."""
    now = clock.now()
    binds = Bind.objects.filter(is_enabled=True, use_tls=True).exclude(tls_certificate="")
    rows = []
    for bind in binds.select_related("carrier").order_by("name"):
        left = days_left(bind.tls_certificate, now)
        if left is None or left > ALARM_DAYS:
            continue
        if left < 0:
            text = _("Ended: the carrier will refuse us")
        else:
            text = ngettext("%(count)d day left", "%(count)d days left", left) % {"count": left}
        rows.append(
            [
                link(bind.name, page("carriers.bind", "change", bind.pk)),
                bind.carrier.name,
                label(text, "danger" if left < ALARM_DAYS // 4 else "warning"),
            ]
        )
    if not rows:
        return []
    return [
        Panel(
            title=_("Client certificates that end soon"),
            headers=[_("Bind"), _("Carrier"), _("Certificate")],
            rows=rows,
            empty="",
        )
    ]
