"""The policy time machine: rules that are not in force, held against the traffic of past days."""

from messaging.services.trials.runs import (
    trial_cancel,
    trial_execute,
    trial_start,
    trials_resume,
)

__all__ = ["trial_cancel", "trial_execute", "trial_start", "trials_resume"]
