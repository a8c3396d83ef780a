"""Whether a text is a wording with values in its slots, and where it first differs.

Literal parts are looked for in order; a slot takes the shortest value that its checks accept and
that lets the rest fit. What failed once is remembered and the work is bounded, so no text can
make this slow.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from messaging.wording.values import ValueCheck, ValueProblem
from messaging.wording.wordings import Wording

_SHOWN = 30
_CHARACTERS_PER_STEP = 16


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a text leaves a wording, at `position`: code points of the text in NFC and in the
    wording's letters. `expected` should stand there ("" for the end), `found` does ("" at the
    end); both are cut to 30 characters. `problem`: why the slot there takes no such value.
    """

    position: int
    expected: str
    found: str
    problem: ValueProblem | None = None


@dataclass(slots=True)
class Budget:
    """How many more values may be looked at; what is not found by then does not fit."""

    left: int

    def spend(self, characters: int) -> bool:
        """Whether there was enough for a value of that length."""
        self.left -= 1 + characters // _CHARACTERS_PER_STEP
        return self.left >= 0


class Fit:
    """One attempt: `values` by slot where the text fits, else None and `difference`."""

    def __init__(self, wording: Wording, text: str, budget: Budget) -> None:
        """`text` in NFC and in the letters of `wording`."""
        self.values: dict[str, str] | None = None
        self._text, self._budget = text, budget
        self._literals = wording.sent.parts[::2]
        self._names = wording.sent.parts[1::2]
        self._checks = {check.spec.name: check for check in wording.checks}
        self._repeats = len(self._names) != len(self._checks)
        self._dead: set[tuple[int, int]] = set()
        self._noted: tuple[int, str, ValueProblem | None] = (-1, "", None)
        self._begin(self._literals[0])

    @property
    def difference(self) -> Difference | None:
        """The furthest place that was reached; None where the text fits."""
        if self.values is not None:
            return None
        at, expected, problem = self._noted
        at = max(at, 0)  # nothing was noted where the budget was spent before
        return Difference(at, expected[:_SHOWN], self._text[at : at + _SHOWN], problem)

    def _begin(self, first: str) -> None:
        if not self._text.startswith(first):
            at = _common(first, self._text)
            self._note(at, first[at:])
        elif self._names:
            self._search(len(first))
        elif len(self._text) == len(first):
            self.values = {}
        else:
            self._note(len(first), "")

    def _search(self, start: int) -> None:
        """Depth first; `ends` holds for each slot so far the ends still to try."""
        taken: list[str] = []
        starts, ends = [start], [self._ends(taken, start)]
        while ends:
            end = next(ends[-1], None)
            if end is None:
                ends.pop()
                self._dead.add((len(ends), starts.pop()))
                if taken:
                    taken.pop()
                continue
            taken.append(self._text[starts[-1] : end])
            if len(taken) == len(self._names):
                self.values = dict(zip(self._names, taken, strict=True))
                return
            starts.append(end + len(self._literals[len(taken)]))
            ends.append(self._ends(taken, starts[-1]))

    def _ends(self, taken: list[str], start: int) -> Iterator[int]:
        """Where the next slot's value can end that begins at `start`, nearest first."""
        index = len(taken)
        if (index, start) in self._dead and not self._repeats:
            return iter(())
        name, literal = self._names[index], self._literals[index + 1]
        if self._repeats and name in self._names[:index]:
            return self._again(taken[self._names.index(name)], start, literal, index)
        check = self._checks[name]
        limit = self._limit(check, start)
        if index == len(self._names) - 1:
            return self._last(check, start, limit, literal)
        return self._accepted(check, start, limit, literal)

    def _limit(self, check: ValueCheck, start: int) -> int:
        """Behind the last character that the slot could take: its length, a line break, or a
        character that it does not take."""
        limit = min(start + check.longest, len(self._text))
        newline = self._text.find("\n", start, limit)
        limit = newline if newline >= 0 else limit
        outside = check.charset.outside(self._text, start, limit)
        return limit if outside is None else outside

    def _accepted(self, check: ValueCheck, start: int, limit: int, literal: str) -> Iterator[int]:
        end, was_found = start, False
        while True:
            end = self._text.find(literal, end + 1, limit + len(literal))
            if end < 0:
                break
            was_found = True
            if self._takes(check, start, end):
                yield end
        if not was_found:
            self._note_missing(check, start, limit, literal)

    def _last(self, check: ValueCheck, start: int, limit: int, literal: str) -> Iterator[int]:
        end = len(self._text) - len(literal)
        if self._text.endswith(literal) and start < end <= limit:
            if self._takes(check, start, end):
                yield end
            return
        found = self._text.find(literal, start + 1, limit + len(literal)) if literal else -1
        if found >= 0:
            self._note(found + len(literal), "")
        else:
            self._note_missing(check, start, limit, literal)

    def _again(self, value: str, start: int, literal: str, index: int) -> Iterator[int]:
        """A slot that stands twice has one value."""
        end = start + len(value)
        wanted = value + literal
        is_end = index < len(self._names) - 1 or end + len(literal) == len(self._text)
        if self._text.startswith(wanted, start) and is_end:
            yield end
            return
        at = _common(wanted, self._text[start : start + len(wanted)])
        self._note(start + at, wanted[at:])

    def _takes(self, check: ValueCheck, start: int, end: int) -> bool:
        if not self._budget.spend(end - start):
            return False
        problem = check.refusal(self._text[start:end])
        if problem is not None:
            self._note(start, "", problem)
        return problem is None

    def _note_missing(self, check: ValueCheck, start: int, limit: int, literal: str) -> None:
        """The text that follows a slot is not there: as much of it as is, or the value's end."""
        at, has = _longest_beginning(literal, self._text, start + 1, limit)
        if has:
            self._note(at + has, literal[has:])
            return
        problem = check.refusal(self._text[start : limit + 1])
        self._note(limit, literal, problem)

    def _note(self, position: int, expected: str, problem: ValueProblem | None = None) -> None:
        if position > self._noted[0]:
            self._noted = (position, expected, problem)


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    for at, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return at
    return min(len(one), len(other))


def _longest_beginning(literal: str, text: str, start: int, limit: int) -> tuple[int, int]:
    """Where in `text` the longest beginning of `literal` stands that is there, and its length."""
    low, high, place = 0, len(literal), -1
    while low < high:
        middle = (low + high + 1) // 2
        found = text.find(literal[:middle], start, limit + middle)
        if found >= 0:
            low, place = middle, found
        else:
            high = middle - 1
    return place, low
