"""The simulated operators: ports, credentials, habits."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

DEFAULT_PORT: Final = 2775
# Operators take the ports from the base on; the control endpoint stays clear of added ones.
CONTROL_PORT_OFFSET: Final = 20
# The operator that messages of test keys go to.
SANDBOX: Final = "sandbox"


class ProfileError(ValueError):
    """A profile file that cannot be used; the text names the key and the fix."""


class IdFormat(StrEnum):
    """How an operator writes its message ids (SMPP 3.4 §5.2.23 leaves it to the SMSC)."""

    HEX = "hex"
    HEX_UPPER = "hex_upper"
    DECIMAL = "decimal"
    PADDED = "padded"

    def write(self, serial: int) -> str:
        """Write the number of a message the operator's way."""
        return _ID_TEMPLATES[self] % serial

    @property
    def bind_form(self) -> str:
        """The transform (carriers.smpp.receipts.canonical_id) that a bind needs for such ids.

        It makes the plain decimal number of every format, so responses and receipts agree.
        """
        is_hex = self in {IdFormat.HEX, IdFormat.HEX_UPPER}
        return "hex_to_dec" if is_hex else "strip_zeros_upper"


_ID_TEMPLATES: Final = {
    IdFormat.HEX: "%x",
    IdFormat.HEX_UPPER: "%X",
    IdFormat.DECIMAL: "%d",
    IdFormat.PADDED: "%016d",
}


@dataclass(frozen=True, slots=True)
class Account:
    """Credentials of an ESME at an operator."""

    system_id: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OperatorProfile:
    """One simulated operator. Shares are 0..1, `throughput` is submits/s (0: no limit).

    The operator lets pass `throughput_tolerance` more than agreed in a rolling second, as real
    ones do; above that it answers ESME_RTHROTTLED. `behaviours` switches the table of
    destination suffixes on. `journal_fsync` guards the journal against power loss, too; against
    a killed process it always holds.

    The dialect, for tests of binds: `default_alphabet` (gsm7, latin1, ascii) is how data_coding 0
    is shown; empty tuples take everything; `window` (0: any) is how many submit_sm may wait for
    their answer, more get `window_status`; `cuts_long` takes texts that are too long for one
    segment, otherwise they are refused.
    """

    name: str
    title: str
    port: int
    accounts: tuple[Account, ...]
    max_binds: int = 8
    response_id: IdFormat = IdFormat.HEX
    receipt_id: IdFormat = IdFormat.HEX
    receipt_tlvs: bool = True
    receipt_date_digits: int = 10
    utc_offset_minutes: int = 420
    latency_seconds: float = 0.0
    latency_jitter_seconds: float = 0.0
    throughput: int = 0
    throughput_tolerance: float = 0.1
    failure_share: float = 0.0
    receipt_delay_seconds: float = 1.0
    receipt_jitter_seconds: float = 0.0
    receipt_retry_seconds: float = 2.0
    deliver_window: int = 200
    deliver_response_seconds: float = 60.0
    enquire_link_seconds: float = 60.0
    session_init_seconds: float = 30.0
    behaviours: bool = True
    default_alphabet: str = "gsm7"
    shows_latin1: bool = True
    data_codings: tuple[int, ...] = ()
    long_messages: tuple[str, ...] = ("udh8", "udh16", "sar", "payload")
    cuts_long: bool = True
    source_tons: tuple[tuple[int, int], ...] = ()
    destination_tons: tuple[tuple[int, int], ...] = ()
    validity_forms: tuple[str, ...] = ("relative", "absolute")
    takes_reference: bool = True
    echoes_reference: bool = True
    gives_receipts: bool = True
    flags_receipts: bool = True
    bind_types: tuple[str, ...] = ("transceiver", "transmitter", "receiver")
    interface_versions: tuple[int, ...] = ()
    window: int = 0
    window_status: int = 0x58
    journal_fsync: bool = False
    seed: int = 53849


