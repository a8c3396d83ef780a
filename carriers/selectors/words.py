"""What a bind makes of every code and word: the usual tables with its own entries over them."""

from collections.abc import Iterator
from dataclasses import dataclass

from carriers.checks.tables import code_of
from carriers.models import Bind
from carriers.smpp import statuses
from carriers.smpp.receipts import USUAL_WORDS


@dataclass(frozen=True, slots=True)
class TableWord:
    """A code or word: what it usually means ("" for nothing) and what it means at the bind."""

    word: str
    name: str
    usual: str
    meaning: str

    @property
    def is_own(self) -> bool:
        """Whether the bind says otherwise than usual."""
        return self.meaning != self.usual


def status_words(bind: Bind) -> list[TableWord]:
    """Every command_status of the specifications, and those that the bind adds."""
    own = {code_of(key): str(meaning) for key, meaning in bind.status_classes.items()}
    names = {code_of(key): str(name) for key, name in bind.status_names.items()}
    codes = {code for code in {*statuses.DEFAULT_CLASSES, *own, *names} if code}
    return [_status(code, own.get(code), names.get(code, "")) for code in sorted(codes)]


def _status(code: int, own: str | None, name: str) -> TableWord:
    usual = str(statuses.DEFAULT_CLASSES.get(code, ""))
    return TableWord(
        word=f"0x{code:02X}",
        name=name or statuses.name(code),
        usual=usual,
        meaning=own or str(statuses.classify(code)),
    )


def receipt_words(bind: Bind) -> list[TableWord]:
    """Every state that receipts name, and those that the bind adds."""
    return list(_receipt_words({str(k): str(v) for k, v in bind.receipt_states.items()}))


def _receipt_words(own: dict[str, str]) -> Iterator[TableWord]:
    for word in sorted({*USUAL_WORDS, *own}):
        usual = str(USUAL_WORDS.get(word, ""))
        yield TableWord(word, "", usual, own.get(word) or usual)
