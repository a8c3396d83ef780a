"""What a sender lacks on paper, as codes and values: pure.

Senders live above this app (routing), which finds the gaps; rules decide here whether they
matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compliance.rule_packs.model import Rule, SenderParams

CERTIFICATE, REGISTRATION, PROGRAM = "certificate", "registration", "program"
# In the order in which they are obtained, so that the first one named is the first thing to do.
ITEMS = (CERTIFICATE, REGISTRATION, PROGRAM)
PROBLEMS = ("none", "draft", "submitted", "rejected", "suspended", "expired", "not_yet")


@dataclass(frozen=True, slots=True)
class SenderGap:
    """A paper that a sender does not have in order: which one, and what is wrong with it.

    `values` name the sender, the network and the class, and the day since when (ISO).
    """

    item: str
    problem: str
    values: tuple[tuple[str, str], ...]

    @property
    def code(self) -> str:
        """The code of the sentence in `compliance.findings`."""
        return f"sender_{self.item}_{self.problem}"


# What packs call the parts of a registration (REGISTRATION_KINDS), by the paper that proves it.
_ITEM_OF = {
    "certificate": CERTIFICATE,
    "dlt": CERTIFICATE,
    "ssir": CERTIFICATE,
    "network": REGISTRATION,
    "program": PROGRAM,
    "campaign": PROGRAM,
}


def papers_demanded(rules: Iterable[Rule], kind: str) -> tuple[str, ...]:
    """The papers that rules about senders want of a kind, in the order of obtaining them."""
    wanted = {
        _ITEM_OF.get(one, REGISTRATION)
        for rule in rules
        if isinstance(rule.params, SenderParams) and kind in rule.params.registration_required
        for one in rule.params.registration_kinds or ("network",)
    }
    return tuple(item for item in ITEMS if item in wanted)


@dataclass(frozen=True, slots=True)
class SenderChoice:
    """Another sender of the account for the same country and class, whose papers are in order."""

    kind: str
    address: str


def refusal_of_kind(params: SenderParams, choices: tuple[SenderChoice, ...]) -> tuple[str, str]:
    """How to say that a kind of sender is refused, and the senders that would do."""
    names = ", ".join(one.address for one in choices if one.kind in params.kinds)
    code = "sender_number_refused" if "alphanumeric" in params.kinds else "sender_name_refused"
    return (code if names else f"{code}_alone"), names


def codes() -> Mapping[str, str]:
    """Every code of a gap with that of its fix."""
    return {
        f"sender_{item}_{problem}": f"{_FIX_OF_PROBLEM[problem]}_{item}"
        for item in ITEMS
        for problem in PROBLEMS
    }


_FIX_OF_PROBLEM = {
    "none": "obtain",
    "draft": "submit",
    "submitted": "await",
    "rejected": "correct",
    "suspended": "clear",
    "expired": "renew",
    "not_yet": "await",
}
