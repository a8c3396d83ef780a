"""Background work of compliance: each task is one call of a service."""

from celery import shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError

from compliance.services.chain_checks import chain_check, chains_check_due
from compliance.services.consent_lapses import consents_lapse_expired
from compliance.services.ledger_digests import digests_write
from compliance.services.oauth import tokens_purge
from compliance.services.registers import folder_load, register_load, registers_resume
from compliance.services.retention import run_execute, runs_start_nightly
from compliance.services.rules import rule_packs_settle
from compliance.services.suppression_imports import (
    suppression_import_run,
    suppression_imports_resume,
)
from compliance.services.suppressions import suppressions_expire


@shared_task(name="compliance.tasks.run_retention")
def run_retention(run_id: int) -> int:
    """Removes what has had its time, or counts it; repeating goes on where it stopped."""
    return run_execute(run_id).rows


@shared_task(name="compliance.tasks.start_retention")
def start_retention() -> bool:
    """Starts the night's run once a day (looked at every hour)."""
    return runs_start_nightly()


@shared_task(
    name="compliance.tasks.load_register",
    acks_late=True,
    reject_on_worker_lost=True,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
    time_limit=3600,  # ten million lines take minutes on a slow disk
)
def load_register(snapshot_id: int) -> str:
    """Loads a register's file; repeating is harmless."""
    return register_load(snapshot_id)


@shared_task(name="compliance.tasks.forget_tokens")
def forget_tokens() -> int:
    """Drops access tokens whose time is over (every hour)."""
    return tokens_purge()


@shared_task(name="compliance.tasks.watch_registers")
def watch_registers() -> dict[str, int]:
    """Takes files from the registers' folder and finds runs that were lost (every minute)."""
    taken = folder_load(settings.REGISTER_FOLDER)
    return taken | {"resumed": registers_resume() + suppression_imports_resume()}


@shared_task(
    name="compliance.tasks.run_suppression_import",
    acks_late=True,
    reject_on_worker_lost=True,
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)
def run_suppression_import(import_id: int) -> str:
    """Runs a file of suppressions from where it stands; repeating is harmless."""
    return suppression_import_run(import_id)


@shared_task(name="compliance.tasks.expire_suppressions")
def expire_suppressions() -> dict[str, int]:
    """Lifts suppressions whose time has ended (every 30 s)."""
    return {"lifted": suppressions_expire()}


@shared_task(name="compliance.tasks.settle_rule_packs")
def settle_rule_packs() -> dict[str, int]:
    """Lets statuses of rule packs follow the day (every minute); decisions do not wait for it."""
    return rule_packs_settle()


@shared_task(name="compliance.tasks.check_ledgers", time_limit=3600)
def check_ledgers() -> dict[str, int]:
    """Once a day per book (looked at every hour): verifies it, and signs its head."""
    return chains_check_due() | {"digests": digests_write()}


@shared_task(name="compliance.tasks.lapse_consent")
def lapse_consent() -> int:
    """Records the lapse of consents past their time (every ten minutes)."""
    lapsed = 0
    while found := consents_lapse_expired():
        lapsed += found
    return lapsed


@shared_task(name="compliance.tasks.check_book", time_limit=3600)
def check_book(account_id: int | None, chain: str) -> bool:
    """Verifies one book because somebody asked; whether it is whole."""
    return chain_check(account_id, chain).broken_link is None
