"""A bind's row as the values its session runs on."""

import hashlib
import json
import ssl
import tempfile
from pathlib import Path
from typing import Any

from carriers.constants import BindKind
from carriers.models import Bind, Carrier
from carriers.options.addresses import ADDRESSES
from carriers.options.parameters import ADVANCED, VENDOR
from carriers.options.receipts import RECEIPTS
from carriers.options.texts import TEXTS
from carriers.ports import BindConfig
from carriers.selectors.http_configs import http_options
from carriers.selectors.receipts import receipt_carriers
from carriers.smpp.statuses import StatusClass

# Answers and receipts on their way keep the form under which their ids are looked up.
_OF_A_SESSION = (
    "response_id_form",
    "response_id_digits",
    "receipt_id_form",
    "receipt_id_digits",
    "kind",
)
_OF_MESSAGES = (
    *(
        name
        for group in (ADDRESSES, TEXTS, RECEIPTS, VENDOR, ADVANCED)
        for name in group.names
        if name not in _OF_A_SESSION
    ),
    "requeue_position",
    "requeue_delay_seconds",
    "status_classes",  # the session's too, which takes them over by itself
    "ported_codes",
)


def bind_config(bind: Bind) -> BindConfig:
    """Everything the session needs; its part of the carrier's contract is no option (see
    carriers.shares). Raises ValueError for values that could never bind."""
    return BindConfig(
        bind_id=bind.pk,
        name=bind.name,
        host=bind.host,
        port=bind.port,
        system_id=bind.system_id,
        password=bind.password,
        system_type=bind.system_type,
        bind_type=bind.bind_type,  # type: ignore[arg-type]  # choices are the literal's
        interface_version=bind.interface_version,
        addr_ton=bind.addr_ton,
        addr_npi=bind.addr_npi,
        address_range=bind.address_range,
        local_address=bind.local_address or "",
        window=bind.window,
        throughput=bind.throughput or None,
        session_init_timer_seconds=bind.session_init_timer_seconds,
        enquire_link_timer_seconds=bind.enquire_link_timer_seconds,
        inactivity_timer_seconds=bind.inactivity_timer_seconds,
        response_timer_seconds=bind.response_timer_seconds,
        pdu_read_timer_seconds=bind.pdu_read_timer_seconds,
        throttle_delay_seconds=bind.throttle_delay_seconds,
        throttle_cut=bind.throttle_cut,
        throttle_recovery=bind.throttle_recovery,
        throttle_floor=bind.throttle_floor,
        reconnect_base_seconds=bind.reconnect_base_seconds,
        reconnect_cap_seconds=bind.reconnect_cap_seconds,
        shutdown_drain_seconds=bind.shutdown_drain_seconds,
        status_classes={
            int(code, 0): StatusClass(name) for code, name in bind.status_classes.items()
        },
        tls_context=tls_context(bind),
        tls_server_name=bind.tls_server_name,
        tls_fingerprint=_tls_fingerprint(bind),
        http=http_options(bind) if bind.kind == BindKind.HTTP else None,
        session_options=_digest(_values(bind, _OF_A_SESSION)),
        message_options=_digest([*_values(bind, _OF_MESSAGES), *_of_carrier(bind.carrier)]),
    )


def tls_context(bind: Bind) -> ssl.SSLContext | None:
    """How the SMSC is checked, and who we are; None without TLS. Raises ValueError for
    certificates that cannot be used."""
    if not bind.use_tls:
        return None
    try:
        context = ssl.create_default_context(cadata=bind.tls_ca_bundle or None)
        if not bind.tls_verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if bind.tls_certificate:
            _load_own(context, bind)
    except ssl.SSLError as error:
        raise ValueError(f"TLS of {bind.name}: {error.reason or error}") from error
    return context


def _load_own(context: ssl.SSLContext, bind: Bind) -> None:
    """Python reads certificate and key from a file alone: one that only we can read, for as
    long as that takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "client.pem"
        path.touch(mode=0o600)
        path.write_text(f"{bind.tls_key}\n{bind.tls_certificate}\n", encoding="ascii")
        context.load_cert_chain(path)


def _tls_fingerprint(bind: Bind) -> str:
    """Contexts cannot be compared; what they are made from can."""
    if not bind.use_tls:
        return ""
    parts = (bind.tls_verify, bind.tls_ca_bundle, bind.tls_certificate, bind.tls_key)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _values(bind: Bind, names: tuple[str, ...]) -> list[Any]:
    return [(name, getattr(bind, name)) for name in names]


def _of_carrier(carrier: Carrier) -> list[Any]:
    """What the carrier says of its binds' receipts, and whose messages they may speak of."""
    return [carrier.receipt_trust, carrier.reports_every_segment, receipt_carriers(carrier)]


def _digest(values: list[Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
