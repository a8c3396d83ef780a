"""A type that somebody can subscribe to is one that happens, and that the manual explains."""

from pathlib import Path

import pytest

from messaging.constants import EventType, MessageStatus, VerificationStatus

ROOT = Path(__file__).parents[2]
APPS = ("campaigns", "messaging", "routing", "compliance")
# Types made of a status: `messaging.services.outcomes`, `messaging.services.verification.telling`.
BY_STATUS = {f"message.{status}" for status in MessageStatus.values} | {
    f"verification.{status}" for status in ("started", *VerificationStatus.values)
}


def _sources() -> str:
    """Everything that may write an event, without what only names the types."""
    found = []
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            parts = set(path.relative_to(ROOT).parts)
            is_naming = path.name == "constants.py" or "examples" in path.name
            if not (parts & {"migrations", "admin", "api"} or is_naming):
                found.append(path.read_text())
    return "\n".join(found)


def _documented() -> str:
    return "\n".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))


def test_every_declared_type_is_written_somewhere() -> None:
    sources = _sources()
    missing = [
        one.value
        for one in EventType
        if one.value not in BY_STATUS
        and f"EventType.{one.name}" not in sources
        and f'"{one.value}"' not in sources
    ]
    assert missing == []


@pytest.mark.parametrize("event_type", [one for one in EventType.values if one not in BY_STATUS])
def test_every_type_is_in_the_manual(event_type: str) -> None:
    assert f"`{event_type}`" in _documented()
