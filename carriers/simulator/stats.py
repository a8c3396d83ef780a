"""Counters of one operator, for `GET /stats` and the benchmark."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stats:
    """Since the start of the process; times are Unix times, 0 before the first event."""

    submitted: int = 0
    accepted: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    receipts_sent: int = 0
    receipts_acknowledged: int = 0
    mo_sent: int = 0
    mo_acknowledged: int = 0
    deliver_refused: int = 0
    binds_accepted: int = 0
    binds_refused: int = 0
    protocol_errors: int = 0
    first_submit_at: float = 0.0
    last_submit_at: float = 0.0
    last_acknowledged_at: float = 0.0

    def submit_came(self, wall: float) -> None:
        self.submitted += 1
        self.last_submit_at = wall
        if not self.first_submit_at:
            self.first_submit_at = wall

    def sent(self, event: str) -> None:
        if event == "receipt":
            self.receipts_sent += 1
        else:
            self.mo_sent += 1

    def acknowledged(self, event: str, wall: float) -> None:
        self.last_acknowledged_at = wall
        if event == "receipt":
            self.receipts_acknowledged += 1
        else:
            self.mo_acknowledged += 1

    def as_dict(self) -> dict[str, object]:
        """JSON-able; statuses as 0x00000058."""
        values: dict[str, object] = {
            name: getattr(self, name) for name in self.__slots__ if name != "refused"
        }
        values["refused"] = {f"0x{status:08X}": n for status, n in sorted(self.refused.items())}
        return values
