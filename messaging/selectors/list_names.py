"""Lists of contacts, for rules that put people on them: a port, because lists live above."""

from collections.abc import Mapping
from typing import Protocol


class Lists(Protocol):
    """What the app that keeps lists does for messaging, in the caller's transaction."""

    def names(self, account_id: int) -> Mapping[int, str]:
        """The account's lists by id."""
        ...

    def add(self, account_id: int, list_id: int, msisdn: str, language: str) -> bool:
        """Whether the number was not on it before. Raises NotFoundError for no such list."""
        ...

    def remove(self, account_id: int, list_id: int, msisdn: str) -> bool:
        """Whether the number was on it. Raises NotFoundError for no such list."""
        ...


_lists: list[Lists] = []


def register(lists: Lists) -> None:
    """Called once by the app that keeps lists, when it is ready."""
    _lists[:] = [lists]


def list_names(account_id: int) -> Mapping[int, str]:
    """The account's lists by id; none where no app keeps any."""
    return _lists[0].names(account_id) if _lists else {}


def the_lists() -> Lists | None:
    """Whoever keeps them."""
    return _lists[0] if _lists else None
