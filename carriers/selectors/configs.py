"""A bind's row as the values its session runs on."""

import ssl

from carriers.constants import BindKind
from carriers.models import Bind
from carriers.ports import BindConfig
from carriers.selectors.http_configs import http_options
from carriers.smpp.statuses import StatusClass


def bind_config(bind: Bind, *, carrier_share: float | None = None) -> BindConfig:
    """Everything the session needs. `carrier_share`: this bind's part of the carrier's contracted
    throughput in segments/s. Raises ValueError for values that could never bind."""
    limits = [limit for limit in (bind.throughput, carrier_share) if limit]
    return BindConfig(
        bind_id=bind.pk,
        name=bind.name,
        host=bind.host,
        port=bind.port,
        system_id=bind.system_id,
        password=bind.password,
        system_type=bind.system_type,
        bind_type=bind.bind_type,  # type: ignore[arg-type]  # choices are the literal's
        address_range=bind.address_range,
        window=bind.window,
        throughput=min(limits) if limits else None,
        session_init_timer_seconds=bind.session_init_timer_seconds,
        enquire_link_timer_seconds=bind.enquire_link_timer_seconds,
        response_timer_seconds=bind.response_timer_seconds,
        pdu_read_timer_seconds=bind.pdu_read_timer_seconds,
        throttle_delay_seconds=bind.throttle_delay_seconds,
        reconnect_base_seconds=bind.reconnect_base_seconds,
        shutdown_drain_seconds=bind.shutdown_drain_seconds,
        status_classes={
            int(code, 0): StatusClass(name) for code, name in bind.status_classes.items()
        },
        tls_context=_tls_context(bind),
        http=http_options(bind) if bind.kind == BindKind.HTTP else None,
    )


def _tls_context(bind: Bind) -> ssl.SSLContext | None:
    if not bind.use_tls:
        return None
    context = ssl.create_default_context()
    if not bind.tls_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
