"""The home page: for each role of the person what needs attention, and what comes next."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest

from compliance.constants import Role
from compliance.selectors.access import access_of
from config.dashboards.administration import administrator_panels
from config.dashboards.integration import integrator_panels
from config.dashboards.marketing import marketer_panels
from config.dashboards.operations import operator_panels
from config.dashboards.panels import Panel, Viewer
from config.dashboards.review import officer_panels

__all__ = ["home"]

PANELS: Mapping[str, Callable[[Viewer], list[Panel]]] = {
    Role.MARKETER.value: marketer_panels,
    Role.OFFICER.value: officer_panels,
    Role.INTEGRATOR.value: integrator_panels,
    Role.OPERATOR.value: operator_panels,
    Role.ADMINISTRATOR.value: administrator_panels,
}


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's hook: adds the panels of the person's roles to the page."""
    access = access_of(request.user)
    held = {role for role, _account_id in access.roles}
    panels: list[Panel] = []
    for role, make in PANELS.items():
        if role in held:
            panels += make(Viewer(request, access.accounts(frozenset({role}))))
    context["panels"] = panels
    context["has_no_role"] = not held
    return context
