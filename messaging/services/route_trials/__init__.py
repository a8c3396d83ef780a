"""Routes on trial: a version of the policy held against the messages of past days."""

from messaging.services.route_trials.runs import (
    route_trial_cancel,
    route_trial_execute,
    route_trial_start,
    route_trials_resume,
)

__all__ = [
    "route_trial_cancel",
    "route_trial_execute",
    "route_trial_start",
    "route_trials_resume",
]
