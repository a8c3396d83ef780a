"""Background work of compliance: each task is one call of a service."""

from celery import shared_task

from compliance.services.retention import run_execute, runs_start_nightly


@shared_task(name="compliance.tasks.run_retention")
def run_retention(run_id: int) -> int:
    """Removes what has had its time, or counts it; repeating goes on where it stopped."""
    return run_execute(run_id).rows


@shared_task(name="compliance.tasks.start_retention")
def start_retention() -> bool:
    """Starts the night's run once a day (looked at every hour)."""
    return runs_start_nightly()