_DEFAULTS: Final = (
    OperatorProfile(
        "viettel",
        "Viettel",
        0,
        (Account("signalbox", "sim-vtl"),),
        response_id=IdFormat.HEX,
        receipt_id=IdFormat.DECIMAL,
        receipt_tlvs=False,
        latency_seconds=0.02,
        latency_jitter_seconds=0.01,
        throughput=500,
        failure_share=0.02,
        receipt_jitter_seconds=1.0,
    ),
    OperatorProfile(
        "vinaphone",
        "VinaPhone",
        1,
        (Account("signalbox", "sim-vnp"),),
        response_id=IdFormat.DECIMAL,
        receipt_id=IdFormat.HEX_UPPER,
        latency_seconds=0.035,
        latency_jitter_seconds=0.02,
        throughput=300,
        failure_share=0.03,
        receipt_delay_seconds=1.5,
        receipt_jitter_seconds=1.5,
    ),
    OperatorProfile(
        "mobifone",
        "MobiFone",
        2,
        (Account("signalbox", "sim-mbf"),),
        response_id=IdFormat.PADDED,
        receipt_id=IdFormat.DECIMAL,
        latency_seconds=0.05,
        latency_jitter_seconds=0.03,
        throughput=300,
        failure_share=0.03,
        receipt_jitter_seconds=2.0,
    ),
    OperatorProfile(
        "intl",
        "International",
        3,
        (Account("signalbox", "sim-int"),),
        receipt_date_digits=12,
        utc_offset_minutes=0,
        latency_seconds=0.12,
        latency_jitter_seconds=0.06,
        throughput=100,
        failure_share=0.04,
        receipt_delay_seconds=2.0,
        receipt_jitter_seconds=3.0,
    ),
    OperatorProfile(
        "fast",
        "Fast sink",
        4,
        (Account("signalbox", "sim-fast"),),
        max_binds=64,
        receipt_delay_seconds=0.1,
        receipt_retry_seconds=0.5,
        deliver_window=1000,
        behaviours=False,
    ),
    OperatorProfile(
        SANDBOX,
        "Sandbox",
        5,
        (Account("signalbox", "sandbox"),),
        max_binds=64,
        receipt_delay_seconds=0.5,
        receipt_retry_seconds=0.5,
        deliver_window=1000,
        failure_share=0.0,
    ),
)
KNOWN_OPERATORS: Final = tuple(profile.name for profile in _DEFAULTS)


def default_profiles(base_port: int = DEFAULT_PORT) -> dict[str, OperatorProfile]:
    """The built-in operators by name, on ports counted from `base_port` (0: any free ones)."""
    return {
        item.name: replace(item, port=base_port + item.port if base_port else 0)
        for item in _DEFAULTS
    }


def read_profiles(path: Path, base_port: int = DEFAULT_PORT) -> dict[str, OperatorProfile]:
    """The built-in operators with the changes of a JSON file: `{"viettel": {"throughput": 50}}`.

    A new name adds an operator and must give `port` and `accounts`. ProfileError when the file
    cannot be read or names something unknown.
    """
    try:
        changes = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProfileError(f"{path} is not a readable JSON file: {error}") from error
    if not isinstance(changes, dict):
        raise ProfileError(f"{path} must hold an object of operators by name")
    profiles = default_profiles(base_port)
    for name, values in changes.items():
        profiles[name] = _changed(profiles.get(name), name, values)
    return profiles


def _changed(known: OperatorProfile | None, name: str, values: object) -> OperatorProfile:
    if not isinstance(values, Mapping):
        raise ProfileError(f"{name} must hold an object of settings")
    unknown = set(values) - {item.name for item in fields(OperatorProfile)}
    if unknown:
        raise ProfileError(f"{name} has unknown settings: {', '.join(sorted(unknown))}")
    try:
        typed = {key: _typed(key, value) for key, value in values.items()}
        if known is not None:
            return replace(known, **typed)
        return OperatorProfile(**{"name": name, "title": name, **typed})
    except (KeyError, TypeError, ValueError) as error:
        raise ProfileError(f"{name} cannot be used: {error}") from error


def _typed(key: str, value: Any) -> Any:  # Any: straight from JSON, for a dataclass field
    if key == "accounts":
        return tuple(Account(item["system_id"], item["password"]) for item in value)
    if key in {"response_id", "receipt_id"}:
        return IdFormat(value)
    if isinstance(value, list):
        return tuple(tuple(item) if isinstance(item, list) else item for item in value)
    return value
