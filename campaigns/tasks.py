"""Background work of campaigns: each task is one call of a service."""

from celery import shared_task
from django.db import InterfaceError, OperationalError

from campaigns.services.imports import import_run, imports_resume
from config.common import clock

QUEUE = "campaigns"


@shared_task(
    name="campaigns.tasks.run_import",
    queue=QUEUE,
    acks_late=True,
    reject_on_worker_lost=True,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def run_import(import_id: int) -> str:
    """Runs an import from where it stands; repeating is harmless."""
    return import_run(import_id)


@shared_task(name="campaigns.tasks.resume_imports", queue="maintenance")
def resume_imports() -> dict[str, int]:
    """Finds imports that a worker or the broker has lost (every minute)."""
    return imports_resume(clock.now())
