"""Templates: their heads, their versions, and the review that makes a version sendable."""

from messaging.services.templates.activations import version_activate, versions_activate_due
from messaging.services.templates.bulk import BulkReview, bulk_review, versions_approve
from messaging.services.templates.heads import template_change, template_create
from messaging.services.templates.reviews import (
    version_approve,
    version_reject,
    version_submit,
)
from messaging.services.templates.versions import version_create, version_update
from messaging.services.templates.withdrawals import Withdrawal, version_withdraw

__all__ = [
    "BulkReview",
    "Withdrawal",
    "bulk_review",
    "template_change",
    "template_create",
    "version_activate",
    "version_approve",
    "version_create",
    "version_reject",
    "version_submit",
    "version_update",
    "version_withdraw",
    "versions_activate_due",
    "versions_approve",
]
