"""Which worker does what, and what is done by the clock."""

from typing import Any

# What a queue is for: `campaigns` computes, `webhooks` waits for others, `maintenance` is the rest.
CELERY_TASK_ROUTES = {
    "campaigns.tasks.cancel_campaign_messages": {"queue": "campaigns"},
    "campaigns.tasks.release_campaign": {"queue": "campaigns"},
    "campaigns.tasks.run_import": {"queue": "campaigns"},
    "campaigns.tasks.run_preflight": {"queue": "campaigns"},
    "messaging.tasks.deliver_webhooks": {"queue": "webhooks"},
    "messaging.tasks.plan_webhooks": {"queue": "webhooks"},
    "messaging.tasks.route_waiting": {"queue": "campaigns"},
    "messaging.tasks.run_trial": {"queue": "campaigns"},
}

# Periodic work, alphabetical; each task is safe to run twice and finds what wake-ups missed.
# Wake-ups that nobody took in time are worthless: the next one does their work.
_SOON = {"expires": 5.0}
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "activate templates": {
        "task": "messaging.tasks.activate_templates",
        "schedule": 10.0,
        "options": _SOON,
    },
    "announce ends of senders": {"task": "routing.tasks.announce_ends", "schedule": 3600.0},
    "carry on erasures": {"task": "campaigns.tasks.carry_on_erasures", "schedule": 3600.0},
    "check ledgers": {"task": "compliance.tasks.check_ledgers", "schedule": 3600.0},
    "compute qualities": {
        "task": "routing.tasks.compute_qualities",
        "schedule": 60.0,
        "options": _SOON,
    },
    "count reports": {
        "task": "messaging.tasks.count_reports",
        "schedule": 60.0,
        "options": _SOON,
    },
    "end keyword questions": {
        "task": "messaging.tasks.end_questions",
        "schedule": 5.0,
        "options": _SOON,
    },
    "escalate conversations": {
        "task": "messaging.tasks.escalate_conversations",
        "schedule": 15.0,
        "options": _SOON,
    },
    "expire codes": {
        "task": "messaging.tasks.expire_codes",
        "schedule": 2.0,
        "options": _SOON,
    },
    "expire messages": {
        "task": "messaging.tasks.expire_messages",
        "schedule": 10.0,
        "options": _SOON,
    },
    "expire papers of senders": {
        "task": "routing.tasks.expire_papers",
        "schedule": 60.0,
        "options": _SOON,
    },
    "expire suppressions": {
        "task": "compliance.tasks.expire_suppressions",
        "schedule": 30.0,
        "options": _SOON,
    },
    "fold observations": {
        "task": "routing.tasks.fold_observations",
        "schedule": 20.0,
        "options": _SOON,
    },
    "forget idle places": {"task": "messaging.tasks.forget_places", "schedule": 6 * 3600.0},
    "forget lookups": {"task": "routing.tasks.forget_lookups", "schedule": 3600.0},
    "forget observations": {"task": "routing.tasks.forget_observations", "schedule": 3600.0},
    "forget old answers": {"task": "messaging.tasks.forget_answers", "schedule": 3600.0},
    "forget old tokens": {"task": "compliance.tasks.forget_tokens", "schedule": 3600.0},
    "forget old traces": {"task": "carriers.tasks.forget_traces", "schedule": 3600.0},
    "forget trigger events": {"task": "campaigns.tasks.forget_trigger_events", "schedule": 60.0},
    "keep books": {"task": "messaging.tasks.keep_books", "schedule": 2.0, "options": _SOON},
    "keep tables": {"task": "messaging.tasks.keep_tables", "schedule": 60.0, "options": _SOON},
    "keep verifications": {
        "task": "messaging.tasks.keep_verifications",
        "schedule": 5.0,
        "options": _SOON,
    },
    "lapse consent": {"task": "compliance.tasks.lapse_consent", "schedule": 600.0},
    "look ported numbers up": {
        "task": "messaging.tasks.look_up_ported",
        "schedule": 1.0,
        "options": _SOON,
    },
    "note bounces": {
        "task": "messaging.tasks.note_bounces",
        "schedule": 15.0,
        "options": _SOON,
    },
    "plan webhooks": {
        "task": "messaging.tasks.plan_webhooks",
        "schedule": 1.0,
        "options": _SOON,
    },
    "resume imports": {"task": "campaigns.tasks.resume_imports", "schedule": 60.0},
    "resume price lists": {"task": "routing.tasks.resume_price_lists", "schedule": 60.0},
    "resume trials": {"task": "messaging.tasks.resume_trials", "schedule": 60.0},
    "retry trigger events": {"task": "campaigns.tasks.retry_trigger_events", "schedule": 60.0},
    "route waiting messages": {
        "task": "messaging.tasks.route_waiting",
        "schedule": 1.0,
        "options": _SOON,
    },
    "settle campaigns": {
        "task": "campaigns.tasks.settle_campaigns",
        "schedule": 2.0,
        "options": _SOON,
    },
    "settle routing versions": {
        "task": "routing.tasks.settle_policies",
        "schedule": 10.0,
        "options": _SOON,
    },
    "settle rule packs": {
        "task": "compliance.tasks.settle_rule_packs",
        "schedule": 60.0,
        "options": _SOON,
    },
    "show incomplete replies": {
        "task": "messaging.tasks.show_incomplete",
        "schedule": 15.0,
        "options": _SOON,
    },
    "start retention": {"task": "compliance.tasks.start_retention", "schedule": 3600.0},
    "tell operators": {
        "task": "messaging.tasks.tell_operators",
        "schedule": 20.0,
        "options": _SOON,
    },
    "watch registers": {"task": "compliance.tasks.watch_registers", "schedule": 60.0},
}
