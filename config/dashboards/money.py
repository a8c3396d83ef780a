"""What accounts may still spend, and which of them are near their limits."""

from collections.abc import Iterable

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.common import clock
from config.common.console.labels import label
from config.dashboards.panels import Link, Panel, Viewer, link, page
from messaging.constants import BillingMode
from messaging.money.amounts import money_text
from messaging.selectors.money.positions import Position, limited_positions, positions_of

_SHOWN = 8
_WARNED, _EXHAUSTED = 80, 100


def money_panels(viewer: Viewer) -> list[Panel]:
    """For the people of accounts: where each stands."""
    found = positions_of(viewer.account_ids, clock.now())
    if not found:
        return []
    links = [Link(_("Statements"), page("messaging.charge", "changelist"))]
    return [_panel(_("Money"), found.values(), links)]


def low_money_panels() -> list[Panel]:
    """For administrators: accounts that are near a limit, the nearest first."""
    near = [
        one
        for one in limited_positions(clock.now()).values()
        if one.standing.used_percent >= _WARNED
    ]
    near.sort(key=lambda one: -one.standing.used_percent)
    links = [Link(_("Balances"), page("messaging.balance", "changelist"))]
    return [_panel(_("Accounts that run out of money"), near, links)]


def _panel(title: str, positions: Iterable[Position], links: list[Link]) -> Panel:
    return Panel(
        title=title,
        headers=[
            _("Account"),
            _("How it pays"),
            _("May still be spent"),
            _("Used"),
            _("Reserved"),
        ],
        rows=[
            [
                link(one.name, page("messaging.balance", "change", one.account_id)),
                BillingMode(one.standing.mode).label,
                _left(one),
                _used(one),
                money_text(one.reserved_micros, one.currency),
            ]
            for one in list(positions)[:_SHOWN]
        ],
        empty=_("Every account has enough."),
        links=links,
    )


def _left(position: Position) -> str:
    available = position.standing.available_micros
    if available is None:
        return _("without a limit")
    return money_text(max(0, available), position.currency)


def _used(position: Position) -> SafeString | str:
    if not position.standing.rooms:
        return "–"
    percent = position.standing.used_percent
    if percent >= _EXHAUSTED:
        return label(_("used up"), "danger")
    return label(f"{percent} %", "warning" if percent >= _WARNED else "")
