"""Background work of routing: each task is one call of a service."""

from celery import shared_task

from routing.services.alarms import ends_announce
from routing.services.papers import papers_expire


@shared_task(name="routing.tasks.announce_ends")
def announce_ends() -> dict[str, int]:
    """Says what of senders ends soon or is over (every hour)."""
    return ends_announce()


@shared_task(name="routing.tasks.expire_papers")
def expire_papers() -> dict[str, int]:
    """Notes of certificates, registrations and programs that they are over (every minute)."""
    return papers_expire()
