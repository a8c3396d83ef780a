"""The routing policy: versions with their routes, drafted, checked, put in force at a time, and
brought back."""

from routing.services.policies.checks import Problem, policy_check
from routing.services.policies.routes import (
    RouteValues,
    route_put,
    route_remove,
    routes_change,
)
from routing.services.policies.versions import (
    policies_settle,
    policy_activate,
    policy_change,
    policy_discard,
    policy_draft,
    policy_schedule,
    policy_undo,
    policy_unschedule,
)

__all__ = [
    "Problem",
    "RouteValues",
    "policies_settle",
    "policy_activate",
    "policy_change",
    "policy_check",
    "policy_discard",
    "policy_draft",
    "policy_schedule",
    "policy_undo",
    "policy_unschedule",
    "route_put",
    "route_remove",
    "routes_change",
]
