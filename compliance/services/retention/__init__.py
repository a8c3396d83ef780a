"""Retention: what is kept how long, and the runs that remove what has had its time."""

from compliance.services.retention.policies import policy_remove, policy_set
from compliance.services.retention.removers import Removed, Remover, Span, register
from compliance.services.retention.runs import run_execute, run_start, runs_start_nightly

__all__ = [
    "Removed",
    "Remover",
    "Span",
    "policy_remove",
    "policy_set",
    "register",
    "run_execute",
    "run_start",
    "runs_start_nightly",
]
