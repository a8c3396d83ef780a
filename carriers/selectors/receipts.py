"""How a bind's receipts are read, out of its row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from carriers.constants import ReceiptSource, ReceiptTrust
from carriers.models import Bind, Carrier
from carriers.smpp.receipts import RECEIPT_STATES, ReceiptRules, ReceiptState

_NO_STATES: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class ReceiptManner:
    """Everything about a bind's receipts. `carriers` share its SMSC, itself among them;
    `first_settles`: of a long message one segment is reported; `is_proof`: `delivered` means that
    the handset has it; `id_transform` as `canonical_id` takes it."""

    rules: ReceiptRules
    id_transform: str
    carriers: tuple[int, ...]
    first_settles: bool
    is_proof: bool


def receipt_manner(bind: Bind) -> ReceiptManner:
    """Read the bind with `select_related("carrier")`; one query where its carrier has a group."""
    return ReceiptManner(
        rules=receipt_rules(bind),
        id_transform=bind.receipt_transform,
        carriers=receipt_carriers(bind.carrier),
        first_settles=not bind.carrier.reports_every_segment,
        is_proof=bind.trust == ReceiptTrust.HANDSET,
    )


def receipt_rules(bind: Bind) -> ReceiptRules:
    """Words in upper case, numbers of message_state in decimal; what names no state is left out:
    one odd entry must not stop the reading of receipts."""
    return ReceiptRules(
        words={_word(key): state for key, state in _states(bind.receipt_states).items()},
        finals={
            cast(ReceiptState, key): state
            for key, state in _states(bind.receipt_finals).items()
            if key in RECEIPT_STATES
        },
        prefers_text=bind.receipt_source == ReceiptSource.TEXT,
        text_without_flag=bind.text_without_flag,
    )


def receipt_carriers(carrier: Carrier) -> tuple[int, ...]:
    """Ids of the carriers whose messages this one's receipts may speak of."""
    if not carrier.receipt_group:
        return (carrier.pk,)
    group = Carrier.objects.filter(receipt_group=carrier.receipt_group).order_by("pk")
    return tuple(group.values_list("pk", flat=True)) or (carrier.pk,)


def _states(stored: Any) -> dict[str, ReceiptState]:
    entries: Mapping[str, Any] = stored if isinstance(stored, dict) else _NO_STATES
    return {
        key: cast(ReceiptState, state) for key, state in entries.items() if state in RECEIPT_STATES
    }


def _word(key: str) -> str:
    try:
        return str(int(key, 0))  # 0x06 and 6 are the same message_state
    except ValueError:
        return key.strip().upper()
