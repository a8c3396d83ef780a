"""Whether a sender's papers are in order on a day, and what is wrong with them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from compliance.sender_gaps import CERTIFICATE, PROGRAM, REGISTRATION, SenderGap

_COUNTS = "approved"
# What a person would name first where several papers of one kind are not in order.
_NEAREST = ("suspended", "expired", "submitted", "rejected", "draft")


@dataclass(frozen=True, slots=True)
class PaperTerms:
    """State of one certificate, registration or program with its first and last day."""

    state: str
    since: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def problem(self, on: date) -> tuple[str, date | None]:
        """What is wrong with it on a day, and since or from when; "" where nothing is."""
        if self.state != _COUNTS:
            day = self.valid_until if self.state == "expired" else self.since
            return self.state, day or self.since
        if self.valid_until is not None and self.valid_until < on:
            return "expired", self.valid_until
        if self.valid_from is not None and on < self.valid_from:
            return "not_yet", self.valid_from
        return "", None


Papers = tuple[PaperTerms, ...]


@dataclass(frozen=True, slots=True)
class SenderStanding:
    """A sender's papers."""

    address: str
    certificates: Papers = ()
    programs: Papers = ()
    registrations: Mapping[tuple[int, str], Papers] = field(default_factory=dict)

    def gaps(
        self,
        needed: tuple[str, ...],
        *,
        network_id: int | None,
        network_name: str,
        message_class: str,
        on: date,
    ) -> tuple[SenderGap, ...]:
        """Which of the papers needed are not in order for a class on a network.

        `network_id` None: the recipient's network is not known; `on`: the day there.
        """
        named = (
            ("sender", self.address),
            ("network", network_name),
            ("message_class", message_class),
        )
        found = []
        for item in needed:
            if item == REGISTRATION and network_id is None:
                found.append(SenderGap("network", "unknown", named))
                continue
            problem, day = problem_of(self._of(item, network_id, message_class), on)
            if problem:
                found.append(SenderGap(item, problem, (*named, ("day", _iso(day)))))
        return tuple(found)

    def _of(self, item: str, network_id: int | None, message_class: str) -> Papers:
        if item == CERTIFICATE:
            return self.certificates
        if item == PROGRAM:
            return self.programs
        return self.registrations.get((network_id or 0, message_class), ())


def problem_of(papers: Papers, on: date) -> tuple[str, date | None]:
    """What is wrong on a day where none of the papers holds; ("", None) where one does."""
    if not papers:
        return "none", None
    problems = [one.problem(on) for one in papers]
    if any(not problem for problem, _day in problems):
        return "", None
    order = {name: index for index, name in enumerate(("not_yet", *_NEAREST))}
    return min(problems, key=lambda one: order.get(one[0], len(order)))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else "–"
