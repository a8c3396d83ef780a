"""Whether a value may stand in its slot: compiled once per slot, asked for every recipient.

Length, characters and form are those of the rewritten value, because that is what is sent: so
the guaranteed worst case holds whatever values come.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from messaging.encoding import ucs2
from messaging.encoding.validity import text_error
from messaging.wording.charsets import CHARSETS, Charset, charset_of
from messaging.wording.forms import form_of
from messaging.wording.impostors import LABEL_ALONE, imitates_label, reads_as_link
from messaging.wording.invisible import first_invisible, shown
from messaging.wording.rewriting import joins_backwards, rewrite
from messaging.wording.slots import SlotSpec, pattern_of

Params = tuple[tuple[str, str | int], ...]

_NEWLINE = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_LETTERS = "A-Za-z0-9"
_VIETNAMESE = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01bf\u1ea0-\u1ef9"  # NFC leaves them alone
_PLAIN_INSIDE: Final = {"digits": "0-9", "alphanumeric": _LETTERS, "base64": _LETTERS}


@dataclass(frozen=True, slots=True)
class ValueProblem:
    """Why `slot` does not take a value: a stable code with its values.

    missing · not_sendable (position) · newline (position) · control (position, character) ·
    leading_mark · too_long (count, limit) · charset (position, character, charset) · form (type)
    · pattern (pattern) · url · label. Positions count code points of the rewritten value from 0.
    """

    slot: str
    code: str
    params: Params = ()


class RefusedValueError(ValueError):
    """A value that its slot does not take; `problem` says why."""

    def __init__(self, problem: ValueProblem) -> None:
        super().__init__(f"{problem.slot}: {problem.code}")
        self.problem = problem


class ValueCheck:
    """The checks of one slot under one choice of letters."""

    def __init__(self, spec: SlotSpec, rewriting: str) -> None:
        """`spec` is one that was checked when it was saved; PatternError otherwise."""
        self.spec, self.rewriting = spec, rewriting
        self.form = form_of(spec.type, spec.currency, rewriting)
        self.charset = _charset(spec, rewriting)
        # In UTF-16 units.
        self.longest = (
            min(spec.max_length, self.form.longest or spec.max_length)
            if self.form
            else spec.max_length
        )
        self._is_closed = self.form is not None and self.form.is_closed
        self._pattern: Any = pattern_of(spec.pattern).fullmatch if spec.pattern else None
        self._passes_plainly = re.compile(_plainly(spec, rewriting, self.form)).fullmatch
        self._fallback = rewrite(spec.fallback, rewriting) if spec.fallback.strip() else None

    def take(self, value: str | None) -> str:
        """The value as it is sent: rewritten, or the fallback for a blank one.

        Raises RefusedValueError.
        """
        if value and self._passes_plainly(value):
            if self._pattern is None or self._pattern(value):
                return value
            raise RefusedValueError(self._problem("pattern", pattern=self.spec.pattern))
        return self._take(value)

    def _take(self, value: str | None) -> str:
        if value is None or not value.strip():
            if self._fallback is None:
                raise RefusedValueError(self._problem("missing"))
            return self._fallback
        error = text_error(value)
        if error is not None:
            raise RefusedValueError(self._problem("not_sendable", position=error.position))
        text = rewrite(value, self.rewriting)
        problem = self.refusal(text)
        if problem is not None:
            raise RefusedValueError(problem)
        return text

    def refusal(self, text: str) -> ValueProblem | None:
        """What is wrong with a rewritten value, the first of it; None where nothing is."""
        if not text.strip():
            return self._problem("missing")
        return (
            self._unseen(text)
            or self._too_long(text)
            or self._outside(text)
            or self._misshapen(text)
            or self._pretending(text)
        )

    def _unseen(self, text: str) -> ValueProblem | None:
        """Line breaks, and what a reader cannot see or what changes its neighbours."""
        newline = _NEWLINE.search(text)
        if newline:
            return self._problem("newline", position=newline.start())
        if joins_backwards(text):
            return self._problem("leading_mark", character=shown(text[0]))
        at = first_invisible(text)
        if at is None:
            return None
        return self._problem("control", position=at, character=shown(text[at]))

    def _too_long(self, text: str) -> ValueProblem | None:
        count = ucs2.units(text)
        if count <= self.spec.max_length:
            return None
        return self._problem("too_long", count=count, limit=self.spec.max_length)

    def _outside(self, text: str) -> ValueProblem | None:
        at = self.charset.outside(text)
        if at is None:
            return None
        if not self.charset.name:
            return self._problem("form", type=self.spec.type)
        return self._problem(
            "charset", position=at, character=shown(text[at]), charset=self.charset.name
        )

    def _misshapen(self, text: str) -> ValueProblem | None:
        if self.form is not None and not self.form.pattern.fullmatch(text):
            return self._problem("form", type=self.spec.type)
        if self._pattern is not None and not self._pattern(text):
            return self._problem("pattern", pattern=self.spec.pattern)
        return None

    def _pretending(self, text: str) -> ValueProblem | None:
        if self._is_closed:
            return None
        if self.spec.type != "url" and reads_as_link(text):
            return self._problem("url")
        return self._problem("label") if imitates_label(text) else None

    def _problem(self, code: str, **params: str | int) -> ValueProblem:
        return ValueProblem(self.spec.name, code, tuple(params.items()))


@lru_cache(maxsize=4096)
def check_of(spec: SlotSpec, rewriting: str) -> ValueCheck:
    """The compiled checks of a slot. Raises PatternError."""
    return ValueCheck(spec, rewriting)


def _charset(spec: SlotSpec, rewriting: str) -> Charset:
    name = spec.charset_under(rewriting)
    if name:
        return CHARSETS[name]
    form = form_of(spec.type, spec.currency, rewriting)
    return charset_of(form.characters) if form else CHARSETS["any"]


def _plainly(spec: SlotSpec, rewriting: str, form: Any) -> str:
    """A pattern for what nearly all values are: it holds nothing that a check could refuse."""
    if form is not None:
        # What is not closed may hide something; a set of the author's may say less than the form.
        if not form.is_closed or spec.charset:
            return "(?!)"
        return f"(?=[\\s\\S]{{1,{spec.max_length}}}\\Z)(?:{form.pattern.pattern})"
    inside = _PLAIN_INSIDE.get(spec.charset_under(rewriting))
    if inside is not None:
        return f"[{inside}]{{1,{spec.max_length}}}"
    letters = _LETTERS
    if spec.charset_under(rewriting) in ("any", "letters") and rewriting != "unmarked":
        letters += _VIETNAMESE
    rest = max(0, spec.max_length - 1)
    return rf"(?!{LABEL_ALONE}\W*\Z)[{letters}][{letters} ,'&]{{0,{rest}}}"
