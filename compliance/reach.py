"""How far a refusal reaches: the country's policy, the account's wish, and the person's own words.

Pure. An account may widen what the country says, never narrow it; the person may do both, by a
word that means everything or by naming one program or brand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compliance.keywords import fold
from compliance.rule_packs.vocabulary import REACHES


@dataclass(frozen=True, slots=True)
class Aim:
    """What is refused: `reach` (program, sender, brand or account), and of which program."""

    reach: str
    program_id: int | None = None


def compact(name: str) -> str:
    """A name as people write it behind a keyword: folded, letters and digits alone."""
    return "".join(c for c in fold(name) if c.isalnum())


def widest(*reaches: str) -> str:
    """The widest of some reaches; "" says nothing."""
    return max((reach for reach in reaches if reach), key=REACHES.index, default="brand")


def aim_of(
    policy_reach: str,
    *,
    account_reach: str = "",
    keyword_reach: str = "",
    named_program: int | None = None,
    answered_program: int | None = None,
    is_brand_named: bool = False,
) -> Aim:
    """What a refusal is about.

    `named_program`: the one that the reply names; `answered_program`: that of the message it
    answers. Where the policy is about the program and the message had none, the brand is meant.
    """
    if named_program is not None:
        return Aim("program", named_program)
    if is_brand_named and not keyword_reach:
        return Aim("brand")
    reach = widest(policy_reach, account_reach, keyword_reach)
    if reach == "program":
        return Aim("program", answered_program) if answered_program else Aim("brand")
    return Aim(reach)


def named(argument: str, names: Mapping[int, Sequence[str]]) -> int | None:
    """The key whose names the argument is one of, however it is written; None: of none."""
    wanted = compact(argument)
    if not wanted:
        return None
    return next(
        (key for key, known in names.items() if wanted in {compact(name) for name in known}), None
    )
