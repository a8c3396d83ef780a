"""Background work of campaigns: each task is one call of a service."""

from celery import shared_task
from django.db import InterfaceError, OperationalError

from campaigns.services.campaigns import campaign_cancel_messages, campaigns_settle
from campaigns.services.imports import import_run, imports_resume
from campaigns.services.people import requests_continue
from campaigns.services.preflight import preflight_run
from campaigns.services.release import campaign_release
from campaigns.services.triggers.keeping import events_forget
from campaigns.services.triggers.receiving import events_retry
from config.common import clock


@shared_task(
    name="campaigns.tasks.run_import",
    acks_late=True,
    reject_on_worker_lost=True,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def run_import(import_id: int) -> str:
    """Runs an import from where it stands; repeating is harmless."""
    return import_run(import_id)


@shared_task(name="campaigns.tasks.resume_imports")
def resume_imports() -> dict[str, int]:
    """Finds imports that a worker or the broker has lost (every minute)."""
    return imports_resume(clock.now())


@shared_task(name="campaigns.tasks.cancel_campaign_messages")
def cancel_campaign_messages(campaign_id: int) -> int:
    """Cancels what has not left of a canceled campaign; settle_campaigns repeats it."""
    return campaign_cancel_messages(campaign_id)


@shared_task(name="campaigns.tasks.release_campaign")
def release_campaign(campaign_id: int) -> str:
    """Releases slices of a running campaign for a few seconds, then queues itself again."""
    return campaign_release(campaign_id)


@shared_task(name="campaigns.tasks.run_preflight")
def run_preflight(campaign_id: int) -> int:
    """Assesses a long list; repeating makes the report anew."""
    return int(preflight_run(campaign_id)["released"])


@shared_task(name="campaigns.tasks.settle_campaigns")
def settle_campaigns() -> dict[str, int]:
    """Starts, restarts and completes campaigns (every 2 seconds)."""
    return campaigns_settle()


@shared_task(name="campaigns.tasks.carry_on_erasures")
def carry_on_erasures() -> int:
    """Erases what persons asked for and had to be kept until now (looked at every hour)."""
    return requests_continue()


@shared_task(name="campaigns.tasks.retry_trigger_events")
def retry_trigger_events() -> int:
    """Runs events again that a fault of ours had stopped (every minute)."""
    return events_retry()


@shared_task(name="campaigns.tasks.forget_trigger_events")
def forget_trigger_events() -> dict[str, int]:
    """Takes bodies of events whose time is over (every minute)."""
    return events_forget()
