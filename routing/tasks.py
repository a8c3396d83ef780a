"""Background work of routing: each task is one call of a service."""

from celery import shared_task
from django.db import InterfaceError, OperationalError

from routing.services.alarms import ends_announce
from routing.services.lookups import lookups_purge
from routing.services.observations import observations_fold, observations_forget
from routing.services.papers import papers_expire
from routing.services.policies import policies_settle
from routing.services.prices import price_list_read, price_lists_resume
from routing.services.qualities import qualities_compute


@shared_task(name="routing.tasks.announce_ends")
def announce_ends() -> dict[str, int]:
    """Says what of senders ends soon or is over (every hour)."""
    return ends_announce()


@shared_task(name="routing.tasks.expire_papers")
def expire_papers() -> dict[str, int]:
    """Notes of certificates, registrations and programs that they are over (every minute)."""
    return papers_expire()


@shared_task(name="routing.tasks.fold_observations")
def fold_observations() -> int:
    """Sums what carriers did into minutes, hours and days (every 20 s)."""
    return observations_fold()


@shared_task(name="routing.tasks.forget_observations")
def forget_observations() -> int:
    """Drops sums that are kept long enough (every hour)."""
    return observations_forget()


@shared_task(name="routing.tasks.settle_policies")
def settle_policies() -> dict[str, int]:
    """Lets states of routing versions follow their times (every ten seconds); decisions do not
    wait for it."""
    return policies_settle()


@shared_task(name="routing.tasks.compute_qualities")
def compute_qualities() -> int:
    """Computes how well carriers deliver (every minute)."""
    return qualities_compute()


@shared_task(name="routing.tasks.forget_lookups")
def forget_lookups() -> int:
    """Drops what was known of numbers and has run out (every hour)."""
    return lookups_purge()


@shared_task(
    name="routing.tasks.read_price_list",
    acks_late=True,
    reject_on_worker_lost=True,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def read_price_list(list_id: int) -> str:
    """Reads an uploaded price file and compares it; repeating is harmless."""
    return price_list_read(list_id)


@shared_task(name="routing.tasks.resume_price_lists")
def resume_price_lists() -> int:
    """Queues price files again whose worker died (every minute)."""
    return price_lists_resume()
