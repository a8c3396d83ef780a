"""Background work of carriers: each task is one call of a service."""

from celery import shared_task

from carriers.services.traces import traces_drop


@shared_task(name="carriers.tasks.forget_traces")
def forget_traces() -> dict[str, int]:
    """Drops traces of PDUs a week after their end (every hour)."""
    return {"traces": traces_drop()}
