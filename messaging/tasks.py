"""Background work of messaging: each task is one call of a service."""

from celery import shared_task

from config.common import clock
from messaging.constants import EXPRESS_LANE
from messaging.services import routing, sweeps
from messaging.services.alerts import alerts_mail, platform_events_post
from messaging.services.bounces import bounces_note
from messaging.services.conversations import conversations_escalate
from messaging.services.idempotency import idempotency_keys_purge
from messaging.services.inbound import incomplete_show
from messaging.services.keyword_rules import questions_end
from messaging.services.lookups import ported_ask
from messaging.services.money import alerts_tell, deltas_fold
from messaging.services.pools import senders_forget
from messaging.services.reports import traffic_count
from messaging.services.route_trials import route_trial_execute, route_trials_resume
from messaging.services.sealing import sealed_texts_forget
from messaging.services.templates import versions_activate_due
from messaging.services.trials import trial_execute, trials_resume
from messaging.services.verification.changes import verifications_expire
from messaging.services.verification.watching import shield_watch
from messaging.services.webhook_planning import deliveries_schedule
from messaging.services.webhook_sending import deliveries_send
from messaging.services.webhook_upkeep import certificates_warn, deliveries_purge


@shared_task(name="messaging.tasks.activate_templates")
def activate_templates() -> dict[str, int]:
    """Puts approved template versions in force whose time has come (every 10 s)."""
    return versions_activate_due()


@shared_task(name="messaging.tasks.count_reports")
def count_reports() -> dict[str, int]:
    """Counts changed quarters of an hour again, for reports (every minute)."""
    return traffic_count()


@shared_task(name="messaging.tasks.route_waiting")
def route_waiting() -> dict[str, int]:
    """Brings due messages into the dispatch queue (every second, and on wake-up)."""
    return {"routed": routing.waiting_route()}


@shared_task(name="messaging.tasks.end_questions")
def end_questions() -> dict[str, int]:
    """Ends questions of keyword rules that nobody answered in time (every 5 s)."""
    return questions_end()


@shared_task(name="messaging.tasks.escalate_conversations")
def escalate_conversations() -> dict[str, int]:
    """Tells of people whom nobody has answered within their account's limit (every 15 s)."""
    return {"escalated": conversations_escalate()}


@shared_task(name="messaging.tasks.expire_codes")
def expire_codes() -> int:
    """Tells soon of one-time codes that nobody took in time (every 2 s)."""
    return sweeps.deadlines_expire(lanes=[EXPRESS_LANE])


@shared_task(name="messaging.tasks.expire_messages")
def expire_messages() -> dict[str, int]:
    """Settles what time has settled: missing receipts, passed deadlines and windows (every 10 s:
    it reads all that waits)."""
    return {
        "without_receipt": sweeps.receipts_expire(),
        "past_deadline": sweeps.deadlines_expire(),
        "past_window": sweeps.windows_missed(),
    }


@shared_task(name="messaging.tasks.keep_books")
def keep_books() -> dict[str, int]:
    """Brings balances and statements up to date and tells who runs out of money (every 2 s)."""
    return {"accounts": deltas_fold(), "told": alerts_tell()}


@shared_task(name="messaging.tasks.keep_tables")
def keep_tables() -> dict[str, int]:
    """Squashes counts, makes coming partitions, drops receipts nobody claimed (every minute)."""
    return {
        "tallies": sweeps.tallies_squash(),
        "partitions": sweeps.partitions_ensure(),
        "parked": sweeps.parked_receipts_drop(),
    }


@shared_task(name="messaging.tasks.forget_places")
def forget_places() -> dict[str, int]:
    """Drops rows of the frequency ledger that nothing counts any more, and senders that nobody is
    kept to any more (every 6 h)."""
    return {
        "forgotten": sweeps.frequencies_forget(),
        "senders": senders_forget(clock.now().date()),
    }


@shared_task(name="messaging.tasks.look_up_ported")
def look_up_ported() -> int:
    """Asks where the numbers are that carriers said are not theirs (every second)."""
    return ported_ask()


@shared_task(name="messaging.tasks.plan_webhooks")
def plan_webhooks() -> dict[str, int]:
    """Makes deliveries of new events and wakes a deliverer (every second, and on wake-up)."""
    return deliveries_schedule()


@shared_task(name="messaging.tasks.deliver_webhooks")
def deliver_webhooks() -> dict[str, int]:
    """Posts what is due (sent by plan_webhooks)."""
    return deliveries_send()


@shared_task(name="messaging.tasks.forget_answers")
def forget_answers() -> dict[str, int]:
    """Drops idempotency keys and settled deliveries whose time is over, and tells of client
    certificates that end (every hour)."""
    return {
        "keys": idempotency_keys_purge(),
        "deliveries": deliveries_purge(),
        "certificates": certificates_warn(),
    }


@shared_task(name="messaging.tasks.note_bounces")
def note_bounces() -> dict[str, int]:
    """Suppresses numbers that messages cannot reach, by each account's policy (every 15 s)."""
    return bounces_note()


@shared_task(name="messaging.tasks.run_trial")
def run_trial(trial_id: int) -> int:
    """Holds rules on trial against past traffic; repeating goes on where it stopped."""
    return trial_execute(trial_id).judged


@shared_task(name="messaging.tasks.resume_trials")
def resume_trials() -> int:
    """Finds trials that a worker has lost (every minute)."""
    return trials_resume() + route_trials_resume()


@shared_task(name="messaging.tasks.run_route_trial")
def run_route_trial(trial_id: int) -> int:
    """Holds a routing version against past traffic; repeating goes on where it stopped."""
    return route_trial_execute(trial_id).judged


@shared_task(name="messaging.tasks.keep_verifications")
def keep_verifications() -> dict[str, int]:
    """Ends verifications whose time has passed, drops sealed texts that have left, and judges
    traffic for SMS pumping (every 5 s)."""
    return {
        "expired": verifications_expire(),
        "unsealed": sealed_texts_forget(),
        **shield_watch(),
    }


@shared_task(name="messaging.tasks.show_incomplete")
def show_incomplete() -> dict[str, int]:
    """Shows long replies whose other parts have not come in time, with gaps (every 15 s)."""
    return incomplete_show()


@shared_task(name="messaging.tasks.tell_operators")
def tell_operators() -> dict[str, int]:
    """Mails alerts and posts the platform's events (every 20 s)."""
    return {"mailed": alerts_mail(), "posted": platform_events_post()}
