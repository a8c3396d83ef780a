"""Templates: their heads, their versions, and the review that makes a version sendable."""

from messaging.services.templates.analysis import WordingAnalysis, wording_analyse
from messaging.services.templates.heads import template_change, template_create
from messaging.services.templates.reviews import (
    Withdrawal,
    version_approve,
    version_reject,
    version_submit,
    version_withdraw,
)
from messaging.services.templates.versions import version_create, version_update

__all__ = [
    "Withdrawal",
    "WordingAnalysis",
    "template_change",
    "template_create",
    "version_approve",
    "version_create",
    "version_reject",
    "version_submit",
    "version_update",
    "version_withdraw",
    "wording_analyse",
]
