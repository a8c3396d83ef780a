"""Timers, and how fast a bind may send."""

from django.utils.translation import gettext_lazy as _

from carriers.options.values import PART, PER_SECOND, SECONDS, SEGMENTS, Group, Option

SESSION = Group(
    "session",
    _("Session and timers"),
    _("How long we wait for the SMSC, and what happens when the connection breaks."),
    (
        Option(
            "session_init_timer_seconds",
            _("Longest wait for the connection and for the answer to the bind."),
            unit=SECONDS,
        ),
        Option(
            "enquire_link_timer_seconds",
            _("After so much silence the SMSC is asked whether it lives; 0 never asks."),
            _("Where the SMSC wants it more often, or a firewall cuts silent connections."),
            SECONDS,
        ),
        Option(
            "inactivity_timer_seconds",
            _("Unbind and bind again after so long without any message; 0 stays bound."),
            _("Where the operator asks for it."),
            SECONDS,
        ),
        Option(
            "response_timer_seconds",
            _(
                "Longest wait for the answer to a message. After it the outcome is unknown: a"
                " one-time password is sent again, advertising never."
            ),
            _("Where the SMSC is known to answer later than a minute."),
            SECONDS,
        ),
        Option(
            "pdu_read_timer_seconds",
            _("A PDU that began and has not ended by then means a broken connection; 0 waits."),
            unit=SECONDS,
        ),
        Option(
            "reconnect_base_seconds",
            _("First wait before connecting again; it doubles with each failure."),
            _("Longer where the operator locks out those who come back quickly."),
            SECONDS,
        ),
        Option(
            "reconnect_cap_seconds",
            _("Longest wait before connecting again."),
            unit=SECONDS,
        ),
        Option(
            "shutdown_drain_seconds",
            _("Longest wait for open answers before we unbind."),
            unit=SECONDS,
        ),
    ),
)

SPEED = Group(
    "speed",
    _("Speed"),
    _("What the contract allows, and how we give way when the SMSC says that it is too much."),
    (
        Option(
            "throughput",
            _("Contracted speed of this bind; it is never exceeded. Empty: unlimited."),
            _("Always, when the contract names one: operators lock binds that send faster."),
            PER_SECOND,
        ),
        Option(
            "window",
            _(
                "Messages that may wait for their answer at once. Speed is at most window ÷ time"
                " to answer: 50 at 200 ms is 250 a second."
            ),
            _("Take the sheet's number; 10 to 100 are usual."),
            SEGMENTS,
        ),
        Option(
            "throttle_delay_seconds",
            _("Pause after the SMSC says that we are too fast (0x58)."),
            _("Some operators ask for 60."),
            SECONDS,
        ),
        Option(
            "throttle_cut",
            _("Part of the speed that is left after the pause: 0.5 halves it."),
            unit=PART,
        ),
        Option(
            "throttle_recovery",
            _("Part of the full speed regained each second: 0.05 takes ten seconds from a half."),
            unit=PART,
        ),
        Option(
            "throttle_floor",
            _("Part of the full speed that is always left, however often the SMSC throttles."),
            unit=PART,
        ),
        Option(
            "requeue_position",
            _("Whether a throttled message is the next to be sent, or lets others go first."),
            _("“Later” where the SMSC throttles single numbers rather than the whole bind."),
        ),
        Option(
            "requeue_delay_seconds",
            _("How long a throttled message waits where it goes later."),
            unit=SECONDS,
        ),
    ),
)
