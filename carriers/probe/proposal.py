"""From findings and answers to options: each with its reason and its evidence. Pure.

Only what the test has shown is proposed: where it could not tell, the present option stays.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext_noop

from carriers.probe.questions import ASCII, RIGHT
from carriers.probe.values import Change, Finding
from carriers.smpp.statuses import ESME_RMSGQFUL

_LONG: Final = ("udh8", "udh16", "sar", "payload")  # in the order of how widely they work

Options = Mapping[str, Any]


class _Seen:
    """Findings and answers by key."""

    def __init__(self, findings: Iterable[Finding], answers: Mapping[str, str]) -> None:
        self._findings = {one.key: one for one in findings}
        self._answers = answers

    def value(self, key: str) -> Any:  # of the finding's own shape
        found = self._findings.get(key)
        return None if found is None else found.value

    def evidence(self, *keys: str) -> str:
        told = (self._findings[key].evidence for key in keys if key in self._findings)
        return "; ".join(one for one in told if one)

    def taken(self, key: str) -> bool | None:
        value = self.value(key)
        return None if value is None else bool(value.get("accepted"))

    def answer(self, key: str) -> str:
        return self._answers.get(key, "")

    def works(self, key: str) -> bool | None:
        """Accepted and shown as it should be; None where nobody looked."""
        if not self.taken(key):
            return self.taken(key)
        answer = self.answer(key)
        return None if not answer else answer == RIGHT


_Rule = Callable[[Options, _Seen], Iterator[Change]]


def propose(
    present: Options, findings: Iterable[Finding], answers: Mapping[str, str]
) -> list[Change]:
    """The options that should differ from the present ones."""
    seen = _Seen(findings, answers)
    changes = [change for rule in _RULES for change in rule(present, seen)]
    return [change for change in changes if change.present != change.proposed]


def _change(
    present: Options, option: str, proposed: object, reason: str, evidence: str
) -> Iterator[Change]:
    yield Change(option, present.get(option), proposed, reason, evidence)


def _bind(present: Options, seen: _Seen) -> Iterator[Change]:
    works = seen.value("bind_types") or []
    if works and present.get("bind_type") not in works:
        reason = gettext_noop("The present bind type is refused; this one is accepted.")
        yield from _change(present, "bind_type", works[0], reason, seen.evidence("bind_types"))
    accepted = (seen.value("versions") or {}).get("accepted", [])
    if accepted and present.get("interface_version") not in accepted:
        reason = gettext_noop("The present version is refused; this one is accepted.")
        proposed = 0x34 if 0x34 in accepted else accepted[0]
        yield from _change(
            present, "interface_version", proposed, reason, seen.evidence("versions")
        )


def _addresses(present: Options, seen: _Seen) -> Iterator[Change]:
    tons = seen.value("source_tons")
    if tons:
        reason = gettext_noop("Senders are accepted with these types and numbering plans.")
        merged = {**present.get("source_ton", {}), **tons}
        usual = {"alphanumeric": [5, 0], "short_code": [3, 0], "long_code": [1, 1]}
        known = present.get("source_ton", {})
        merged = {
            kind: pair for kind, pair in merged.items() if kind in known or pair != usual[kind]
        }
        yield from _change(present, "source_ton", merged, reason, seen.evidence("source_tons"))
    pair = seen.value("destination_ton")
    if pair:
        reason = gettext_noop("Recipients are accepted with this type and numbering plan.")
        evidence = seen.evidence("destination_ton")
        yield from _change(present, "destination_ton", pair[0], reason, evidence)
        yield from _change(present, "destination_npi", pair[1], reason, evidence)


def _alphabet(present: Options, seen: _Seen) -> Iterator[Change]:
    evidence = seen.evidence("default_gsm7", "default_latin1")
    if seen.works("default_gsm7"):
        reason = gettext_noop("The handset showed the octets of GSM 03.38 as they were meant.")
        yield from _change(present, "default_alphabet", "gsm7", reason, evidence)
    elif seen.works("default_latin1"):
        reason = gettext_noop("The handset showed the octets of Latin-1 as they were meant.")
        yield from _change(present, "default_alphabet", "latin1", reason, evidence)
    elif seen.answer("default_latin1") == ASCII:
        reason = gettext_noop("Only the characters of ASCII arrive; others need UCS-2.")
        yield from _change(present, "default_alphabet", "ascii", reason, evidence)
    works = seen.works("latin1")
    if works is not None:
        reason = (
            gettext_noop("Latin-1 (data_coding 3) arrives: 140 characters instead of 70.")
            if works
            else gettext_noop("Latin-1 (data_coding 3) is refused or shown wrongly.")
        )
        yield from _change(present, "has_latin1", works, reason, seen.evidence("latin1"))


def _long(present: Options, seen: _Seen) -> Iterator[Change]:
    """The present way stays while it works; else the most widely used one that does."""
    fits = {key: _fits(seen, key) for key in _LONG}
    now = str(present.get("long_messages"))
    if fits.get(now) or not any(fits.values()):
        return
    best = next(key for key in _LONG if fits[key])
    reason = gettext_noop("The present way of long messages is refused or shown in pieces.")
    yield from _change(present, "long_messages", best, reason, seen.evidence(now, best))


def _fits(seen: _Seen, key: str) -> bool | None:
    if not seen.taken(key):
        return seen.taken(key)
    answer = seen.answer(key)
    return answer == RIGHT if answer else True


def _validity(present: Options, seen: _Seen) -> Iterator[Change]:
    taken = {form: seen.taken(f"validity_{form}") for form in ("relative", "absolute")}
    if None in taken.values():
        return
    evidence = seen.evidence("validity_relative", "validity_absolute")
    now = present.get("validity_form")
    if taken.get(str(now)) or (now == "none" and not any(taken.values())):
        return
    best = next((form for form, is_taken in taken.items() if is_taken), "none")
    reason = gettext_noop("The present form of the validity is refused, or one is accepted now.")
    yield from _change(present, "validity_form", best, reason, evidence)


def _ids(present: Options, seen: _Seen) -> Iterator[Change]:
    forms = seen.value("id_forms")
    if not forms:
        return
    reason = gettext_noop("With these forms receipts find their messages.")
    evidence = seen.evidence("id_forms")
    yield from _change(present, "response_id_form", forms["response"], reason, evidence)
    yield from _change(present, "receipt_id_form", forms["receipt"], reason, evidence)


def _receipts(present: Options, seen: _Seen) -> Iterator[Change]:
    form = seen.value("receipt_form")
    if form:
        is_marked = form["flagged"] or form["tlvs"]
        reason = (
            gettext_noop("Every receipt is marked as one, so a text that looks like one is none.")
            if is_marked
            else gettext_noop("Receipts show by their text alone.")
        )
        evidence = seen.evidence("receipt_form")
        yield from _change(present, "text_without_flag", not is_marked, reason, evidence)
    if seen.value("receipts") == 0 and seen.value("burst"):
        reason = gettext_noop("No receipt came: “sent” would wait for one that never comes.")
        yield from _change(
            present, "registered_delivery", "none", reason, seen.evidence("receipts")
        )
    taken = seen.taken("reference")
    if taken is False or (taken and seen.value("reference_echoed") is not None):
        echoed = bool(taken and seen.value("reference_echoed"))
        reason = (
            gettext_noop("Receipts carry the user_message_reference back.")
            if echoed
            else gettext_noop("The user_message_reference is refused or not given back.")
        )
        evidence = seen.evidence("reference", "reference_echoed")
        yield from _change(present, "sends_user_message_reference", echoed, reason, evidence)


def _pace(present: Options, seen: _Seen) -> Iterator[Change]:
    burst = seen.value("burst")
    if not burst:
        return
    evidence = seen.evidence("burst")
    if burst["window"] and burst["window"] < present.get("window", 0):
        reason = gettext_noop("With more open answers the SMSC begins to throttle.")
        yield from _change(present, "window", burst["window"], reason, evidence)
    elif burst["throttled"] and burst["rate"]:
        contract = present.get("throughput")
        if contract is None or burst["rate"] < contract:
            reason = gettext_noop(
                "The SMSC throttled at a higher rate: ask what the contract says."
            )
            yield from _change(present, "throughput", float(burst["rate"]), reason, evidence)
    if burst["throttle_status"] == ESME_RMSGQFUL:
        classes = {**present.get("status_classes", {}), "0x14": "throttle"}
        reason = gettext_noop("This SMSC throttles with ESME_RMSGQFUL.")
        yield from _change(present, "status_classes", classes, reason, evidence)


_RULES: Final[tuple[_Rule, ...]] = (
    _bind,
    _addresses,
    _alphabet,
    _long,
    _validity,
    _ids,
    _receipts,
    _pace,
)
OPTIONS: Final = (
    "bind_type",
    "interface_version",
    "source_ton",
    "destination_ton",
    "destination_npi",
    "default_alphabet",
    "has_latin1",
    "long_messages",
    "validity_form",
    "response_id_form",
    "receipt_id_form",
    "text_without_flag",
    "registered_delivery",
    "sends_user_message_reference",
    "window",
    "throughput",
    "status_classes",
)
