"""What receipts teach about numbers: the network they name, or that the number is not there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from carriers.models import Bind
from carriers.ports import InboundPdu
from messaging.services.elsewhere import ported_errors
from messaging.services.receipts import Receipt
from routing.models import Network
from routing.services.feedback import Feedback, feedback_note

_BELIEVED = """
SELECT DISTINCT ON (m.msisdn) m.msisdn, m.network_id FROM messaging_message m
WHERE m.msisdn = ANY(%s) ORDER BY m.msisdn, m.id DESC
"""


def receipts_learn(
    cursor: Any, bind: Bind, ready: Sequence[tuple[InboundPdu, Receipt]], now: datetime
) -> None:
    """Notes what receipts of this bind say of their numbers, in the cursor's transaction. Costs
    nothing where the bind names neither codes nor a parameter for it."""
    errors, tag = ported_errors(bind), bind.network_tlv
    if not errors and tag is None:
        return
    moved = {receipt.msisdn: receipt.error for _pdu, receipt in ready if receipt.error in errors}
    named = _named(ready, tag) if tag is not None else {}
    if not moved and not named:
        return
    cursor.execute(_BELIEVED, [sorted({*moved, *named})])
    believed = dict(cursor.fetchall())
    found = [
        Feedback(msisdn, network_id, None, "TLV")
        for msisdn, network_id in named.items()
        if believed.get(msisdn) != network_id
    ]
    found += [
        Feedback(msisdn, None, believed.get(msisdn), f"err {error}")
        for msisdn, error in moved.items()
        if msisdn not in named
    ]
    feedback_note(cursor, found, now)


def _named(ready: Sequence[tuple[InboundPdu, Receipt]], tag: int) -> dict[str, int]:
    """Numbers with the networks that their receipts name by MCC and MNC."""
    words: dict[str, str] = {}
    for one, receipt in ready:
        octets = dict(one.deliver.tlvs).get(tag, b"") if one.deliver is not None else b""
        word = "".join(filter(str.isdecimal, octets.decode("latin-1")))
        if word:
            words[receipt.msisdn] = word
    if not words:
        return {}
    codes = {
        code.replace("-", ""): pk
        for pk, code in Network.objects.exclude(mcc_mnc="").values_list("pk", "mcc_mnc")
    }
    return {msisdn: codes[word] for msisdn, word in words.items() if word in codes}
