"""Background work of carriers: each task is one call of a service."""

from celery import shared_task

from carriers.services.probes import probe_execute
from carriers.services.traces import traces_drop


@shared_task(name="carriers.tasks.forget_traces")
def forget_traces() -> dict[str, int]:
    """Drops traces of PDUs a week after their end (every hour)."""
    return {"traces": traces_drop()}


@shared_task(name="carriers.tasks.run_bind_probe", acks_late=False)
def run_bind_probe(probe_id: int) -> dict[str, int]:
    """Runs the test of a bind that an operator asked for."""
    return probe_execute(probe_id)
