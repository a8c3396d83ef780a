"""Logging in the manner of events: a fixed sentence and named fields."""

import json
import logging
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def get_logger(name: str) -> logging.Logger:
    """The module's logger; fields go into `extra`, numbers masked, texts never."""
    return logging.getLogger(name)


class FieldsFormatter(logging.Formatter):
    """One line: time, level, logger, sentence, then the fields as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        line = f"{at} {record.levelname} {record.name} {record.getMessage()}"
        if fields:
            line += " " + json.dumps(fields, default=str, ensure_ascii=False)
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line
