"""What answers and receipts of a test come to. Pure."""

import re
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final

from carriers.probe.cases import REFERENCE
from carriers.probe.ids import IdForms, id_forms
from carriers.probe.values import Finding, Got, Sent
from carriers.smpp.receipts import canonical_id
from carriers.smpp.statuses import ESME_RMSGQFUL, ESME_RTHROTTLED

_FIELDS: Final = ("id", "sub", "dlvrd", "submit date", "done date", "stat", "err", "text")


@dataclass(frozen=True, slots=True)
class Reading:
    """The burst in numbers. `window`: how many may be open before the SMSC throttles, None where
    it never did because of that; `rate`: the most accepted in a second."""

    accepted: int = 0
    throttled: int = 0
    refused: int = 0
    unanswered: int = 0
    seconds: float = 0.0
    most_outstanding: int = 0
    window: int | None = None
    rate: int = 0
    median_seconds: float = 0.0
    throttle_status: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def of_burst(done: Sequence[Sent]) -> "Reading":
        """Windows show in how many were open when the SMSC began to throttle."""
        taken = [one for one in done if one.status == 0]
        throttled = [one for one in done if one.status in {ESME_RTHROTTLED, ESME_RMSGQFUL}]
        most = max((one.outstanding for one in taken), default=0)
        first = min((one.outstanding for one in throttled), default=0)
        codes = Counter(one.status for one in throttled)
        return Reading(
            accepted=len(taken),
            throttled=len(throttled),
            refused=len(done) - len(taken) - len(throttled),
            most_outstanding=most,
            window=first - 1 if first > 1 and first > most - 1 else None,
            rate=_most_a_second([one.at for one in taken]),
            median_seconds=round(median([one.seconds for one in taken] or [0.0]), 4),
            throttle_status=max(codes, key=lambda one: codes[one]) or 0 if codes else 0,
        )

    @staticmethod
    def of_receipts(
        answers: Sequence[str], receipts: Sequence[Got], *, wanted: int, sent: Sequence[Sent]
    ) -> list[Finding]:
        """Ids, form, references, receipts that nobody asked for."""
        found = [Finding("receipts", len(receipts), f"{len(receipts)} of {wanted} came")]
        if not receipts:
            return found
        forms = id_forms(answers, [one.message_id for one in receipts])
        if forms is not None:
            value = {"response": forms.response, "receipt": forms.receipt}
            evidence = (
                f"{forms.paired} of {forms.receipts} receipts find their answer, for example"
                f" {forms.example[0]} and {forms.example[1]}"
            )
            found.append(Finding("id_forms", value, evidence))
        else:
            example = f"{answers[0] if answers else '–'} and {receipts[0].message_id or '–'}"
            found.append(Finding("id_forms", None, f"no known forms pair {example}"))
        found.append(_shape(receipts))
        echoed = sum(one.reference == REFERENCE for one in receipts)
        found.append(Finding("reference_echoed", echoed > 0, f"{echoed} receipts carry it"))
        found.append(_failures_only(receipts, sent, forms))
        return found


def _shape(receipts: Sequence[Got]) -> Finding:
    flagged = sum(one.is_flagged for one in receipts)
    with_tlvs = sum(one.has_tlvs for one in receipts)
    text = next((one.text for one in receipts if one.text), "")
    present = [name for name in _FIELDS if re.search(rf"(?:^|[\s,;]){name}:", text, re.IGNORECASE)]
    digits = max((len(one.fields.get("done", "")) for one in receipts), default=0)
    value = {
        "flagged": flagged == len(receipts),
        "tlvs": with_tlvs == len(receipts),
        "fields": present,
        "date_digits": digits,
        "stats": sorted({one.fields.get("stat", "") for one in receipts} - {""}),
    }
    evidence = (
        f"esm_class marks {flagged} of {len(receipts)}, {with_tlvs} have parameters; the text has"
        f" {', '.join(present) or 'no fields'}"
    )
    return Finding("receipt_form", value, evidence)


def _failures_only(receipts: Sequence[Got], sent: Sequence[Sent], forms: IdForms | None) -> Finding:
    """A delivered message that asked for receipts of failures only gets none."""
    asked = [one for one in sent if one.case == "failures_only" and one.status == 0]
    if not asked or forms is None:
        return Finding("failures_only_kept", None, "it cannot be told")
    ids = {canonical_id(one.message_id, forms.response) for one in asked}
    came = sum(canonical_id(one.message_id, forms.receipt) in ids for one in receipts)
    return Finding("failures_only_kept", not came, f"{came} receipts came for it")


def _most_a_second(times: Sequence[float]) -> int:
    recent: deque[float] = deque()
    most = 0
    for at in sorted(times):
        recent.append(at)
        while at - recent[0] >= 1.0:
            recent.popleft()
        most = max(most, len(recent))
    return most
